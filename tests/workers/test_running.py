"""One try of one row."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from structlog.testing import capture_logs

from core.database import make_engine, transaction
from core.outbox import retry
from core.outbox_models import OutboxRow
from tests.clock import HandClock
from tests.conftest import execute
from tests.factories.people import make_brand
from tests.factories.tickets import make_call, make_ticket
from tests.workers.practice import JOBS, seen, times
from tickets.models import Event
from workers.draining import drain
from workers.running import GRACE, Handed, Ran, run
from workers.work import Equipment, Overtaken, Work

Ask = Callable[..., int]
Row = Callable[[int], OutboxRow]


def events(engine: Engine) -> list[Event]:
    with transaction(engine) as session:
        return list(session.scalars(select(Event)))


@pytest.mark.parametrize("job", ["count", "count_once"])
def test_a_job_is_done_once_whether_it_ends_its_row_itself_or_not(
    equipment: Equipment, asked: Ask, row: Row, job: str
) -> None:
    row_id = asked(job)
    assert run(equipment, Handed(row_id, 0)) is Ran.DONE
    after = row(row_id)
    assert (after.state, after.attempts, after.ended_at) == ("done", 1, equipment.clock())
    assert times(equipment.engine, row_id) == 1


def test_a_row_handed_over_twice_is_run_once(equipment: Equipment, asked: Ask) -> None:
    row_id = asked("count")
    assert [run(equipment, Handed(row_id, 0)) for _ in range(2)] == [Ran.DONE, Ran.TAKEN]
    assert times(equipment.engine, row_id) == 1


def test_of_many_workers_with_one_row_one_runs_it(equipment: Equipment, asked: Ask) -> None:
    row_id, barrier, ended = asked("count"), threading.Barrier(8), []

    def try_it() -> None:
        barrier.wait()
        ended.append(run(equipment, Handed(row_id, 0)))

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ended) == sorted([Ran.DONE] + [Ran.TAKEN] * 7)
    assert times(equipment.engine, row_id) == 1


def test_a_row_that_does_not_exist_is_nobodys(equipment: Equipment) -> None:
    assert run(equipment, Handed(4711, 0)) is Ran.TAKEN


def test_while_a_job_runs_its_row_says_until_when(equipment: Equipment, asked: Ask) -> None:
    seen.clear()
    run(equipment, Handed(asked("look"), 0))
    assert seen == [("handed", 1, equipment.clock() + timedelta(seconds=30) + GRACE)]


def test_try_again_waits_by_the_backoff_and_keeps_the_reason(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("later")
    assert run(equipment, Handed(row_id, 0)) is Ran.LATER
    after = row(row_id)
    assert (after.state, after.attempts, after.last_error) == ("asked", 1, "the moon is not up")
    assert after.due_at == equipment.clock() + JOBS["later"].wait(row_id=row_id, attempt=1)


def test_a_wait_that_was_asked_for_is_kept_where_it_is_longer(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("in_an_hour")
    run(equipment, Handed(row_id, 0))
    assert row(row_id).due_at == equipment.clock() + timedelta(hours=1)


def test_attempts_that_are_used_up_fail_the_job(equipment: Equipment, clock: HandClock, asked: Ask, row: Row) -> None:
    row_id = asked("later")
    ended = [run(equipment, Handed(row_id, attempts)) for attempts in range(3)]
    assert ended == [Ran.LATER, Ran.LATER, Ran.FAILED]
    assert (row(row_id).state, row(row_id).ended_at) == ("failed", clock())


def test_never_fails_at_once(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("never")
    assert run(equipment, Handed(row_id, 0)) is Ran.FAILED
    assert (row(row_id).state, row(row_id).last_error) == ("failed", "+12025550147 is not a number we call")


@pytest.mark.parametrize(
    ("job", "tries", "last_error"),
    [
        ("wrong", 4, "KeyError: 'oops'"),
        ("store_away", 20, "the store is away"),
        ("store_refuses", 1, "the store refuses our key"),
        ("missing", 4, "AttributeError: module 'tests.workers.practice' has no attribute 'nowhere_to_be_found'"),
        ("unheard_of", 8, "this release has no job named 'unheard_of'"),
    ],
)
def test_each_kind_of_trouble_is_worth_its_number_of_tries(
    equipment: Equipment, asked: Ask, row: Row, job: str, tries: int, last_error: str
) -> None:
    row_id = asked(job)
    ended = [run(equipment, Handed(row_id, attempts)) for attempts in range(tries)]
    assert ended == [Ran.LATER] * (tries - 1) + [Ran.FAILED]
    assert (row(row_id).attempts, row(row_id).last_error) == (tries, last_error)


def test_a_job_whose_worker_dies_in_every_try_fails_too(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("later")
    with transaction(equipment.engine) as session:
        session.get_one(OutboxRow, row_id).attempts = 3
    assert run(equipment, Handed(row_id, 3)) is Ran.FAILED
    assert row(row_id).last_error == "Its worker died or hung in every try"


def test_a_final_failure_is_told_on_the_timeline_of_its_call_and_ticket(
    equipment: Equipment, clock: HandClock, asked: Ask
) -> None:
    with transaction(equipment.engine) as session:
        call = make_call(session, make_brand(session))
    row_id = asked("never", call_id=call.id)
    run(equipment, Handed(row_id, 0))
    (event,) = events(equipment.engine)
    assert (event.type, event.call_id, event.ticket_id) == ("job_failed", call.id, call.ticket_id)
    assert (event.brand_id, event.happened_at, event.actor) == (call.brand_id, clock(), "system")
    assert event.facts == {"job": "never", "outbox": row_id, "attempts": 1}
    assert event.content == {"reason": "It cannot be. +12025550147 is not a number we call"}


def test_a_failure_about_a_ticket_alone_is_told_there(equipment: Equipment, asked: Ask) -> None:
    with transaction(equipment.engine) as session:
        ticket = make_ticket(session, make_brand(session))
    run(equipment, Handed(asked("never", ticket_id=ticket.id), 0))
    assert [(event.ticket_id, event.call_id) for event in events(equipment.engine)] == [(ticket.id, None)]


def test_a_failure_about_neither_is_in_the_list_alone(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("never")
    run(equipment, Handed(row_id, 0))
    assert row(row_id).state == "failed"
    assert events(equipment.engine) == []


def test_trying_again_tells_nothing_yet(equipment: Equipment, asked: Ask) -> None:
    with transaction(equipment.engine) as session:
        ticket = make_ticket(session, make_brand(session))
    run(equipment, Handed(asked("later", ticket_id=ticket.id), 0))
    assert events(equipment.engine) == []


def test_a_worker_that_was_overtaken_keeps_nothing(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("slow")
    assert run(equipment, Handed(row_id, 0)) is Ran.OVERTAKEN
    assert (row(row_id).state, row(row_id).attempts) == ("done", 2)
    assert execute(equipment.engine, "select name, number from revision") == [("try 2", 1)]


def test_the_end_of_a_row_that_has_ended_is_refused(equipment: Equipment, asked: Ask) -> None:
    row_id = asked("count")
    run(equipment, Handed(row_id, 0))
    stale = Work(equipment=equipment, outbox_id=row_id, attempt=1, job="count", args={})
    with pytest.raises(Overtaken), stale.transaction() as session:
        stale.done(session)


def test_a_try_that_was_overtaken_cannot_end_the_row_under_the_next(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("count", args={})
    with transaction(equipment.engine) as session:
        now_runs = session.get_one(OutboxRow, row_id)
        now_runs.state, now_runs.attempts = "handed", 2
    stale = Work(equipment=equipment, outbox_id=row_id, attempt=1, job="count", args={})
    with pytest.raises(Overtaken), stale.transaction() as session:
        stale.done(session)
    assert row(row_id).state == "handed"


def test_an_error_of_a_try_that_was_overtaken_is_not_kept(equipment: Equipment, asked: Ask, row: Row) -> None:
    row_id = asked("slow_failure")
    assert run(equipment, Handed(row_id, 0)) is Ran.OVERTAKEN
    assert (row(row_id).state, row(row_id).attempts, row(row_id).last_error) == ("handed", 2, None)


def test_with_the_database_away_nothing_is_said_and_nothing_raised(equipment: Equipment, asked: Ask) -> None:
    away = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    elsewhere = Equipment(engine=away, settings=equipment.settings, clock=equipment.clock, jobs=JOBS)
    assert run(elsewhere, Handed(asked("count"), 0)) is Ran.UNSAID


def test_a_callers_number_in_a_database_error_reaches_neither_row_nor_log(
    equipment: Equipment, asked: Ask, row: Row
) -> None:
    row_id = asked("violation")
    with capture_logs() as lines:
        run(equipment, Handed(row_id, 0))
    assert row(row_id).last_error.startswith("IntegrityError: ")  # type: ignore[union-attr]
    (line,) = (line for line in lines if line["event"] == "job_error")
    assert line["at"].startswith("practice.py:")
    assert not line["exc_info"]
    assert "2025550147" not in f"{row(row_id).last_error} {lines}"


def test_what_is_due_is_drained_in_order_with_what_it_asks_for(equipment: Equipment, asked: Ask) -> None:
    chain = asked("chain", args={"left": 2})
    counted = asked("count")
    drained = drain(equipment)
    assert [(tried.row_id, tried.job, tried.ran) for tried in drained] == [
        (chain, "chain", Ran.DONE),
        (counted, "count", Ran.DONE),
        (counted + 1, "chain", Ran.DONE),
        (counted + 2, "chain", Ran.DONE),
    ]
    assert drain(equipment) == []


def test_a_later_job_is_drained_once_the_clock_says_so(equipment: Equipment, clock: HandClock, asked: Ask) -> None:
    row_id = asked("count", due_at=clock() + timedelta(hours=1))
    assert drain(equipment) == []
    clock.move(hours=1)
    assert [tried.row_id for tried in drain(equipment)] == [row_id]


def test_a_job_that_failed_and_was_asked_for_again_runs_again(
    equipment: Equipment, clock: HandClock, asked: Ask
) -> None:
    row_id = asked("never")
    drain(equipment)
    with transaction(equipment.engine) as session:
        retry(session, row_id=row_id, now=clock(), actor="account:1")
    assert [tried.ran for tried in drain(equipment)] == [Ran.FAILED]
