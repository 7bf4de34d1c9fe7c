"""What recurs is asked for when it is due, once, however many timetables run."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from structlog.testing import capture_logs

from core.clock import utc_now
from core.database import make_engine
from tests.clock import HandClock
from tests.conftest import execute, scalar
from workers import timetable as timetable_module
from workers.registry import JOBS
from workers.timetable import ENTRIES, Daily, Entry, Every, Looked, Timetable

OFTEN = Entry(job="often", when=Every(seconds=30))
DAILY = Entry(job="daily", when=Daily(at=time(11, 0)))

moments = st.integers(1_000_000_000, 4_000_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))


def make(engine: Engine, clock: HandClock, *entries: Entry) -> Timetable:
    return Timetable(engine=engine, clock=clock, entries=entries or (OFTEN,))


def end_all(engine: Engine) -> None:
    execute(engine, "update outbox set state = 'done', ended_at = asked_at where state in ('asked', 'handed')")


def keys(engine: Engine) -> list[object]:
    return [row[0] for row in execute(engine, "select key from outbox order by id")]


def test_an_entry_is_asked_for_at_each_due_time_once(engine: Engine, clock: HandClock) -> None:
    timetable = make(engine, clock)
    assert timetable.step() == {"often": Looked.ASKED}
    for _ in range(29):
        clock.move(seconds=1)
        assert timetable.step() == {}
    end_all(engine)
    clock.move(seconds=1)
    assert timetable.step() == {"often": Looked.ASKED}
    assert keys(engine) == ["timetable:often:1795428000", "timetable:often:1795428030"]


def test_a_timetable_that_starts_anew_does_not_ask_again(engine: Engine, clock: HandClock) -> None:
    make(engine, clock).step()
    end_all(engine)
    clock.move(seconds=20)
    assert make(engine, clock).step() == {"often": Looked.ASKED_ALREADY}


def test_a_daily_entry_is_due_at_its_time(engine: Engine, clock: HandClock) -> None:
    timetable = make(engine, clock, DAILY)
    assert timetable.step() == {"daily": Looked.ASKED}, "yesterday's is made up for"
    end_all(engine)
    clock.move(minutes=59)
    assert timetable.step() == {}
    clock.move(minutes=1)
    assert timetable.step() == {"daily": Looked.ASKED}


def test_many_due_times_that_passed_are_made_up_for_once(engine: Engine, clock: HandClock) -> None:
    timetable = make(engine, clock)
    timetable.step()
    end_all(engine)
    clock.move(hours=5)
    timetable.step()
    assert len(keys(engine)) == 2


def test_an_entry_whose_last_job_is_not_over_waits_for_it(engine: Engine, clock: HandClock) -> None:
    timetable = make(engine, clock)
    timetable.step()
    for state in ("asked", "handed"):
        execute(engine, "update outbox set state = :state", state=state)
        clock.move(seconds=30)
        assert timetable.step() == {"often": Looked.BUSY}
    execute(engine, "update outbox set state = 'failed'")
    clock.move(seconds=5)
    assert timetable.step() == {"often": Looked.ASKED}
    assert len(keys(engine)) == 2


def test_timetables_that_race_ask_once_for_each_due_time(engine: Engine, clock: HandClock) -> None:
    entries = [Entry(job=f"job{n}", when=Every(seconds=10)) for n in range(5)]
    timetables = [make(engine, clock, *entries) for _ in range(4)]
    barrier, looked = threading.Barrier(4, action=lambda: _next_due(engine, clock)), []

    def race(timetable: Timetable) -> None:
        for _ in range(10):
            barrier.wait()
            looked.extend(timetable.step().values())
            barrier_end.wait()

    barrier_end = threading.Barrier(4)
    threads = [threading.Thread(target=race, args=[timetable]) for timetable in timetables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert looked.count(Looked.ASKED) == 50
    assert len(looked) == 200
    assert scalar(engine, "select count(*) from outbox") == scalar(engine, "select count(*) from timetable_run") == 50


def test_an_entry_that_is_locked_by_another_timetable_holds_up_no_other(engine: Engine, clock: HandClock) -> None:
    timetable = make(engine, clock, OFTEN, DAILY)
    with engine.connect() as other:
        other.exec_driver_sql("select pg_advisory_xact_lock(7246228, hashtext('often'))")
        assert timetable.step() == {"often": Looked.BUSY, "daily": Looked.ASKED}
    assert timetable.step() == {"often": Looked.ASKED}


def test_with_the_database_away_it_says_so_once_and_goes_on_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timetable_module, "TICK", 0.001)
    monkeypatch.setattr(timetable_module, "LONGEST_PAUSE", 0.001)
    stop, clock, looks = threading.Event(), HandClock(), []

    def look_at_the_clock() -> datetime:
        looks.append(1)
        if len(looks) == 4:
            stop.set()
        return clock()

    away = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with capture_logs() as logs:
        Timetable(engine=away, clock=look_at_the_clock, entries=[OFTEN]).run(stop)
    assert [line["event"] for line in logs] == ["timetable_waits"]
    assert len(looks) == 4


def test_it_runs_until_told_to_stop(engine: Engine) -> None:
    stop = threading.Event()
    stop.set()
    Timetable(engine=engine, clock=utc_now, entries=[OFTEN]).run(stop)
    assert keys(engine) == []


@given(now=moments, seconds=st.integers(1, 86_400))
def test_a_due_time_is_the_latest_multiple_that_is_not_after_now(now: datetime, seconds: int) -> None:
    due = Every(seconds=seconds).last_due(now)
    assert due <= now < due + timedelta(seconds=seconds)
    assert due.timestamp() % seconds == 0
    assert Every(seconds=seconds).last_due(due) == due


@given(now=moments, at=st.times())
def test_a_daily_due_time_is_less_than_a_day_ago(now: datetime, at: time) -> None:
    due = Daily(at=at).last_due(now)
    assert due <= now < due + timedelta(days=1)
    assert due.timetz() == at.replace(tzinfo=UTC)
    assert Daily(at=at).last_due(due) == due


def test_every_entry_has_a_job_in_the_registry_and_a_line_of_its_own() -> None:
    names = [entry.job for entry in ENTRIES]
    assert set(names) <= set(JOBS)
    assert len(set(names)) == len(names)


def _next_due(engine: Engine, clock: HandClock) -> None:
    end_all(engine)
    clock.move(seconds=10)
