"""What became of a call: its one ticket with its recordings. Nothing else of the house is shown here."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from recordings.models import Recording, RecordingState
from tickets.models import Call, Leg
from tickets.queries import Asked, TicketView, tickets

_COMING = (RecordingState.EXPECTED, RecordingState.READY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The call's ticket, or None while it has none; its own recordings; whether nothing more will come by itself."""

    ticket: TicketView | None
    recordings: tuple[Recording, ...]
    settled: bool


def outcome_of(session: Session, *, brand_id: int, sid: str) -> Outcome:
    """What became of the call with a leg of this SID. Four statements."""
    found = tickets(session, brand_id=brand_id, asked=Asked(call_sid=sid), limit=1).items
    mine = select(Recording).join(Leg, Leg.call_id == Recording.call_id).where(Leg.sid == sid).order_by(Recording.id)
    made = tuple(session.scalars(mine))
    over = session.scalar(select(Call.ended_at).join(Leg, Leg.call_id == Call.id).where(Leg.sid == sid)) is not None
    coming = any(recording.state in _COMING for recording in made)
    return Outcome(found[0] if found else None, made, bool(found) and over and not coming)
