"""People who work here: added, changed, switched off, with an audit entry for each."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.database import transaction
from people.accounts import (
    AccountExistsError,
    LastAdministratorError,
    add_account,
    email_of,
    find_account,
    set_active,
    set_departments,
    set_role,
)
from people.models import Account, AuditEntry, Brand, Department, Membership, Role
from people.refusals import FieldRefused
from tests.clock import MONDAY_MORNING
from tests.conftest import scalar
from tests.factories.people import make_account, make_brand, make_department

NOW = MONDAY_MORNING


def add(session: Session, brand: Brand, **given: object) -> Account:
    values = {"email": "ada@example.org", "name": "Ada Byron", "role": Role.AGENT} | given
    return add_account(session, brand_id=brand.id, now=NOW, **values)


def audited(session: Session) -> list[tuple[str, str, dict[str, str]]]:
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(row.actor, row.action, row.facts) for row in rows]


def test_a_person_is_added_with_a_tidy_name_and_address_and_no_password(engine: Engine):
    with transaction(engine) as session:
        brand = make_brand(session)
        add(session, brand, email="  Ada@Example.ORG ", name=" Ada  Byron ", phone="+12025550101", actor="account:1")
    with transaction(engine) as session:
        account = find_account(session, "ADA@example.org")
        assert (account.email, account.name, account.phone) == ("ada@example.org", "Ada Byron", "+12025550101")
        assert (account.role, account.active, account.demo, account.password) == ("agent", True, False, None)
        assert audited(session) == [("account:1", "account_added", {"role": "agent"})]


def test_nobody_is_found_under_what_is_no_address(engine: Engine):
    with transaction(engine) as session:
        assert find_account(session, "nobody@example.org") is None
        assert find_account(session, "no address") is None


def test_an_address_can_be_had_once(engine: Engine):
    with transaction(engine) as session:
        brand = make_brand(session)
        add(session, brand)
        with pytest.raises(AccountExistsError, match=r"ada@example\.org"):
            add(session, brand, email="ADA@example.org")


def test_of_two_who_add_the_same_person_at_once_one_is_told(engine: Engine):
    with transaction(engine) as session:
        brand = make_brand(session)
    barrier, told = threading.Barrier(6), []

    def one() -> None:
        barrier.wait()
        try:
            with transaction(engine) as session:
                add(session, brand)
        except AccountExistsError as problem:
            told.append(problem)

    run([one] * 6)
    assert len(told) == 5
    assert scalar(engine, "select count(*) from account") == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "ada"),
        ("email", "ada@"),
        ("email", "@example.org"),
        ("email", "a b@example.org"),
        ("email", "ada@exa mple.org"),
        ("email", "ada@example..org"),
        ("email", "ada@b@example.org"),
        ("email", "ada\x00@example.org"),
        ("email", "a" * 250 + "@b.de"),
        ("name", ""),
        ("name", " \t "),
        ("name", "Ada\x00"),
        ("name", "A" * 201),
        ("phone", "202 555 0101"),
        ("phone", ""),
        ("phone", "+266696687"),
    ],
)
def test_unusable_fields_are_refused_by_name(engine: Engine, field, value):
    with transaction(engine) as session:
        brand = make_brand(session)
        with pytest.raises(FieldRefused) as caught:
            add(session, brand, **{field: value})
        assert caught.value.field == field
        assert str(caught.value).startswith(f"{field}: ")


@given(st.text(max_size=40))
def test_a_kept_address_is_kept_the_same_again(text):
    try:
        email = email_of(text)
    except FieldRefused:
        return
    assert email_of(email) == email
    assert email.count("@") == 1


def test_a_role_is_changed_once_and_told(engine: Engine):
    with transaction(engine) as session:
        account = make_account(session, make_brand(session))
        assert set_role(session, account, Role.SUPERVISOR, now=NOW)
        assert not set_role(session, account, Role.SUPERVISOR, now=NOW)
        assert audited(session) == [("system", "role_changed", {"before": "agent", "after": "supervisor"})]


def test_the_last_active_administrator_of_a_brand_stays(engine: Engine):
    with transaction(engine) as session:
        brand = make_brand(session)
        only = make_account(session, brand, role=Role.ADMINISTRATOR)
        make_account(session, brand, role=Role.ADMINISTRATOR, active=False)
        make_account(session, make_brand(session), role=Role.ADMINISTRATOR)
        with pytest.raises(LastAdministratorError):
            set_role(session, only, Role.AGENT, now=NOW)
        with pytest.raises(LastAdministratorError):
            set_active(session, only, False, now=NOW)
        make_account(session, brand, role=Role.ADMINISTRATOR)
        assert set_active(session, only, False, now=NOW)
        assert not set_active(session, only, False, now=NOW)
        assert set_active(session, only, True, now=NOW)
        assert [entry[1] for entry in audited(session)] == ["account_deactivated", "account_activated"]


def test_administrators_who_remove_each_other_at_once_leave_one(engine: Engine):
    with transaction(engine) as session:
        brand = make_brand(session)
        ids = [make_account(session, brand, role=Role.ADMINISTRATOR).id for _ in range(4)]
    barrier, refused = threading.Barrier(4), []

    def remove(account_id: int) -> None:
        barrier.wait()
        try:
            with transaction(engine) as session:
                set_active(session, session.get_one(Account, account_id), False, now=NOW)
        except LastAdministratorError as problem:
            refused.append(problem)

    run([lambda account_id=account_id: remove(account_id) for account_id in ids])
    assert len(refused) == 1
    assert scalar(engine, "select count(*) from account where active") == 1


def test_departments_are_set_to_exactly_those_named(engine: Engine):
    with transaction(engine) as session:
        brand = make_brand(session)
        billing, general = make_department(session, brand, "billing"), make_department(session, brand, "general")
        account = make_account(session, brand, departments=[billing])
        assert set_departments(session, account, ["general"], now=NOW)
        assert not set_departments(session, account, ["general", "general"], now=NOW)
        assert members(session, account) == {general.id}
        assert set_departments(session, account, ["billing", "general"], now=NOW)
        assert members(session, account) == {billing.id, general.id}
        assert set_departments(session, account, [], now=NOW)
        assert members(session, account) == set()
        assert audited(session)[1] == ("system", "departments_changed", {"departments": "billing, general"})


def test_departments_of_another_brand_are_unknown(engine: Engine):
    with transaction(engine) as session:
        account = make_account(session, make_brand(session))
        make_department(session, make_brand(session), "billing")
        with pytest.raises(FieldRefused, match="departments: nobody knows billing"):
            set_departments(session, account, ["billing"], now=NOW)
        assert session.scalars(select(Department.key)).all() == ["billing"]


def members(session: Session, account: Account) -> set[int]:
    return set(session.scalars(select(Membership.department_id).where(Membership.account_id == account.id)))


def run(calls) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
