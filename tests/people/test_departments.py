"""Departments and numbers are changed with their hours, noted, and never taken from under anybody."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from people import revision
from people.departments import (
    DepartmentInUseError,
    add_department,
    change_department,
    close_now,
    remove_department,
    set_hours,
    used_by,
    week_of,
)
from people.directory_loading import InSession, load
from people.models import AuditEntry, Department
from people.phone_numbers import add_number, change_number, numbers, remove_number
from people.refusals import FieldRefused
from tests.clock import MONDAY_MORNING as NOW
from tests.factories.people import make_account, make_brand
from tests.factories.tickets import make_ticket


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        yield session


@pytest.fixture
def brand(session):
    return make_brand(session)


@pytest.fixture
def sales(session, brand):
    add_department(session, brand_id=brand.id, key="other", name="Other", zone="UTC", now=NOW)
    return add_department(session, brand_id=brand.id, key="sales", name="Sales", zone="Europe/Berlin", now=NOW)


def is_open(session, brand, key, *moment):
    directory = load(InSession(session), now=NOW)
    [known] = [one for one in directory.brands if one.id == brand.id]
    return directory.hours(known, datetime(*moment, tzinfo=UTC))[key].open


def test_a_new_one_is_open_in_office_hours_of_its_zone(session, brand, sales):
    assert week_of(session, sales) == "Mon-Fri 09:00-17:00"
    assert is_open(session, brand, "sales", 2026, 11, 23, 8, 30)
    assert not is_open(session, brand, "sales", 2026, 11, 23, 16, 30)


@pytest.mark.parametrize(
    ("field", "changed"),
    [("key", {"key": "Sales"}), ("key", {"key": "sales"}), ("name", {"name": "  "}), ("zone", {"zone": "Mars/One"})],
)
def test_what_cannot_be_is_refused_by_its_field(session, brand, sales, field, changed):
    row = {"brand_id": brand.id, "key": "new", "name": "New", "zone": "UTC", "now": NOW}
    with pytest.raises(FieldRefused) as refused:
        add_department(session, **row | changed)
    assert refused.value.field == field


def test_other_hours_count_for_callers(session, brand, sales):
    assert set_hours(session, sales, week="Sat 10:00-12:00", zone="UTC", now=NOW)
    assert not is_open(session, brand, "sales", 2026, 11, 23, 10, 0)
    assert is_open(session, brand, "sales", 2026, 11, 28, 10, 0)
    assert not set_hours(session, sales, week="Sat 10:00-12:00", zone="UTC", now=NOW)


def test_hours_that_cannot_be_read_change_nothing(session, sales):
    with pytest.raises(FieldRefused) as refused:
        set_hours(session, sales, week="whenever", zone="UTC", now=NOW)
    assert refused.value.field == "week"
    assert week_of(session, sales) == "Mon-Fri 09:00-17:00"


def test_the_emergency_switch_closes_and_opens_again(session, brand, sales):
    assert close_now(session, sales, True, now=NOW)
    assert not is_open(session, brand, "sales", 2026, 11, 23, 10, 0)
    assert not close_now(session, sales, True, now=NOW)
    assert close_now(session, sales, False, now=NOW)
    assert is_open(session, brand, "sales", 2026, 11, 23, 10, 0)


def test_changes_are_noted_and_reach_every_process(session, brand, sales):
    before = load(InSession(session), now=NOW).revision
    change_department(
        session, sales, name="Sales!", missed_is_work=False, callback_number=None, now=NOW, actor="account:7"
    )
    assert load(InSession(session), now=NOW).revision == before + 1
    [last] = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))
    assert (last.actor, last.action, last.subject) == ("account:7", "department_changed", "department:sales")
    assert revision.NAME == "people"


def test_one_that_is_used_stays(session, brand, sales):
    make_ticket(session, brand, department_id=sales.id)
    make_account(session, brand, departments=[sales])
    assert used_by(session, sales) == {"tickets": 1, "calls": 0, "callbacks": 0, "people": 1}
    with pytest.raises(DepartmentInUseError, match="1 tickets, 1 people"):
        remove_department(session, sales, now=NOW)


def test_one_that_nothing_uses_goes_but_the_last_stays(session, brand, sales):
    remove_department(session, sales, now=NOW)
    [last] = session.scalars(select(Department).where(Department.brand_id == brand.id))
    with pytest.raises(DepartmentInUseError, match="only department"):
        remove_department(session, last, now=NOW)


FLOWS = ("main", "night")


class TestNumbers:
    def add(self, session, brand, number="(202) 555-0142"):
        return add_number(
            session, brand_id=brand.id, number=number, flow="main", flows=FLOWS, name="Front", country="US", now=NOW
        )

    def test_one_is_kept_in_its_international_form(self, session, brand):
        assert self.add(session, brand).e164 == "+12025550142"
        assert load(InSession(session), now=NOW).number("+12025550142").flow == "main"

    @pytest.mark.parametrize("number", ["12", "call me", ""])
    def test_no_number_is_refused(self, session, brand, number):
        with pytest.raises(FieldRefused) as refused:
            self.add(session, brand, number)
        assert refused.value.field == "number"

    def test_the_same_twice_is_refused(self, session, brand):
        self.add(session, brand)
        with pytest.raises(FieldRefused, match="already"):
            self.add(session, brand)

    def test_it_is_changed_and_forgotten(self, session, brand):
        number = self.add(session, brand)
        assert change_number(session, number, flow="night", flows=FLOWS, name="Front", now=NOW)
        assert not change_number(session, number, flow="night", flows=FLOWS, name="Front", now=NOW)
        remove_number(session, number, now=NOW)
        assert numbers(session, brand_id=brand.id) == []
