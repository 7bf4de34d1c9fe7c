"""Voicemail: messages callers left that nobody has dealt with yet, the oldest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from people.models import Account, Department
from recordings.models import Recording, RecordingState
from tickets.changes import change
from tickets.models import Call, Customer, Event, Ticket, TicketStatus
from tickets.paging import Page, Position
from tickets.statuses import UNSOLVED
from tickets.timeline import add_event

DONE = "message_done"
OUTCOME = "answered"
_LATEST = 200
_HERE = (RecordingState.READY, RecordingState.STORED)


@dataclass(frozen=True, slots=True)
class Message:
    """A message with what a list shows of its call."""

    recording: Recording
    call: Call
    ticket: Ticket
    department: str | None
    customer: str | None
    assignee: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """A message was marked as dealt with; `solved`: so was its ticket."""

    ticket: int
    solved: bool


def inbox(
    session: Session, *, brand_id: int, department_id: int | None = None, limit: int, after: Position | None = None
) -> Page[Message]:
    """Messages waiting for somebody, the oldest first. One statement.

    A message waits while it is here or on its way, its ticket is work, and nobody marked it as done.
    """
    statement = _waiting(brand_id).order_by(Recording.expected_at, Recording.id).limit(limit + 1)
    if department_id is not None:
        statement = statement.where(Ticket.department_id == department_id)
    if after is not None:
        statement = statement.where(tuple_(Recording.expected_at, Recording.id) > (after.moment, after.id))
    messages = [Message(*row) for row in session.execute(statement)]
    last = messages[limit - 1].recording if len(messages) > limit else None
    return Page(messages[:limit], Position(last.expected_at, last.id) if last else None)


def waiting(session: Session, *, brand_id: int) -> int:
    """How many messages wait. One statement."""
    return session.scalar(select(func.count()).select_from(_waiting(brand_id).subquery())) or 0


def last_done(session: Session, *, brand_id: int) -> datetime | None:
    """When one of the latest messages was dealt with, marked as done or solved with its ticket. One statement."""
    latest = (
        select(Recording)
        .where(Recording.brand_id == brand_id, Recording.kind == "message")
        .order_by(Recording.id.desc())
        .limit(_LATEST)
        .subquery()
    )
    recent = aliased(Recording, latest)
    statement = (
        select(func.max(func.greatest(Event.happened_at, Ticket.solved_at)))
        .select_from(recent)
        .join(Call, Call.id == recent.call_id)
        .join(Ticket, Ticket.id == Call.ticket_id)
        .outerjoin(Event, _marks(recent))
    )
    at: datetime | None = session.scalar(statement)
    return at


def message(session: Session, *, brand_id: int, recording_id: int) -> Message | None:
    """A message of the brand, done or not. One statement."""
    row = session.execute(_messages(brand_id).where(Recording.id == recording_id)).one_or_none()
    return Message(*row) if row is not None else None


def is_done(session: Session, *, message: Message) -> bool:
    """Whether somebody dealt with it. At most one statement."""
    if message.ticket.status not in UNSOLVED:
        return True
    return bool(session.scalar(select(exists().where(_marks(message.recording)))))


def mark_done(session: Session, *, message: Message, actor: str, now: datetime) -> Done | None:
    """Mark a message as dealt with; None: it was so already.

    A ticket that this very call opened is solved with it (it must have an assignee: see `tickets.statuses`), for the
    message was all it was about. A ticket of another matter that the caller joined stays as it is.
    Raises what `tickets.changes.change` raises.
    """
    session.refresh(message.ticket, with_for_update=True)
    if is_done(session, message=message):
        return None
    add_event(
        session,
        type=DONE,
        brand_id=message.call.brand_id,
        ticket_id=message.ticket.id,
        call_id=message.call.id,
        happened_at=now,
        actor=actor,
        facts={"recording": message.recording.id},
    )
    solves = closes_ticket(message)
    if solves:
        change(
            session,
            ticket=message.ticket,
            actor=actor,
            now=now,
            status=TicketStatus.SOLVED,
            outcome=message.ticket.outcome or OUTCOME,
        )
    session.flush()
    return Done(message.ticket.number, solves)


def closes_ticket(message: Message) -> bool:
    """Whether its ticket is about nothing but this call."""
    return message.ticket.born_call_id == message.call.id


def _messages(brand_id: int) -> Select[Recording, Call, Ticket, str, str | None, str]:
    return (
        select(Recording, Call, Ticket, Department.name, Customer.name, Account.name)
        .join(Call, Call.id == Recording.call_id)
        .join(Ticket, Ticket.id == Call.ticket_id)
        .outerjoin(Department, Department.id == Ticket.department_id)
        .outerjoin(Customer, Customer.id == func.coalesce(Call.customer_id, Ticket.customer_id))
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .where(Recording.brand_id == brand_id, Recording.kind == "message")
    )


def _waiting(brand_id: int) -> Select[Recording, Call, Ticket, str, str | None, str]:
    return _messages(brand_id).where(
        Recording.state.in_(_HERE), Ticket.status.in_(UNSOLVED), ~exists().where(_marks(Recording))
    )


def _marks(recording: Recording | type[Recording]) -> ColumnElement[bool]:
    """The event that marks a recording, or the one a statement is about."""
    return and_(
        Event.call_id == recording.call_id,
        Event.type == DONE,
        Event.facts["recording"].as_integer() == recording.id,
    )
