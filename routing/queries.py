"""Callbacks as pages and programs read them: one statement each, whatever they hold."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from routing.models import Callback
from tickets.models import Ticket
from tickets.paging import Page, Position


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A callback with the number of its ticket."""

    callback: Callback
    ticket: int


def callbacks(
    session: Session,
    *,
    brand_id: int,
    state: str | None = None,
    ticket: int | None = None,
    limit: int,
    after: Position | None = None,
) -> Page[CallbackView]:
    """A page of a brand's callbacks, the latest asked for first. ticket: the number of the ticket they belong to."""
    statement = _rows(brand_id).order_by(Callback.id.desc()).limit(limit + 1)
    if state is not None:
        statement = statement.where(Callback.state == state)
    if ticket is not None:
        statement = statement.where(Ticket.number == ticket)
    if after is not None:
        statement = statement.where(Callback.id < after.id)
    views = [CallbackView(*row) for row in session.execute(statement)]
    last = views[limit - 1].callback if len(views) > limit else None
    return Page(views[:limit], Position(last.requested_at, last.id) if last else None)


def callback(session: Session, *, brand_id: int, id: int) -> CallbackView | None:
    """The callback of an id."""
    row = session.execute(_rows(brand_id).where(Callback.id == id)).one_or_none()
    return CallbackView(*row) if row is not None else None


def _rows(brand_id: int) -> Select[Callback, int]:
    return (
        select(Callback, Ticket.number)
        .join(Ticket, Ticket.id == Callback.ticket_id)
        .where(Callback.brand_id == brand_id)
    )
