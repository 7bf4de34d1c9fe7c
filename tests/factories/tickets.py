"""Customers, tickets, calls with their caller's leg, and events."""

from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from people.models import Brand
from tests.clock import MONDAY_MORNING
from tickets.models import Call, Customer, CustomerNumber, Event, Leg, LegRole, Ticket

Row = TypeVar("Row")
_numbers = count(1)

CALLER = "+12025550147"
ACCOUNT_SID = "AC" + "0" * 32


def make_customer(session: Session, brand: Brand, *numbers: str, **columns: Any) -> Customer:
    """A customer with `numbers` (E.164)."""
    customer = _add(session, Customer(**{"brand_id": brand.id, "created_at": MONDAY_MORNING} | columns))
    for e164 in numbers:
        session.add(CustomerNumber(customer_id=customer.id, e164=e164, brand_id=brand.id))
    session.flush()
    return customer


def make_ticket(session: Session, brand: Brand, **columns: Any) -> Ticket:
    """A new ticket of CALLER; its number is its id unless one is given."""
    created_at = columns.get("created_at", MONDAY_MORNING)
    defaults = {
        "brand_id": brand.id,
        "status": "new",
        "caller": CALLER,
        "tags": [],
        "created_at": created_at,
        "updated_at": created_at,
    }
    if "number" not in columns:
        columns["id"] = columns["number"] = (
            session.connection().exec_driver_sql("select nextval('ticket_id_seq')").scalar_one()
        )
    return _add(session, Ticket(**defaults | columns))


def make_call(session: Session, brand: Brand, *, ticket: Ticket | None = None, **columns: Any) -> Call:
    """An inbound call of one minute from CALLER that is over, with its caller's leg.

    A call that is over needs a ticket: without one given, one is made. Pass ``ended_at=None`` for a call that goes on.
    """
    started_at = columns.get("started_at", MONDAY_MORNING)
    ended_at = columns.pop("ended_at", started_at + timedelta(minutes=1))
    if ticket is None and ended_at is not None and "ticket_id" not in columns:
        ticket = make_ticket(session, brand, created_at=started_at, caller=columns.get("from_number", CALLER))
    defaults = {
        "brand_id": brand.id,
        "account_sid": ACCOUNT_SID,
        "sid": f"CA{next(_numbers):032x}",
        "direction": "inbound",
        "from_number": CALLER,
        "to_number": "+12025550100",
        "status": "completed" if ended_at else "in_progress",
        "ticket_id": ticket.id if ticket else None,
        "started_at": started_at,
        "answered_at": started_at,
        "ended_at": ended_at,
        "last_seen_at": ended_at or started_at,
        "duration": int((ended_at - started_at).total_seconds()) if ended_at else None,
    }
    call = _add(session, Call(**defaults | columns))
    make_leg(session, call, sid=call.sid, role=LegRole.CALLER)
    return call


def make_leg(session: Session, call: Call, **columns: Any) -> Leg:
    """A leg of `call`, an agent's unless told otherwise, with the call's own times and numbers."""
    defaults = {
        "call_id": call.id,
        "account_sid": call.account_sid,
        "sid": f"CA{next(_numbers):032x}",
        "role": LegRole.AGENT,
        "from_number": call.from_number,
        "to_number": call.to_number,
        "status": call.status,
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "duration": call.duration,
    }
    return _add(session, Leg(**defaults | columns))


def make_event(session: Session, brand: Brand, **columns: Any) -> Event:
    happened_at = columns.get("happened_at", MONDAY_MORNING)
    defaults = {"brand_id": brand.id, "type": "ticket_opened", "happened_at": happened_at, "recorded_at": happened_at}
    return _add(session, Event(**defaults | {"facts": {}, "content": {}} | columns))


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
