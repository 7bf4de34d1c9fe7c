"""All there is to read of one ticket: its row with names, latest events, calls, and the customer's other tickets."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tickets.models import Call, Customer, Event, Ticket
from tickets.queries import Asked
from tickets.worklist import Order, WorkRow, worklist

MOST_EVENTS = 400
"""So many events are read at once, the latest ones."""
MOST_CALLS = 60
MOST_OTHERS = 6


@dataclass(frozen=True, slots=True)
class Sheet:
    """A ticket with what happened. events and calls: in the order they happened; cut: there are earlier ones."""

    row: WorkRow
    events: Sequence[Event]
    calls: Sequence[Call]
    cut: bool


def sheet(
    session: Session, *, brand_id: int, viewer_id: int, number: int, most_events: int = MOST_EVENTS
) -> Sheet | None:
    """The sheet of a ticket's number, None when there is none. Three statements."""
    found = worklist(session, brand_id=brand_id, viewer_id=viewer_id, asked=Asked(number=number), limit=1).rows
    if not found:
        return None
    ticket_id = found[0].ticket.id
    latest = select(Call).where(Call.ticket_id == ticket_id).order_by(Call.started_at.desc(), Call.id.desc())
    calls = session.scalars(latest.limit(MOST_CALLS + 1)).all()
    of_calls = Event.call_id.in_([call.id for call in calls])
    statement = select(Event).where(or_(Event.ticket_id == ticket_id, of_calls))
    events = session.scalars(statement.order_by(Event.happened_at.desc(), Event.id.desc()).limit(most_events + 1)).all()
    cut = len(events) > most_events or len(calls) > MOST_CALLS
    return Sheet(found[0], events[:most_events][::-1], calls[:MOST_CALLS][::-1], cut)


def others(session: Session, *, ticket: Ticket, viewer_id: int) -> list[WorkRow]:
    """The latest other tickets of the same customer, or where nobody knows who it is, of the same number."""
    if ticket.customer_id is not None:
        asked = Asked(customer_id=ticket.customer_id)
    elif ticket.caller is not None:
        asked = Asked(caller=ticket.caller)
    else:
        return []
    found = worklist(
        session,
        brand_id=ticket.brand_id,
        viewer_id=viewer_id,
        asked=asked,
        order=Order.NEWEST,
        limit=MOST_OTHERS,
    )
    return [row for row in found.rows if row.ticket.id != ticket.id][: MOST_OTHERS - 1]


def customer_names(session: Session, *, brand_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Names by id, of those that have one."""
    if not ids:
        return {}
    named = select(Customer.id, Customer.name).where(
        Customer.brand_id == brand_id, Customer.id.in_(ids), Customer.name.is_not(None)
    )
    return {id: name for id, name in session.execute(named) if name}
