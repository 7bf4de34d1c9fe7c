"""What becomes of a call that ended without leaving anything: an abandoned one, work or not as its department wants."""

from datetime import datetime

from sqlalchemy.orm import Session

from people.models import Department
from tickets.models import Call, Ticket
from tickets.timeline import add_event

ABANDONED = "abandoned"
LEFT_SOMETHING = frozenset({"message_left", "callback_requested"})
SUBJECTS = {
    "message_left": "Left a message",
    "callback_requested": "Asked to be called back",
    "abandoned_in_ivr": "Hung up before anybody answered",
    "no_message": "Hung up before anybody answered",
    "informed": "Asked about a ticket",
}
"""What a list shows of a ticket whose call named no subject, by the call's outcome."""


def settle(session: Session, *, call_id: int, now: datetime) -> Ticket | None:
    """Settle an ended call and return its ticket if that is work for somebody, else None.

    A call ended without outcome was given up by the caller. Where the department does not want missed calls as work,
    a ticket that this call opened and nobody touched is solved at once, with outcome ``abandoned``; a message that
    arrives later takes that back.
    """
    call = session.get(Call, call_id, with_for_update=True)
    if call is None or call.ticket_id is None:
        return None
    ticket = session.get(Ticket, call.ticket_id, with_for_update=True)
    if ticket is None:
        return None
    if call.ended_at is not None and call.outcome is None:
        call.outcome = "abandoned_in_ivr"
    if ticket.subject in ("", SUBJECTS["abandoned_in_ivr"]) and ticket.born_call_id == call.id:
        ticket.subject = SUBJECTS.get(call.outcome or "", "")
    _take_back(session, call, ticket, now=now)
    given_up = call.outcome == "abandoned_in_ivr" and ticket.born_call_id == call.id and ticket.assignee_id is None
    if given_up and ticket.status == "new" and not _wants_missed_calls(session, ticket):
        ticket.status, ticket.outcome, ticket.solved_at = "solved", ABANDONED, now
        ticket.updated_at, ticket.version = now, ticket.version + 1
        add_event(session, type="ticket_solved", brand_id=ticket.brand_id, ticket_id=ticket.id, call_id=call.id,
                  happened_at=now, facts={"outcome": ABANDONED})  # fmt: skip
        return None
    return ticket if ticket.status in ("new", "open") else None


def _take_back(session: Session, call: Call, ticket: Ticket, *, now: datetime) -> None:
    """A call taken for given up had left something after all: its ticket is work again."""
    taken = ticket.status == "solved" and ticket.outcome == ABANDONED and ticket.born_call_id == call.id
    if not taken or call.outcome not in LEFT_SOMETHING:
        return
    ticket.status, ticket.outcome, ticket.solved_at = "open", None, None
    ticket.updated_at, ticket.version = now, ticket.version + 1
    add_event(session, type="ticket_reopened", brand_id=ticket.brand_id, ticket_id=ticket.id, call_id=call.id,
              happened_at=now, facts={"why": call.outcome})  # fmt: skip


def _wants_missed_calls(session: Session, ticket: Ticket) -> bool:
    department = session.get(Department, ticket.department_id) if ticket.department_id else None
    return department is None or department.missed_is_work
