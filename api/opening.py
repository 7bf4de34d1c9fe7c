"""Tickets opened by programs, such as from a form on a web site."""

from pydantic import Field

from api.assignments import NOUN as NOUN  # the operation below completes it
from api.bodies import Body
from api.operations import Answered, Asked
from api.shapes import E164
from api.ticket_shapes import TicketShape
from api.tickets import known_department, shown
from core.outbox import ask
from people.rights import Right
from tickets import fields
from tickets.changes import add_note
from tickets.opening import ORDINARY_PRIORITY, open_ticket


class TicketSent(Body):
    """A matter to open a ticket for."""

    subject: str = Field(min_length=1, max_length=fields.MOST_SUBJECT, description="One line.")
    caller: E164 | None = Field(None, description="Who it is about, to be called back.")
    department: str | None = Field(None, max_length=100, description="A department's key.")
    priority: int = Field(ORDINARY_PRIORITY, ge=fields.HIGHEST_PRIORITY, le=fields.LOWEST_PRIORITY)
    reason: str | None = Field(None, pattern=fields.CODE)
    tags: list[str] = Field([], max_length=fields.MOST_TAGS)
    note: str = Field("", max_length=fields.MOST_NOTE, description="An internal note to begin with.")


@NOUN.offers("POST", "/tickets", right=Right.WRITE_TICKETS, sends=TicketSent, answer=TicketShape, status=201)
def open_new_ticket(asked: Asked[None, TicketSent]) -> Answered:
    """Open a ticket. A job gives it an owner at once, as it does for a call."""
    body, session = asked.body, asked.session
    ticket = open_ticket(
        session,
        brand_id=asked.who.brand_id,
        actor=asked.who.actor,
        now=asked.now,
        caller=body.caller,
        department=known_department(asked, body.department, status=422, place="body") if body.department else None,
        subject=body.subject,
        priority=body.priority,
        reason=body.reason,
        tags=body.tags,
    )
    if body.note.strip():
        add_note(session, ticket=ticket, actor=asked.who.actor, now=asked.now, text=body.note)
    ask(
        session,
        job="assign_ticket",
        args={"ticket": ticket.id},
        now=asked.now,
        key=f"assign_ticket:{ticket.id}",
        ticket_id=ticket.id,
    )
    return shown(asked, ticket.number)
