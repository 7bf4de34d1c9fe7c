"""The recording of a callback's talk, expected in the ledger from the moment customer and agent are connected."""

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recordings.models import Recording, RecordingState
from routing.callback_answers import Talk

GRACE = timedelta(minutes=15)
"""From the longest possible end of the talk to the recording counting as missing."""


def expect(session: Session, talk: Talk, *, now: datetime, longest_seconds: int) -> bool:
    """Note that this talk's recording ought to come; False when that is known, also where the recording was quicker."""
    statement = (
        insert(Recording)
        .values(
            brand_id=talk.brand_id,
            call_id=talk.call_id,
            account_sid=talk.account_sid,
            leg_sid=talk.leg_sid,
            part=talk.part,
            kind="call",
            state=RecordingState.EXPECTED,
            expected_at=now,
            deadline_at=now + timedelta(seconds=longest_seconds) + GRACE,
        )
        .on_conflict_do_nothing(index_elements=["account_sid", "leg_sid", "part"])
        .returning(Recording.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None
