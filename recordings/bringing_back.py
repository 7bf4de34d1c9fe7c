"""A recording that was given up too early, and that the carrier does have: fetched after all, once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import outbox
from recordings.ledger import FETCH_JOB
from recordings.models import Recording, RecordingState
from recordings.ordering import FETCH_WITHIN
from recordings.states import move


def bring_back(session: Session, *, recording_id: int, now: datetime) -> bool:
    """Ask for a missing recording once more; False when that is of no use, or it is not missing (any more).

    Of no use is what was tried until its deadline: the carrier lists it, and cannot give it. And once only, for that
    would raise its alarm again with every look at the list.
    """
    row = session.scalar(select(Recording).where(Recording.id == recording_id).with_for_update())
    if row is None or row.state != RecordingState.MISSING or row.sid is None:
        return False
    if row.ready_at is not None and row.deadline_at <= now:
        return False
    key = f"{FETCH_JOB}:{row.id}:{row.sid}:brought_back"
    if not outbox.ask(session, job=FETCH_JOB, args={"recording": row.id}, now=now, key=key, call_id=row.call_id):
        return False
    return move(
        session,
        recording_id=row.id,
        to=RecordingState.READY,
        ready_at=now,
        deadline_at=now + FETCH_WITHIN,
        failure=None,
    )
