"""A ticket opened by staff and programs. Callers' tickets are opened by the turn that knows their matter."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from people.models import Department
from tickets.fields import checked_code, checked_priority, checked_subject, checked_tags
from tickets.models import Ticket, ticket_ids
from tickets.timeline import add_event

ORDINARY_PRIORITY = 3


def open_ticket(
    session: Session,
    *,
    brand_id: int,
    actor: str,
    now: datetime,
    caller: str | None = None,
    department: Department | None = None,
    subject: str = "",
    priority: int = ORDINARY_PRIORITY,
    reason: str | None = None,
    tags: Sequence[str] = (),
    born_call_id: int | None = None,
    demo: bool = False,
) -> Ticket:
    """Open a ticket and tell it on its timeline. caller: E.164, or None. Raises ChangeRefused."""
    number = session.scalars(ticket_ids.next_value()).one()
    ticket = Ticket(
        id=number,
        brand_id=brand_id,
        number=number,
        status="new",
        priority=checked_priority(priority),
        department_id=department.id if department else None,
        subject=checked_subject(subject),
        channel="phone",
        caller=caller,
        reason=checked_code("reason", reason),
        tags=checked_tags(tags),
        born_call_id=born_call_id,
        demo=demo,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(ticket)
    add_event(
        session,
        type="ticket_opened",
        brand_id=brand_id,
        ticket_id=number,
        call_id=born_call_id,
        happened_at=now,
        actor=actor,
        facts={"number": number},
    )
    session.flush()
    return ticket
