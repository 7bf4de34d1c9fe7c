"""What the timeline is told of a recording: the same few facts for every change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tickets.models import Call
from tickets.timeline import add_event


def tell(
    session: Session,
    what: str,
    *,
    recording_id: int,
    call_id: int,
    now: datetime,
    actor: str = "system",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Add ``recording_<what>`` to the timeline of the call and its ticket, in the transaction of the change."""
    call = session.get_one(Call, call_id)
    add_event(
        session,
        type=f"recording_{what}",
        brand_id=call.brand_id,
        ticket_id=call.ticket_id,
        call_id=call.id,
        happened_at=now,
        actor=actor,
        facts={"recording": recording_id} | {key: value for key, value in (facts or {}).items() if value is not None},
    )
