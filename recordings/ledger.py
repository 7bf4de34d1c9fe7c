"""The ledger's sweepers: nothing ordered stays unaccounted for, whatever news or job was lost.

The timetable calls both verbs every minute or so; each takes a bounded number of rows and may run in several places.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import outbox
from core.outbox_models import OutboxRow, OutboxState
from recordings.failing import give_up
from recordings.models import Recording, RecordingState
from recordings.ordering import FETCH_WITHIN
from recordings.states import move

FETCH_JOB = "fetch_recording"

_GONE = frozenset({"absent", "failed"})
"""The carrier's words for a recording of which there will never be a sound."""
_REST = timedelta(hours=1)
_HOPE = timedelta(days=7)


def find_missing(session: Session, *, now: datetime, most: int = 200) -> list[int]:
    """Account for recordings past their deadline, and return the ids of those now missing, each with its alarm.

    One that is still expected although the carrier named it (its last news was lost) is fetched instead.
    """
    overdue = session.scalars(
        select(Recording)
        .where(
            Recording.deadline_at <= now,
            Recording.state.in_((RecordingState.EXPECTED, RecordingState.READY)),
        )
        .order_by(Recording.deadline_at, Recording.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    return [row.id for row in overdue if not _fetched_instead(session, row, now) and _lost(session, row, now)]


def fetch_again(session: Session, *, now: datetime, most: int = 50) -> list[int]:
    """Ask again for recordings whose job used up its attempts, until a week past their deadline; their ids.

    A store away for hours uses up any number of attempts; the recording is not lost by that. (A recording given up
    for the carrier's sake is not meant: its job ended, and did not fail.)
    """
    failed = session.execute(
        select(OutboxRow.id, Recording.id)
        .join(Recording, Recording.id == OutboxRow.args["recording"].as_integer())
        .where(
            OutboxRow.state == OutboxState.FAILED,
            OutboxRow.job == FETCH_JOB,
            OutboxRow.ended_at <= now - _REST,
            Recording.state.in_((RecordingState.READY, RecordingState.MISSING)),
            Recording.deadline_at > now - _HOPE,
        )
        .order_by(OutboxRow.id)
        .limit(most)
    ).all()
    return [
        recording_id for row_id, recording_id in failed if outbox.retry(session, row_id=row_id, now=now, actor="system")
    ]


def _fetched_instead(session: Session, row: Recording, now: datetime) -> bool:
    if row.state != RecordingState.EXPECTED or row.sid is None or row.failure in _GONE:
        return False
    return move(
        session,
        recording_id=row.id,
        to=RecordingState.READY,
        ready_at=now,
        deadline_at=now + FETCH_WITHIN,
    ) and outbox.ask(
        session,
        job=FETCH_JOB,
        args={"recording": row.id},
        now=now,
        key=f"{FETCH_JOB}:{row.id}:{row.sid}",  # the key the carrier's own news would use
        call_id=row.call_id,
    )


def _lost(session: Session, row: Recording, now: datetime) -> bool:
    if row.state == RecordingState.READY:
        why = row.failure or "it was not fetched in time"
    elif row.failure in _GONE:
        why = f"the carrier says that it is {row.failure}"
    else:
        why = "the carrier told nothing of it"
    return give_up(session, recording_id=row.id, call_id=row.call_id, why=why, now=now)
