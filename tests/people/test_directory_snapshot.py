"""The directory as a file: it comes back as it was, or is known to be spoiled."""

import dataclasses
import stat

import psycopg
import pytest
from sqlalchemy import select

from core.caller_connections import CallerConnections
from core.database import transaction
from people.directory_keeping import DirectoryKeeper, NoDirectoryError
from people.directory_loading import load
from people.directory_snapshot import FILE, SnapshotSpoiled, read_snapshot, write_snapshot
from people.models import Department, PhoneNumber, ScheduleException
from people.setup import set_up
from tests.clock import MONDAY_MORNING


class Away:
    """A database that is not there."""

    def execute(self, statement, values):
        raise psycopg.OperationalError("away")


@pytest.fixture
def connections(migrated):
    made = CallerConnections(migrated, patience=8.0)
    yield made
    made.drop()


@pytest.fixture
def directory(engine, connections):
    with transaction(engine) as session:
        brand = set_up(session, zone="America/New_York", country="US", account_sid="AC9")
        department = session.scalars(select(Department).order_by(Department.id)).first()
        session.add(PhoneNumber(brand_id=brand.id, e164="+14155550100", flow="main", name="Main"))
        session.add(
            ScheduleException(
                schedule_id=department.schedule_id, day=MONDAY_MORNING.date(), opens=None, closes=None, name="Fête",
                source="hand",
            )
        )  # fmt: skip
    read = load(connections, now=MONDAY_MORNING)
    sealed = dataclasses.replace(read.accounts[0], tokens=b"\x00sealed\xff")
    return dataclasses.replace(read, accounts=(sealed, *read.accounts[1:]))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / FILE


def test_it_comes_back_as_it_was(directory, path):
    assert write_snapshot(path, directory)
    back = read_snapshot(path)
    assert back == directory
    assert back.hours(back.brands[0], MONDAY_MORNING) == directory.hours(directory.brands[0], MONDAY_MORNING)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_again_is_not_written_again(directory, path):
    write_snapshot(path, directory)
    before = path.stat().st_ino
    assert not write_snapshot(path, directory)
    assert path.stat().st_ino == before
    assert write_snapshot(path, dataclasses.replace(directory, revision=directory.revision + 1))


def test_any_changed_or_missing_byte_spoils_it(directory, path):
    write_snapshot(path, directory)
    data = path.read_bytes()
    for place in range(0, len(data) - 1, 7):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(SnapshotSpoiled):
            read_snapshot(path)
        path.write_bytes(data[:place])
        with pytest.raises(SnapshotSpoiled):
            read_snapshot(path)


def test_a_keeper_that_never_reached_the_database_answers_from_it(directory, path, clock):
    write_snapshot(path, directory)
    keeper = DirectoryKeeper(Away(), clock=clock, look_seconds=0.01, snapshot=path).start()
    keeper.stop()
    assert keeper.current() == directory


def test_a_keeper_without_a_usable_one_has_none_and_says_why(directory, path, clock, capsys):
    path.parent.mkdir()
    path.write_bytes(b"nonsense")
    keeper = DirectoryKeeper(Away(), clock=clock, look_seconds=0.01, snapshot=path).start()
    keeper.stop()
    with pytest.raises(NoDirectoryError):
        keeper.current()


def test_a_keeper_writes_what_it_reads_and_believes_the_rows_more_than_the_file(directory, connections, path, clock):
    stale = dataclasses.replace(directory, numbers=())
    write_snapshot(path, stale)
    keeper = DirectoryKeeper(connections, clock=clock, look_seconds=0.01, snapshot=path).start()
    keeper.stop()
    assert keeper.current().numbers == directory.numbers
    assert read_snapshot(path).numbers == directory.numbers
