"""Assignments, callbacks and their attempts."""

from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from people.models import Account
from routing.models import Assignment, Callback, CallbackAttempt, CallbackState
from tests.clock import MONDAY_MORNING
from tests.factories.tickets import CALLER
from tickets.models import Ticket

Row = TypeVar("Row")


def make_assignment(session: Session, ticket: Ticket, account: Account, **columns: Any) -> Assignment:
    """`account` owns `ticket`; the ticket says so too, unless the assignment has ended."""
    defaults = {"ticket_id": ticket.id, "account_id": account.id, "assigned_at": MONDAY_MORNING}
    assignment = _add(session, Assignment(**defaults | columns))
    if assignment.ended_at is None:
        ticket.assignee_id = account.id
        session.flush()
    return assignment


def make_callback(
    session: Session, ticket: Ticket, *, state: str = CallbackState.REQUESTED, **columns: Any
) -> Callback:
    """A callback to CALLER asked for now and due in a minute."""
    closed = (
        CallbackState.COMPLETED,
        CallbackState.EXHAUSTED,
        CallbackState.INVALID,
        CallbackState.CANCELLED,
        CallbackState.SUPERSEDED,
        CallbackState.EXPIRED,
        CallbackState.BLOCKED,
    )
    defaults = {
        "brand_id": ticket.brand_id,
        "ticket_id": ticket.id,
        "department_id": ticket.department_id,
        "asked_number": CALLER,
        "e164": CALLER,
        "state": state,
        "requested_at": MONDAY_MORNING,
        "due_at": MONDAY_MORNING + timedelta(minutes=1),
        "closed_at": MONDAY_MORNING if state in closed else None,
    }
    return _add(session, Callback(**defaults | columns))


def make_attempt(session: Session, callback: Callback, **columns: Any) -> CallbackAttempt:
    defaults = {"callback_id": callback.id, "number": 1, "started_at": MONDAY_MORNING}
    return _add(session, CallbackAttempt(**defaults | columns))


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
