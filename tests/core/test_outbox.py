"""Asking for background work, and the list of what failed."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from core.database import transaction
from core.outbox import ask, failed, retry
from core.outbox_models import OutboxRow, OutboxState
from tests.clock import HandClock


def rows(engine: Engine) -> list[OutboxRow]:
    with transaction(engine) as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def make_failed(engine: Engine, clock: HandClock, number: int = 1) -> list[int]:
    with transaction(engine) as session:
        for n in range(number):
            ask(session, job="sweep", args={"n": n}, now=clock())
        session.execute(
            update(OutboxRow).values(
                state=OutboxState.FAILED, attempts=8, last_error="no answer", ended_at=clock(), due_at=clock()
            )
        )
    return [row.id for row in rows(engine)]


def test_a_job_asked_for_stands_in_the_outbox_with_all_it_was_asked_with(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        assert ask(session, job="fetch", args={"recording": 7}, now=clock(), key="fetch:7", call_id=3, ticket_id=1001)
    (row,) = rows(engine)
    assert (row.job, row.args, row.key, row.state) == ("fetch", {"recording": 7}, "fetch:7", "asked")
    assert (row.call_id, row.ticket_id, row.attempts) == (3, 1001, 0)
    assert row.asked_at == row.due_at == clock()


def test_a_job_may_be_asked_for_later(engine: Engine, clock: HandClock) -> None:
    later = clock() + timedelta(hours=2)
    with transaction(engine) as session:
        ask(session, job="call", args={}, now=clock(), due_at=later)
    assert [(row.asked_at, row.due_at) for row in rows(engine)] == [(clock(), later)]


def test_a_cause_that_is_rolled_back_asks_for_nothing(engine: Engine, clock: HandClock) -> None:
    with Session(engine) as session:
        ask(session, job="fetch", args={}, now=clock())
        session.rollback()
    assert rows(engine) == []


def test_asking_twice_under_one_key_asks_once_and_says_so(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        assert ask(session, job="fetch", args={"try": 1}, now=clock(), key="fetch:7")
        assert not ask(session, job="fetch", args={"try": 2}, now=clock(), key="fetch:7")
    assert [row.args for row in rows(engine)] == [{"try": 1}]


def test_jobs_without_a_key_are_never_taken_for_one_another(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        assert ask(session, job="fetch", args={}, now=clock())
        assert ask(session, job="fetch", args={}, now=clock())
    assert len(rows(engine)) == 2


def test_of_two_who_ask_at_the_same_time_one_is_told_that_it_was_asked_already(
    engine: Engine, clock: HandClock
) -> None:
    barrier, answers = threading.Barrier(2), []

    def ask_now() -> None:
        barrier.wait()
        with transaction(engine) as session:
            answers.append(ask(session, job="fetch", args={}, now=clock(), key="one"))

    threads = [threading.Thread(target=ask_now) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == [False, True]
    assert len(rows(engine)) == 1


def test_what_failed_for_good_is_listed_page_by_page_newest_first(engine: Engine, clock: HandClock) -> None:
    ids = make_failed(engine, clock, 5)
    with transaction(engine) as session:
        ask(session, job="another", args={}, now=clock())
        first = [row.id for row in failed(session, limit=2)]
        second = [row.id for row in failed(session, before_id=first[-1], limit=3)]
    assert first + second == list(reversed(ids))


def test_a_failed_job_can_be_asked_for_again_with_all_its_attempts(engine: Engine, clock: HandClock) -> None:
    (row_id,) = make_failed(engine, clock)
    clock.move(hours=3)
    with transaction(engine) as session:
        assert retry(session, row_id=row_id, now=clock(), actor="account:7")
    (row,) = rows(engine)
    assert (row.state, row.attempts, row.due_at, row.ended_at) == ("asked", 0, clock(), None)
    assert row.last_error == "no answer (asked again by account:7)"


@pytest.mark.parametrize("state", ["asked", "handed", "done"])
def test_only_what_failed_can_be_asked_for_again(engine: Engine, clock: HandClock, state: str) -> None:
    (row_id,) = make_failed(engine, clock)
    with transaction(engine) as session:
        session.execute(update(OutboxRow).values(state=state))
        assert not retry(session, row_id=row_id, now=clock(), actor="account:7")
        assert not retry(session, row_id=row_id + 1, now=clock(), actor="account:7")
    assert [(row.state, row.attempts) for row in rows(engine)] == [(state, 8)]
