"""The directory: read from its rows, kept in memory, answered from without the database."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.caller_connections import CallerConnections
from core.database import transaction
from people import revision
from people.directory import Directory, EmptyDirectoryError, Opening
from people.directory_keeping import DirectoryKeeper, NoDirectoryError
from people.directory_loading import load
from people.models import CarrierAccount, Department, ScheduleException, ScheduleInterval
from tests.clock import MONDAY_MORNING, HandClock
from tests.factories.people import make_brand, make_department, make_phone_number, make_schedule

HOLIDAY = date(2026, 11, 26)


@pytest.fixture
def connections(migrated: str):
    made = CallerConnections(migrated, patience=8.0)
    yield made
    made.drop()


def read(connections: CallerConnections, now: datetime = MONDAY_MORNING) -> Directory:
    return load(connections, now=now)


def set_up(session: Session):
    brand = make_brand(session, zone="Europe/Berlin", country="DE")
    department = make_department(session, brand, "billing", missed_is_work=False, callback_number="+4930123456")
    make_phone_number(session, brand, "+4930123456", flow="berlin", name="Main line")
    return brand, department


def test_brands_numbers_and_departments_are_found(engine: Engine, connections):
    with transaction(engine) as session:
        brand, department = set_up(session)
    directory = read(connections)
    found = directory.brand_of("+4930123456")
    assert (found.id, found.key, found.zone, found.country) == (brand.id, brand.key, "Europe/Berlin", "DE")
    assert directory.flow_of("+4930123456") == "berlin"
    billing = directory.department(found, "billing")
    assert (billing.id, billing.missed_is_work, billing.callback_number) == (department.id, False, "+4930123456")
    assert directory.department_ids(found) == {"billing": department.id}
    assert directory.department(found, "nobody") is None


def test_a_number_nobody_set_up_is_answered_by_main_for_the_first_brand(engine: Engine, connections):
    with transaction(engine) as session:
        first, _ = set_up(session)
        make_brand(session)
    directory = read(connections)
    for called in ("+12025550199", None, "anonymous"):
        assert directory.brand_of(called).id == first.id
        assert directory.flow_of(called) == "main"


def test_departments_belong_to_their_own_brand(engine: Engine, connections):
    with transaction(engine) as session:
        one, other = make_brand(session), make_brand(session)
        make_department(session, one, "general")
        make_department(session, other, "sales")
        make_department(session, other, "general")
    directory = read(connections)
    assert list(directory.departments_of(directory.brands[0])) == ["general"]
    assert list(directory.departments_of(directory.brands[1])) == ["sales", "general"]
    assert directory.default_department(directory.brands[1]) == "general"


def test_without_general_the_oldest_department_takes_what_nobody_chose(engine: Engine, connections):
    with transaction(engine) as session:
        brand = make_brand(session)
        make_department(session, brand, "sales")
        make_department(session, brand, "billing")
        bare = make_brand(session)
    directory = read(connections)
    assert directory.default_department(directory.brands[0]) == "sales"
    assert directory.brands[1].id == bare.id
    assert directory.default_department(directory.brands[1]) == "general"


def test_an_installation_never_set_up_says_so(engine: Engine, connections):
    with pytest.raises(EmptyDirectoryError):
        read(connections).brand_of("+12025550199")


def test_hours_are_told_by_department_with_the_next_opening(engine: Engine, connections):
    with transaction(engine) as session:
        brand = make_brand(session)
        make_department(session, brand, "day")
        make_department(session, brand, "always", schedule_id=make_schedule(session, brand, always=True).id)
        shut = make_schedule(session, brand, closed_now=True)
        make_department(session, brand, "shut", schedule_id=shut.id)
    directory = read(connections)
    night = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert directory.hours(directory.brands[0], night) == {
        "day": Opening(False, datetime(2026, 11, 24, 9, tzinfo=UTC)),
        "always": Opening(True, night),
        "shut": Opening(False, None),
    }
    assert set(directory.hours(directory.brands[0], night, always_open=True).values()) == {Opening(True, night)}


def add_exception(session: Session, department: Department, opens: int | None, closes: int | None, source: str) -> None:
    session.add(
        ScheduleException(
            schedule_id=department.schedule_id,
            day=HOLIDAY,
            opens=None if opens is None else time(opens),
            closes=None if closes is None else time(closes),
            name="Thanksgiving Day" if source == "holidays" else "Short day",
            source=source,
        )
    )


def openings(directory: Directory) -> list[int]:
    """The hours of the holiday (UTC) in which billing is open."""
    hours = [datetime.combine(HOLIDAY, time(hour), UTC) for hour in range(24)]
    return [hour.hour for hour in hours if directory.hours(directory.brands[0], hour)["billing"].open]


def test_a_holiday_closes_and_hours_written_by_hand_stand_in_its_place(engine: Engine, connections):
    with transaction(engine) as session:
        department = make_department(session, make_brand(session))
        add_exception(session, department, None, None, "holidays")
    assert openings(read(connections)) == []
    with transaction(engine) as session:
        add_exception(session, department, 10, 12, "hand")
        add_exception(session, department, 14, 15, "hand")
    directory = read(connections)
    assert openings(directory) == [10, 11, 14]
    assert [day.name for day in directory.departments[0].schedule.exceptions] == ["Short day"]


def test_exceptions_long_past_are_left_where_they_are(engine: Engine, connections):
    with transaction(engine) as session:
        add_exception(session, make_department(session, make_brand(session)), None, None, "hand")
    later = datetime.combine(HOLIDAY, time(12), UTC) + timedelta(days=2)
    assert read(connections, later).departments[0].schedule.exceptions
    assert not read(connections, later + timedelta(days=1)).departments[0].schedule.exceptions


def test_a_carrier_account_brings_its_sealed_tokens_unchanged(engine: Engine, connections):
    with transaction(engine) as session:
        brand = make_brand(session)
        session.add(CarrierAccount(brand_id=brand.id, account_sid="AC1", tokens=b"\x00sealed\xff"))
        session.add(CarrierAccount(brand_id=brand.id, account_sid="AC2"))
    directory = read(connections)
    assert directory.account("AC1").tokens == b"\x00sealed\xff"
    assert directory.account("AC2").tokens is None
    assert directory.account("AC3") is None


def test_the_whole_directory_is_one_statement(engine: Engine, connections):
    with transaction(engine) as session:
        set_up(session)
    counted = Counted(connections)
    load(counted, now=MONDAY_MORNING)
    assert counted.statements == 1


# Keeping it


class Counted:
    """Connections that count, and that can be taken away."""

    def __init__(self, connections: CallerConnections) -> None:
        self._connections = connections
        self.statements = 0
        self.away = False

    def execute(self, statement: str, values: dict[str, Any]) -> list[Any]:
        self.statements += 1
        if self.away:
            raise psycopg.OperationalError("the server is gone")
        return self._connections.execute(statement, values)


def rename(engine: Engine, department_id: int, name: str) -> None:
    with transaction(engine) as session:
        session.get_one(Department, department_id).name = name
        revision.add_one(session)


@pytest.fixture
def counted(connections):
    return Counted(connections)


@pytest.fixture
def keeper(counted, clock: HandClock):
    made = DirectoryKeeper(counted, clock=clock, look_seconds=0.01)
    yield made
    made.stop()


def test_a_change_is_seen_at_the_next_look_and_no_look_without_change_reads_all(engine: Engine, keeper, counted):
    with transaction(engine) as session:
        _, department = set_up(session)
    first = keeper.current()
    keeper.refresh()
    assert keeper.current() is first
    assert counted.statements == 2
    rename(engine, department.id, "Bills")
    keeper.refresh()
    assert keeper.current().departments[0].name == "Bills"


def test_answers_come_from_memory(engine: Engine, keeper, counted):
    with transaction(engine) as session:
        set_up(session)
    keeper.current()
    for _ in range(100):
        keeper.current().hours(keeper.current().brands[0], MONDAY_MORNING)
    assert counted.statements == 1


def test_the_last_directory_stays_while_the_database_is_away(engine: Engine, keeper, counted):
    with transaction(engine) as session:
        _, department = set_up(session)
    first = keeper.current()
    counted.away = True
    keeper.refresh()
    assert keeper.current() is first
    counted.away = False
    rename(engine, department.id, "Bills")
    keeper.refresh()
    assert keeper.current().departments[0].name == "Bills"


def test_without_any_directory_it_says_so_and_asks_again(engine: Engine, keeper, counted):
    with transaction(engine) as session:
        set_up(session)
    counted.away = True
    with pytest.raises(NoDirectoryError):
        keeper.current()
    counted.away = False
    assert keeper.current().brands


def test_rows_mended_by_hand_are_seen_after_a_while(engine: Engine, keeper):
    with transaction(engine) as session:
        _, department = set_up(session)
    keeper.current()
    with transaction(engine) as session:
        session.get_one(Department, department.id).name = "Bills"
    for _ in range(30):
        keeper.refresh()
    assert keeper.current().departments[0].name == "Bills"


def test_a_started_keeper_sees_changes_by_itself_and_survives_a_row_nobody_foresaw(engine: Engine, keeper, counted):
    with transaction(engine) as session:
        _, department = set_up(session)
    keeper.start()
    assert keeper.start() is keeper
    with transaction(engine) as session:
        odd = ScheduleInterval(schedule_id=department.schedule_id, weekday=9, opens=time(9), closes=time(10))
        session.add(odd)
        revision.add_one(session)
    looks = counted.statements
    wait_for(lambda: counted.statements > looks + 4)
    with transaction(engine) as session:
        session.delete(session.get_one(ScheduleInterval, odd.id))
    rename(engine, department.id, "Bills")
    wait_for(lambda: keeper.current().departments[0].name == "Bills")


def test_a_started_keeper_never_lets_a_caller_wait_for_the_database(engine: Engine, keeper, counted):
    counted.away = True
    keeper.start()
    keeper.stop()
    looks = counted.statements
    assert not keeper.loaded
    with pytest.raises(NoDirectoryError):
        keeper.current()
    assert counted.statements == looks


def test_a_zone_nobody_knows_is_read_as_utc_and_hurts_no_other_department(engine: Engine, connections):
    with transaction(engine) as session:
        brand = make_brand(session)
        make_department(session, brand, "odd", schedule_id=make_schedule(session, brand, zone="Mars/Olympus").id)
        make_department(session, brand, "even", schedule_id=make_schedule(session, brand, zone="Asia/Tokyo").id)
    directory = read(connections)
    assert [d.schedule.zone.key for d in directory.departments] == ["UTC", "Asia/Tokyo"]


def wait_for(happened: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if happened():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen within ten seconds")
