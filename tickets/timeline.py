"""The timeline: every verb adds its event here, in the transaction of the change it tells about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tickets.models import Event


def add_event(
    session: Session,
    *,
    type: str,
    brand_id: int,
    happened_at: datetime,
    recorded_at: datetime | None = None,
    ticket_id: int | None = None,
    call_id: int | None = None,
    actor: str = "system",
    facts: Mapping[str, Any] | None = None,
    content: Mapping[str, Any] | None = None,
) -> Event:
    """Add one line to the timeline.

    type: a stable word such as ``recording_missing`` (docs/glossary.md lists them). facts: never personal, kept for
    ever. content: names, numbers, words; may be emptied on erasure. recorded_at defaults to happened_at.
    """
    event = Event(
        type=type,
        brand_id=brand_id,
        ticket_id=ticket_id,
        call_id=call_id,
        happened_at=happened_at,
        recorded_at=recorded_at or happened_at,
        actor=actor,
        facts=dict(facts or {}),
        content=dict(content or {}),
    )
    session.add(event)
    return event
