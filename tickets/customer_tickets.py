"""The tickets of one customer, or of whoever calls from a number."""

from collections.abc import Sequence

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from tickets.models import Ticket
from tickets.statuses import UNSOLVED


def tickets_of(session: Session, *, brand_id: int, customer_id: int, limit: int) -> list[Ticket]:
    """The latest, those that are work before all others. One statement."""
    statement = (
        select(Ticket)
        .where(Ticket.brand_id == brand_id, Ticket.customer_id == customer_id)
        .order_by(case((Ticket.status.in_(UNSOLVED), 0), else_=1), Ticket.created_at.desc(), Ticket.id.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def open_tickets_of(
    session: Session, *, brand_id: int, number: str, customer_ids: Sequence[int] = (), limit: int
) -> list[Ticket]:
    """Tickets that are work and were opened from this number (E.164), or belong to one of these customers; newest
    first. One statement."""
    whose = (
        or_(Ticket.caller == number, Ticket.customer_id.in_(customer_ids))
        if customer_ids
        else (Ticket.caller == number)
    )
    statement = (
        select(Ticket)
        .where(Ticket.brand_id == brand_id, Ticket.status.in_(UNSOLVED), whose)
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))
