"""A job that failed for good is told on the timeline, where people look; the list to retry from is core/outbox.py's."""

from datetime import datetime

from sqlalchemy.orm import Session

from tickets.models import Call, Ticket
from tickets.timeline import add_event
from workers.work import Work


def tell(session: Session, work: Work, *, reason: str, now: datetime) -> None:
    """Add `job_failed` to the timeline of the row's call and ticket; a row of neither is told in the list alone.

    The reason may name numbers and people: it is content, and may be emptied.
    """
    call = session.get(Call, work.call_id) if work.call_id else None
    ticket_id = work.ticket_id or (call.ticket_id if call else None)
    ticket = session.get(Ticket, ticket_id) if ticket_id else None
    about = call or ticket
    if about is None:
        return
    add_event(
        session,
        type="job_failed",
        brand_id=about.brand_id,
        happened_at=now,
        call_id=call.id if call else None,
        ticket_id=ticket_id,
        facts={"job": work.job, "outbox": work.outbox_id, "attempts": work.attempt},
        content={"reason": reason},
    )
