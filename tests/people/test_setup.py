"""A new installation, its demo people, and its holidays."""

import threading
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select

from core.caller_connections import CallerConnections
from core.database import transaction
from people.demo import PEOPLE, add_demo_people
from people.directory_loading import load
from people.holiday_rows import Kept, keep_holidays
from people.models import Account, Brand, CarrierAccount, Department, Membership, Role, ScheduleException, Shift
from people.numbers import to_e164
from people.setup import set_up
from tests.clock import MONDAY_MORNING
from tests.conftest import scalar
from tests.factories.people import make_brand, make_schedule


@pytest.fixture
def connections(migrated: str):
    made = CallerConnections(migrated, patience=8.0)
    yield made
    made.drop()


def install(engine: Engine, zone: str = "Europe/Berlin", account_sid: str | None = "AC1") -> int:
    with transaction(engine) as session:
        return set_up(session, zone=zone, country="DE", account_sid=account_sid).id


def test_a_new_installation_has_three_departments_open_on_workdays_in_its_zone(engine: Engine, connections):
    install(engine)
    directory = load(connections, now=MONDAY_MORNING)
    brand = directory.brand_of("+4930123456")
    assert (brand.key, brand.zone, brand.country) == ("main", "Europe/Berlin", "DE")
    assert list(directory.departments_of(brand)) == ["technical", "billing", "general"]
    assert directory.default_department(brand) == "general"
    assert directory.account("AC1").brand_id == brand.id
    nine_in_berlin = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert all(opening.open for opening in directory.hours(brand, nine_in_berlin).values())
    five_on_friday = datetime(2026, 11, 27, 16, tzinfo=UTC)
    for opening in directory.hours(brand, five_on_friday).values():
        assert opening == (False, datetime(2026, 11, 30, 8, tzinfo=UTC))


def test_setting_up_again_changes_nothing(engine: Engine, connections):
    first = install(engine)
    before = load(connections, now=MONDAY_MORNING)
    assert install(engine, zone="Asia/Tokyo") == first
    assert load(connections, now=MONDAY_MORNING) == before


def test_a_department_that_was_done_away_with_does_not_come_back(engine: Engine):
    install(engine)
    with transaction(engine) as session:
        session.delete(session.scalars(select(Department).where(Department.key == "billing")).one())
    install(engine)
    assert scalar(engine, "select count(*) from department") == 2


def test_another_account_of_the_environment_is_added_beside_the_first(engine: Engine):
    install(engine)
    install(engine, account_sid="AC2")
    install(engine, account_sid=None)
    with transaction(engine) as session:
        assert session.scalars(select(CarrierAccount.account_sid).order_by(CarrierAccount.id)).all() == ["AC1", "AC2"]


def test_two_processes_that_set_up_at_once_make_one_installation(engine: Engine):
    together(8, lambda: install(engine))
    assert scalar(engine, "select count(*) from brand") == 1
    assert scalar(engine, "select count(*) from department") == 3
    assert scalar(engine, "select count(*) from schedule_interval") == 15
    assert scalar(engine, "select count(*) from carrier_account") == 1


# Demo people


def add_demo(engine: Engine) -> int:
    with transaction(engine) as session:
        brand = session.scalars(select(Brand)).one()
        return len(add_demo_people(session, brand=brand, now=MONDAY_MORNING, passwords={"ada@example.com": "$hash"}))


def test_every_department_has_two_or_three_demo_people_at_work_all_week(engine: Engine):
    install(engine)
    assert add_demo(engine) == len(PEOPLE)
    with transaction(engine) as session:
        members = session.execute(
            select(Department.key).join(Membership, Membership.department_id == Department.id)
        ).scalars()
        assert all(2 <= count <= 3 for count in Counter(members).values())
        assert set(session.scalars(select(Account.demo))) == {True}
        assert session.scalars(select(Account.password).where(Account.password.is_not(None))).all() == ["$hash"]
        shifts = session.scalars(select(Shift)).all()
        assert len(shifts) == 7 * len(PEOPLE)
        assert all(shift.starts == shift.ends for shift in shifts)


