"""Tickets and their timelines as pages read them: a fixed, small number of statements whatever the page holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlalchemy.orm import Session

from people.models import Account, Department
from tickets.models import Call, Event, Leg, Ticket
from tickets.paging import Page, Position
from tickets.searching import found
from tickets.statuses import IS_WORK

UNASSIGNED = 0
"""An assignee to ask for: nobody."""

WORK = "unsolved"
"""A status to ask for: any in which somebody still owes something."""

MOST_FOUND = 250
"""A search finds at most so many, the newest, where a list is in another order than that."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with the words for its ids: department key, assignee's e-mail, SIDs of its calls' first legs."""

    ticket: Ticket
    department: str | None
    assignee: str | None
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which tickets a list is asked for; None: whichever.

    assignee_id: an account, or UNASSIGNED. call_sid: of any leg. q: see tickets/searching.py. status: one, or WORK for
    whatever is not solved.
    """

    number: int | None = None
    call_sid: str | None = None
    caller: str | None = None
    customer_id: int | None = None
    department_id: int | None = None
    status: str | None = None
    assignee_id: int | None = None
    priority: int | None = None
    tag: str | None = None
    q: str | None = None
    opened_before: datetime | None = None
    solved_from: datetime | None = None


def tickets(
    session: Session, *, brand_id: int, asked: Asked | None = None, limit: int, after: Position | None = None
) -> Page[TicketView]:
    """A page of a brand's tickets, newest first. Two statements."""
    statement = (
        _rows(brand_id)
        .where(*conditions(brand_id, asked or Asked(), most=limit + 1, after=after))
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(limit + 1)
    )
    rows = session.execute(statement).all()
    views = _views(session, rows[:limit])
    last = views[-1].ticket if len(rows) > limit else None
    return Page(views, Position(last.created_at, last.id) if last else None)


def ticket(session: Session, *, brand_id: int, number: int) -> TicketView | None:
    """The ticket of a number. Two statements."""
    rows = session.execute(_rows(brand_id).where(Ticket.number == number)).all()
    views = _views(session, rows)
    return views[0] if views else None


def ticket_row(session: Session, *, brand_id: int, number: int) -> Ticket | None:
    """The bare row, for those who are about to change it."""
    return session.scalar(select(Ticket).where(Ticket.brand_id == brand_id, Ticket.number == number))


def ticket_timeline(session: Session, *, ticket_id: int, limit: int, after: Position | None = None) -> Page[Event]:
    """What happened on a ticket and in its calls, in the order it happened. One statement."""
    calls = select(Call.id).where(Call.ticket_id == ticket_id).scalar_subquery()
    return _timeline(session, or_(Event.ticket_id == ticket_id, Event.call_id.in_(calls)), limit, after)


def call_timeline(session: Session, *, call_id: int, limit: int, after: Position | None = None) -> Page[Event]:
    """What happened in a call, in the order it happened. One statement."""
    return _timeline(session, Event.call_id == call_id, limit, after)


def conditions(
    brand_id: int, asked: Asked, *, most: int = MOST_FOUND, after: Position | None = None
) -> list[ColumnElement[bool]]:
    """What a ticket must be, to be among those asked for.

    Of a search at most the newest `most` are among them; those that follow `after`, where a list goes on there.
    """
    same: list[tuple[Any, object]] = [
        (Ticket.brand_id, brand_id),
        (Ticket.number, asked.number),
        (Ticket.caller, asked.caller),
        (Ticket.customer_id, asked.customer_id),
        (Ticket.department_id, asked.department_id),
        (Ticket.priority, asked.priority),
        (Ticket.status, asked.status if asked.status != WORK else None),
        (Ticket.assignee_id, asked.assignee_id or None),
    ]
    wanted: list[ColumnElement[bool]] = [column == value for column, value in same if value is not None]
    if asked.status == WORK:
        wanted.append(IS_WORK)
    if asked.assignee_id == UNASSIGNED:
        wanted.append(Ticket.assignee_id.is_(None))
    if asked.call_sid is not None:
        wanted.append(Ticket.id.in_(_tickets_of_leg(asked.call_sid)))
    wanted += _in_time(asked)
    if after is not None:
        wanted.append(tuple_(Ticket.created_at, Ticket.id) < (after.moment, after.id))
    q = (asked.q or "").strip()
    if not q and asked.tag is None:
        return wanted
    before_id = after.id if after else None
    hits = found(q, brand_id=brand_id, where=wanted, most=most, tag=asked.tag, before_id=before_id)
    return [Ticket.id.in_(hits)]


def _rows(brand_id: int) -> Select[Ticket, str, str]:
    return (
        select(Ticket, Department.key, Account.email)
        .outerjoin(Department, Department.id == Ticket.department_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .where(Ticket.brand_id == brand_id)
    )


def _views(session: Session, rows: Sequence[Any]) -> list[TicketView]:
    sids = _calls_of(session, [row[0].id for row in rows])
    return [TicketView(row[0], row[1], row[2], tuple(sids[row[0].id])) for row in rows]


def _calls_of(session: Session, ticket_ids: Iterable[int]) -> dict[int | None, list[str]]:
    """Ticket id → SIDs of its calls, in the order they began."""
    statement = select(Call.ticket_id, Call.sid).where(Call.ticket_id.in_(ticket_ids))
    sids: dict[int | None, list[str]] = defaultdict(list)
    for ticket_id, sid in session.execute(statement.order_by(Call.started_at, Call.id)):
        sids[ticket_id].append(sid)
    return sids


def _in_time(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.opened_before is not None:
        wanted.append(Ticket.created_at < asked.opened_before)
    if asked.solved_from is not None:
        wanted.append(Ticket.solved_at >= asked.solved_from)
    return wanted


def _tickets_of_leg(sid: str) -> Select[int | None]:
    return select(Call.ticket_id).join(Leg, Leg.call_id == Call.id).where(Leg.sid == sid, Call.ticket_id.is_not(None))


def _timeline(session: Session, whose: ColumnElement[bool], limit: int, after: Position | None) -> Page[Event]:
    statement = select(Event).where(whose).order_by(Event.happened_at, Event.id).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(Event.happened_at, Event.id) > (after.moment, after.id))
    events = session.scalars(statement).all()
    last = events[limit - 1] if len(events) > limit else None
    return Page(events[:limit], Position(last.happened_at, last.id) if last else None)
