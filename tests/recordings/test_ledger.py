"""Nothing ordered stays unaccounted for."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import outbox
from core.outbox_models import OutboxRow, OutboxState
from recordings.ledger import fetch_again, find_missing
from recordings.models import RecordingState
from recordings.ordering import FETCH_WITHIN
from recordings.states import MOVES, move
from recordings.storing import Ended
from tests.recordings.conftest import Desk

TEN_MINUTES = timedelta(minutes=10)  # the factory's deadline


def missing(desk: Desk, **more: int) -> list[int]:
    with desk.session() as session:
        return find_missing(session, now=desk.clock(), **more)


def rows(session: Session) -> list[OutboxRow]:
    return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def test_a_recording_the_carrier_never_told_of_is_missing_at_its_deadline(desk: Desk) -> None:
    id = desk.make(RecordingState.EXPECTED)
    desk.clock.move(seconds=599)
    assert missing(desk) == []
    desk.clock.move(seconds=1)
    assert missing(desk) == [id]
    row = desk.row(id)
    assert (row.state, row.failure) == ("missing", "the carrier told nothing of it")
    assert desk.events() == [("recording_missing", {"recording": id, "why": row.failure})]
    assert missing(desk) == []
    assert len(desk.events()) == 1


def test_a_ready_one_that_was_not_fetched_is_missing_with_the_last_reason(desk: Desk) -> None:
    silent, tried = desk.make(), desk.make(failure="the carrier answered 503")
    desk.clock.move(minutes=10)
    assert missing(desk) == [silent, tried]
    assert desk.row(silent).failure == "it was not fetched in time"
    assert desk.row(tried).failure == "the carrier answered 503"


@pytest.mark.parametrize("state", [RecordingState.STORED, RecordingState.MISSING, RecordingState.DELETED])
def test_what_has_come_to_rest_is_left_alone(desk: Desk, state: str) -> None:
    id = desk.make(state)
    desk.clock.move(days=9)
    assert missing(desk) == []
    assert desk.row(id).state == state


def test_one_whose_last_news_was_lost_is_fetched_instead(desk: Desk) -> None:
    id = desk.make(RecordingState.EXPECTED, sid="RE01")
    now = desk.clock.move(minutes=10)
    assert missing(desk) == []
    row = desk.row(id)
    assert (row.state, row.ready_at, row.deadline_at) == ("ready", now, now + FETCH_WITHIN)
    with desk.session() as session:
        assert [(job.job, job.args, job.key) for job in rows(session)] == [
            ("fetch_recording", {"recording": id}, f"fetch_recording:{id}:RE01")
        ]
    assert desk.events() == []
    assert desk.store(id) is Ended.STORED


@pytest.mark.parametrize("word", ["absent", "failed"])
def test_one_the_carrier_says_is_gone_is_missing_at_once_and_not_asked_for(desk: Desk, word: str) -> None:
    id = desk.make(RecordingState.EXPECTED, sid="RE01", failure=word, deadline_at=desk.clock())
    assert missing(desk) == [id]
    row = desk.row(id)
    assert (row.state, row.failure) == ("missing", f"the carrier says that it is {word}")
    with desk.session() as session:
        assert rows(session) == []


def test_a_sweep_takes_a_bounded_number_the_most_overdue_first(desk: Desk) -> None:
    late, later = (
        desk.make(RecordingState.EXPECTED, deadline_at=desk.clock() + timedelta(minutes=minutes)) for minutes in (5, 3)
    )
    desk.clock.move(minutes=6)
    assert missing(desk, most=1) == [later]
    assert missing(desk, most=1) == [late]


def test_two_sweeps_at_once_alarm_once(desk: Desk) -> None:
    desk.make(RecordingState.EXPECTED)
    desk.clock.move(minutes=10)
    with desk.session() as first, desk.session() as second:
        one, other = find_missing(first, now=desk.clock()), find_missing(second, now=desk.clock())
    assert (len(one), len(other)) == (1, 0)
    assert len(desk.events()) == 1


def test_a_fetch_that_used_up_its_attempts_is_asked_for_again_after_an_hour(desk: Desk) -> None:
    ids = [desk.make(), desk.make(RecordingState.MISSING, sid="RE7"), desk.make(RecordingState.STORED)]
    with desk.session() as session:
        for id in ids:
            outbox.ask(session, job="fetch_recording", args={"recording": id}, now=desk.clock())
        outbox.ask(session, job="another", args={"recording": ids[0]}, now=desk.clock())
        for row in rows(session):
            row.state, row.ended_at, row.attempts = OutboxState.FAILED, desk.clock(), 8
    with desk.session() as session:
        assert fetch_again(session, now=desk.clock.move(minutes=59)) == []
    with desk.session() as session:
        assert fetch_again(session, now=desk.clock.move(minutes=1)) == ids[:2]
    with desk.session() as session:
        assert [row.state for row in rows(session)] == ["asked", "asked", "failed", "failed"]
        for row in rows(session):
            row.state, row.ended_at = OutboxState.FAILED, desk.clock()
    with desk.session() as session:
        assert fetch_again(session, now=desk.clock.move(days=8)) == []


def test_the_table_of_moves_is_what_the_database_allows(desk: Desk) -> None:
    for source in RecordingState:
        for target in RecordingState:
            id = desk.make(source)
            with desk.session() as session:
                moved = move(session, recording_id=id, to=target)
            assert moved is (target in MOVES[source])
            assert desk.row(id).state == (target if moved else source)
