"""Whose background work a row is: that of the brand whose call or ticket it is about."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from core.outbox_models import OutboxRow
from tickets.models import Call, Ticket


def is_work_of(brand_id: int) -> ColumnElement[bool]:
    """True for work about this brand's calls and tickets, and for work about nobody's, such as housekeeping."""
    about_call = exists().where(Call.id == OutboxRow.call_id, Call.brand_id == brand_id)
    about_ticket = exists().where(Ticket.id == OutboxRow.ticket_id, Ticket.brand_id == brand_id)
    nobodys = and_(OutboxRow.call_id.is_(None), OutboxRow.ticket_id.is_(None))
    return or_(about_call, about_ticket, nobodys)


def ticket_numbers(session: Session, work: Iterable[OutboxRow]) -> dict[int, int]:
    """The numbers people know the tickets of this work by: ticket id → number. One statement."""
    ids = {row.ticket_id for row in work if row.ticket_id is not None}
    return dict(session.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(ids))).all())
