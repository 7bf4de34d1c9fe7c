"""Calls as pages read them, with legs and timeline: three statements whatever the page holds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from people.models import Department
from tickets.models import Call, Event, Leg, Ticket
from tickets.paging import Page, Position


@dataclass(frozen=True, slots=True)
class CallView:
    """A call with the words for its ids, its legs in the order they began, and its timeline."""

    call: Call
    department: str | None
    ticket: int | None
    """Number of its ticket."""
    legs: tuple[Leg, ...]
    timeline: tuple[Event, ...]


def calls(
    session: Session, *, brand_id: int, from_number: str | None = None, limit: int, after: Position | None = None
) -> Page[CallView]:
    """A page of a brand's calls, newest first. Three statements."""
    statement = _rows(brand_id).order_by(Call.started_at.desc(), Call.id.desc()).limit(limit + 1)
    if from_number is not None:
        statement = statement.where(Call.from_number == from_number)
    if after is not None:
        statement = statement.where(tuple_(Call.started_at, Call.id) < (after.moment, after.id))
    rows = session.execute(statement).all()
    views = _views(session, rows[:limit])
    last = views[-1].call if len(rows) > limit else None
    return Page(views, Position(last.started_at, last.id) if last else None)


def call(session: Session, *, brand_id: int, sid: str) -> CallView | None:
    """The call that has a leg of this SID; the newest, should two carrier accounts have used it. Three statements."""
    of_leg = select(Leg.call_id).where(Leg.sid == sid)
    rows = session.execute(_rows(brand_id).where(Call.id.in_(of_leg)).order_by(Call.id.desc()).limit(1)).all()
    views = _views(session, rows)
    return views[0] if views else None


def _rows(brand_id: int) -> Select[Call, str, int]:
    return (
        select(Call, Department.key, Ticket.number)
        .outerjoin(Department, Department.id == Call.department_id)
        .outerjoin(Ticket, Ticket.id == Call.ticket_id)
        .where(Call.brand_id == brand_id)
    )


def _views(session: Session, rows: Sequence[Any]) -> list[CallView]:
    ids = [row[0].id for row in rows]
    legs: dict[int, list[Leg]] = defaultdict(list)
    for leg in session.scalars(select(Leg).where(Leg.call_id.in_(ids)).order_by(Leg.started_at, Leg.id)):
        legs[leg.call_id].append(leg)
    events: dict[int | None, list[Event]] = defaultdict(list)
    for event in session.scalars(select(Event).where(Event.call_id.in_(ids)).order_by(Event.happened_at, Event.id)):
        events[event.call_id].append(event)
    return [CallView(row[0], row[1], row[2], tuple(legs[row[0].id]), tuple(events[row[0].id])) for row in rows]