def test_demo_numbers_are_kept_for_fiction_and_still_can_be_dialled():
    assert len({person.phone for person in PEOPLE}) == len(PEOPLE)
    for person in PEOPLE:
        assert person.phone.startswith("+1202555010") or person.phone.startswith("+1202555011")
        assert to_e164(person.phone, "US") == person.phone
    assert {person.role for person in PEOPLE} == set(Role)


def test_demo_people_are_added_once_and_what_visitors_changed_stays(engine: Engine):
    install(engine)
    add_demo(engine)
    with transaction(engine) as session:
        session.scalars(select(Account).where(Account.email == "ada@example.com")).one().name = "Augusta"
    assert add_demo(engine) == 0
    assert scalar(engine, "select name from account where email = 'ada@example.com'") == "Augusta"


def test_demo_people_added_twice_at_once_are_there_once(engine: Engine):
    install(engine)
    together(4, lambda: add_demo(engine))
    assert scalar(engine, "select count(*) from account") == len(PEOPLE)
    assert scalar(engine, "select count(*) from shift") == 7 * len(PEOPLE)


# Holidays


def keep(engine: Engine, today: date = date(2026, 11, 22)) -> Kept:
    with transaction(engine) as session:
        return keep_holidays(session, today=today)


def holidays(engine: Engine) -> dict[date, str]:
    with transaction(engine) as session:
        return {row.day: row.name for row in session.scalars(select(ScheduleException))}


def test_the_coming_years_holidays_are_written_once_and_told_to_all_processes(engine: Engine):
    with transaction(engine) as session:
        make_schedule(session, make_brand(session), holiday_country="GB", holiday_subdivision="ENG")
        make_schedule(session, make_brand(session))
    assert keep(engine) == Kept(changed=1, unknown=0)
    written = holidays(engine)
    assert written[date(2026, 12, 25)] == "Christmas Day"
    assert date(2027, 12, 25) in written
    assert min(written) >= date(2026, 11, 22)
    assert scalar(engine, "select number from revision where name = 'people'") == 1
    assert keep(engine) == Kept(changed=0, unknown=0)
    assert scalar(engine, "select number from revision where name = 'people'") == 1


def test_exceptions_by_hand_and_past_holidays_stay(engine: Engine):
    with transaction(engine) as session:
        schedule = make_schedule(session, make_brand(session), holiday_country="US")
        for day, source in (
            (date(2026, 11, 11), "holidays"),
            (date(2026, 12, 1), "hand"),
            (date(2026, 12, 2), "holidays"),
        ):
            session.add(ScheduleException(schedule_id=schedule.id, day=day, name="before", source=source))
    keep(engine)
    written = holidays(engine)
    assert written[date(2026, 11, 11)] == written[date(2026, 12, 1)] == "before"
    assert date(2026, 12, 2) not in written


def test_a_schedule_without_country_loses_its_coming_holidays(engine: Engine):
    with transaction(engine) as session:
        schedule = make_schedule(session, make_brand(session), holiday_country="US")
    keep(engine)
    with transaction(engine) as session:
        session.merge(schedule).holiday_country = None
    assert keep(engine) == Kept(changed=1, unknown=0)
    assert holidays(engine) == {}


def test_an_unknown_country_spoils_no_other_schedule_and_keeps_its_rows(engine: Engine):
    with transaction(engine) as session:
        odd = make_schedule(session, make_brand(session), holiday_country="XX")
        session.add(ScheduleException(schedule_id=odd.id, day=date(2026, 12, 1), name="kept", source="holidays"))
        make_schedule(session, make_brand(session), holiday_country="US")
    assert keep(engine) == Kept(changed=1, unknown=1)
    assert holidays(engine)[date(2026, 12, 1)] == "kept"


def together(count: int, run) -> None:
    """Run something in several threads that start at the same moment; whatever one raises is raised here."""
    barrier, problems = threading.Barrier(count), []

    def one() -> None:
        barrier.wait()
        try:
            run()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
