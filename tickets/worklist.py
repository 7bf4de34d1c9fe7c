"""Tickets as those who work through them read them: filtered, in a chosen order, from any place in it.

One statement for a page, one for both neighbours of a ticket, one for all counts, at any depth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from people.models import Account, Department
from people.sign_in_models import TicketSeen
from tickets.models import Call, Customer, Ticket
from tickets.paging import BadCursor, Position, read_cursor
from tickets.queries import Asked, conditions
from tickets.statuses import UNSOLVED

MOST_COUNTED = 100
"""Counting stops here: pages say "99+"."""


class Order(StrEnum):
    """What a list of work is ordered by."""

    NEWEST = "newest"
    WAITING = "waiting"
    """Waiting longest first."""
    PRIORITY = "priority"
    """The most urgent first, of those the one that waits longest."""
    CHANGED = "changed"
    """The latest change first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in a list of any order; `rank` is its priority."""

    rank: int
    position: Position

    def cursor(self) -> str:
        """As an opaque text for URLs."""
        return f"{self.rank}.{self.position.cursor()}"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A ticket with the names for its ids. on_call: somebody is on the line about it; unread: changed since seen."""

    ticket: Ticket
    department: str | None
    """Its name."""
    assignee: str | None
    """Their name."""
    customer: str | None
    on_call: bool
    unread: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows of a list; `before` and `after` are where it goes on at either end, None where it ends."""

    rows: Sequence[WorkRow]
    before: Place | None = None
    after: Place | None = None


def read_place(text: str) -> Place:
    """The place a cursor stands for. Raises BadCursor."""
    rank, _, position = text.partition(".")
    if not (rank.isascii() and rank.isdigit() and len(rank) == 1):
        raise BadCursor("this cursor was not made here")
    return Place(int(rank), read_cursor(position))


def place_of(ticket: Ticket, order: Order) -> Place:
    """Where `ticket` stands."""
    moment = ticket.updated_at if order == Order.CHANGED else ticket.created_at
    return Place(ticket.priority, Position(moment, ticket.id))


def worklist(
    session: Session,
    *,
    brand_id: int,
    viewer_id: int,
    asked: Asked | None = None,
    order: Order = Order.NEWEST,
    limit: int,
    after: Place | None = None,
    before: Place | None = None,
) -> Stretch:
    """The rows that follow `after`, or those that precede `before`, else the first ones. One statement."""
    back = before is not None and after is None
    start = before if back else after
    asked, order = _simplest(asked or Asked(), order, start, back=back)
    if order == Order.NEWEST and not back:
        # The usual list goes on for ever, also of a search.
        position = start.position if start else None
        wanted = conditions(brand_id, asked, most=limit + 1, after=position)
    else:
        wanted = conditions(brand_id, asked)
    statement = _rows(viewer_id).where(*wanted)
    if start is not None:
        statement = statement.where(_beyond(order, start, back=back))
    found = session.execute(statement.order_by(*_ordering(order, back=back)).limit(limit + 1)).all()
    rows = [WorkRow(*row) for row in found[:limit]]
    more = len(found) > limit
    if back:
        rows.reverse()
    if not rows:
        return Stretch(rows)
    first, last = (place_of(row.ticket, order) for row in (rows[0], rows[-1]))
    return Stretch(
        rows,
        before=first if (more if back else start is not None) else None,
        after=last if (back or more) else None,
    )


def neighbours(
    session: Session, *, brand_id: int, asked: Asked, order: Order, ticket: Ticket
) -> tuple[int | None, int | None]:
    """Numbers of the tickets before and after `ticket` in a list, whether or not it is in it itself. One statement."""
    here = place_of(ticket, order)

    def next_to(back: bool) -> Any:
        simple, way = _simplest(asked, order, here, back=back)
        return (
            select(Ticket.number)
            .where(*conditions(brand_id, simple), _beyond(way, here, back=back))
            .order_by(*_ordering(way, back=back))
            .limit(1)
            .scalar_subquery()
        )

    before, after = session.execute(select(next_to(True), next_to(False))).one()
    return before, after


def counts(session: Session, *, brand_id: int, views: Mapping[str, Asked]) -> dict[str, int]:
    """How many tickets each view holds, counted up to MOST_COUNTED. One statement for all of them."""
    if not views:
        return {}
    columns = [
        select(func.count())
        .select_from(
            select(literal(1)).where(*conditions(brand_id, asked, most=MOST_COUNTED)).limit(MOST_COUNTED).subquery()
        )
        .scalar_subquery()
        for asked in views.values()
    ]
    return dict(zip(views, session.execute(select(*columns)).one(), strict=True))


def matching(*, brand_id: int, asked: Asked, order: Order = Order.NEWEST, most: int) -> Select[int, int, int]:
    """Id, number and version of the first `most` tickets of a list, to be asked for or counted in the database."""
    chosen = select(Ticket.id, Ticket.number, Ticket.version)
    return chosen.where(*conditions(brand_id, asked, most=most)).order_by(*_ordering(order, back=False)).limit(most)


def count_matching(session: Session, *, brand_id: int, asked: Asked, most: int) -> int:
    """How many tickets match, counted up to `most`. One statement."""
    found = select(literal(1)).where(*conditions(brand_id, asked, most=most)).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _simplest(asked: Asked, order: Order, start: Place | None, *, back: bool) -> tuple[Asked, Order]:
    """The same list without what its other conditions say already.

    An index is read from the place only where nothing else is said of the columns it begins with: a second condition
    on one of them may be taken for the beginning, and all up to the place is read.
    """
    if order == Order.PRIORITY and asked.priority is not None:
        order = Order.WAITING  # which is all that is left of it among those of one priority
    falls = back if order == Order.WAITING else (order == Order.NEWEST and not back)
    if start and falls and asked.opened_before is not None and start.position.moment < asked.opened_before:
        asked = replace(asked, opened_before=None)
    return asked, order


def _rows(viewer_id: int) -> Select[Ticket, str, str, str | None, bool, bool]:
    on_call = exists().where(Call.ticket_id == Ticket.id, Call.ended_at.is_(None))
    # What is done with is never shouted at somebody who comes new to it.
    news = or_(TicketSeen.seen_at.is_(None), TicketSeen.seen_at < Ticket.updated_at)
    unread = and_(Ticket.status.in_(UNSOLVED), news)
    return (
        select(Ticket, Department.name, Account.name, Customer.name, on_call, unread)
        .outerjoin(Department, Department.id == Ticket.department_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .outerjoin(Customer, Customer.id == Ticket.customer_id)
        .outerjoin(TicketSeen, and_(TicketSeen.ticket_id == Ticket.id, TicketSeen.account_id == viewer_id))
    )


def _ordering(order: Order, *, back: bool) -> list[ColumnElement[Any]]:
    """The columns of the order; all of them rise or fall together, so that a row comparison can say "beyond"."""
    falls = (order in (Order.NEWEST, Order.CHANGED)) != back
    return [column.desc() if falls else column.asc() for column in _columns(order)]


def _beyond(order: Order, place: Place, *, back: bool) -> ColumnElement[bool]:
    columns = _columns(order)
    moment_and_id = (place.position.moment, place.position.id)
    values = (place.rank, *moment_and_id) if order == Order.PRIORITY else moment_and_id
    here = tuple_(*columns)
    falls = (order in (Order.NEWEST, Order.CHANGED)) != back
    return here < values if falls else here > values


def _columns(order: Order) -> list[ColumnElement[Any]]:
    if order == Order.PRIORITY:
        return [Ticket.priority.expression, Ticket.created_at.expression, Ticket.id.expression]
    moment = Ticket.updated_at if order == Order.CHANGED else Ticket.created_at
    return [moment.expression, Ticket.id.expression]
