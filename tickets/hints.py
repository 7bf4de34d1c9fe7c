"""Hints to open pages: that something changed, never what. A page that cares asks again by its own route."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tickets.models import Event, Ticket

OVERLAP = timedelta(seconds=30)
"""Ids are given out before commits: rows this young are told again, so that a late one is not missed."""


@dataclass(frozen=True)
class Hint:
    """kind: `ticket` (id is its number) or `call` (id of ours). event: the timeline event's id; tell each once."""

    event: int
    kind: str
    id: int
    version: int

    def as_json(self) -> dict[str, str | int]:
        return {"event": self.event, "kind": self.kind, "id": self.id, "version": self.version}


def newest(session: Session, *, brand_id: int) -> int:
    """The id of the brand's newest event: where to start listening."""
    return session.scalar(select(func.max(Event.id)).where(Event.brand_id == brand_id)) or 0


def changes(session: Session, *, brand_id: int, after: int, now: datetime, limit: int = 200) -> list[Hint]:
    """What changed after the event of this id, oldest first, and again what changed just before it. One statement."""
    is_young = (Event.id > after - 200) & (Event.recorded_at > now - OVERLAP)
    rows = session.execute(
        select(Event.id, Event.call_id, Ticket.number, Ticket.version)
        .outerjoin(Ticket, Ticket.id == Event.ticket_id)
        .where(Event.brand_id == brand_id, (Event.id > after) | is_young)
        .order_by(Event.id)
        .limit(limit)
    )
    return [
        Hint(row.id, "ticket", row.number, row.version)
        if row.number is not None
        else Hint(row.id, "call", row.call_id or 0, 0)
        for row in rows
    ]
