"""A recording that counts as missing, and that the carrier does have: fetched after all, once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import outbox
from recordings.ledger import FETCH_JOB
from recordings.models import Recording, RecordingState
from recordings.ordering import FETCH_WITHIN
from recordings.states import move


def bring_back(session: Session, *, recording_id: int, now: datetime) -> bool:
    """Ask for a missing recording once more; False when it is not missing (any more), or was brought back before.

    Once only: what the carrier lists and still cannot give would raise its alarm again with every look at the list.
    """
    row = session.scalar(select(Recording).where(Recording.id == recording_id).with_for_update())
    if row is None or row.state != RecordingState.MISSING or row.sid is None:
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
