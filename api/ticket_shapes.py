"""Tickets as JSON: what is answered, and what may be sent."""

from collections.abc import Sequence

from pydantic import Field

from api.bodies import Body
from api.lists import ListOf, ListQuery
from api.shapes import EventShape, Moment, OpaqueId, Shape
from tickets import fields
from tickets.models import TicketStatus
from tickets.queries import TicketView


class TicketShape(Shape):
    """One matter, with everything that happened about it."""

    number: int
    status: TicketStatus
    priority: int = Field(ge=1, le=4)
    """1 (highest) to 4."""
    department: str | None
    """Its key."""
    subject: str
    channel: str
    caller: str | None
    """E.164 of who opened it; null when withheld."""
    customer: OpaqueId | None
    assignee: str | None
    """E-mail."""
    type: str | None
    reason: str | None
    outcome: str | None
    tags: list[str]
    calls: list[str]
    """SIDs of the calls' first legs, in the order the calls began."""
    recordings: list[OpaqueId]
    created_at: Moment
    updated_at: Moment
    solved_at: Moment | None
    closed_at: Moment | None
    version: int
    """Counts changes; send it back with a change to learn of others' changes."""

    @classmethod
    def of(cls, view: TicketView, recordings: Sequence[int]) -> "TicketShape":
        ticket = view.ticket
        return cls(
            number=ticket.number,
            status=TicketStatus(ticket.status),
            priority=ticket.priority,
            department=view.department,
            subject=ticket.subject,
            channel=ticket.channel,
            caller=ticket.caller,
            customer=str(ticket.customer_id) if ticket.customer_id is not None else None,
            assignee=view.assignee,
            type=ticket.type,
            reason=ticket.reason,
            outcome=ticket.outcome,
            tags=ticket.tags,
            calls=list(view.calls),
            recordings=[str(id) for id in recordings],
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
            solved_at=ticket.solved_at,
            closed_at=ticket.closed_at,
            version=ticket.version,
        )


class TicketList(ListOf[TicketShape]):
    """A page of tickets, newest first."""


class TimelineList(ListOf[EventShape]):
    """A page of a timeline, in the order things happened."""


class TicketQuery(ListQuery):
    """Which tickets."""

    call_sid: str | None = Field(None, max_length=200, description="SID of any leg of one of its calls.")
    caller: str | None = Field(None, max_length=20, description="E.164 of who opened it (`+` as `%2B`).")
    department: str | None = Field(None, max_length=100, description="A department's key.")
    status: TicketStatus | None = Field(None, description="Its status.")
    assignee: str | None = Field(None, max_length=320, description="E-mail of its owner, or `none`.")
    q: str | None = Field(
        None, max_length=200, description="A ticket number or the end of a caller's number, else words of the subject."
    )


class TicketChange(Body):
    """The fields to change; those left out stay as they are."""

    status: TicketStatus = Field(TicketStatus.OPEN, description="Moves as the status table allows.")
    priority: int = Field(3, ge=fields.HIGHEST_PRIORITY, le=fields.LOWEST_PRIORITY)
    department: str | None = Field(None, max_length=100, description="A department's key, or null.")
    subject: str = Field("", max_length=fields.MOST_SUBJECT, description="One line.")
    type: str | None = Field(None, pattern=fields.CODE)
    reason: str | None = Field(None, pattern=fields.CODE)
    outcome: str | None = Field(None, pattern=fields.CODE)
    tags: list[str] = Field([], max_length=fields.MOST_TAGS, description="All tags; replaces those before.")
    version: int | None = Field(None, ge=1, description="The version the change was made from; or send If-Match.")


class NoteSent(Body):
    """An internal note."""

    text: str = Field(min_length=1, max_length=fields.MOST_NOTE)


class AssignmentSent(Body):
    """Who shall own the ticket."""

    assignee: str = Field(max_length=320, description="E-mail of a person who works here.")
    version: int | None = Field(None, ge=1, description="The version this was decided on; or send If-Match.")
