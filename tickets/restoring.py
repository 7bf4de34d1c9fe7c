"""Taking a change back: a ticket's columns as they were, and putting them there again if nobody changed it since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from people.models import Department
from people.refusals import said
from tickets.changes import PERSONAL
from tickets.fields import ChangeRefused
from tickets.models import Ticket
from tickets.timeline import add_event

MOMENTS = ("solved_at", "closed_at")
COLUMNS = (
    "status",
    "priority",
    "type",
    "department_id",
    "subject",
    "assignee_id",
    "reason",
    "outcome",
    "tags",
    *MOMENTS,
)
"""What people change on a ticket, and the moments that follow its status."""
FIELDS: Mapping[str, str] = {"department_id": "department", "assignee_id": "assignee"}
"""Columns that timelines name otherwise."""


class ChangedSince(ChangeRefused):
    """Somebody has changed the ticket since; what they did stays."""

    def __init__(self) -> None:
        super().__init__("version", said("somebody has changed it since"), said("look at it and decide anew"))


def snapshot(ticket: Ticket) -> dict[str, Any]:
    """The ticket's columns as they are now, as JSON values."""
    values = {name: getattr(ticket, name) for name in COLUMNS}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def left_behind(before: Mapping[str, Any], ticket: Ticket) -> dict[str, Any]:
    """Of a snapshot, those columns that have changed since."""
    now = snapshot(ticket)
    return {name: value for name, value in before.items() if value != now[name]}


def restore(
    session: Session, *, ticket: Ticket, before: Mapping[str, Any], version: int, actor: str, now: datetime
) -> None:
    """Put the columns of `before` back, and tell it. version: the ticket's once the change was made.

    This is no move of tickets/statuses.py: a ticket that was new is new again. The caller holds the row's lock and
    keeps routing's assignments in step. Raises ChangedSince.
    """
    if ticket.version != version:
        raise ChangedSince
    was = snapshot(ticket)
    for name, value in before.items():
        setattr(ticket, name, datetime.fromisoformat(value) if name in MOMENTS and value else value)
    ticket.version += 1
    ticket.updated_at = now
    _tell(session, ticket, was, before, actor=actor, now=now)
    session.flush()


def _tell(
    session: Session, ticket: Ticket, was: Mapping[str, Any], before: Mapping[str, Any], *, actor: str, now: datetime
) -> None:
    fields = {FIELDS.get(name, name): name for name in before if name not in MOMENTS}

    def sides(personal: bool) -> dict[str, dict[str, Any]]:
        told = {field: name for field, name in fields.items() if (field in PERSONAL) == personal}
        if not told:
            return {}
        return {
            "before": {field: _shown(session, name, was[name]) for field, name in told.items()},
            "after": {field: _shown(session, name, before[name]) for field, name in told.items()},
        }

    add_event(
        session,
        type="change_undone",
        brand_id=ticket.brand_id,
        ticket_id=ticket.id,
        happened_at=now,
        actor=actor,
        facts={**sides(personal=False), "changed": sorted(fields)},
        content=sides(personal=True),
    )


def _shown(session: Session, column: str, value: Any) -> Any:
    """Departments by their key, as other events have them."""
    if column != "department_id" or value is None:
        return value
    department = session.get(Department, value)
    return department.key if department else None
