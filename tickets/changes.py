"""What people, programs and the system change on a ticket: its fields, and notes. One event for each change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy.orm import Session

from people.models import Department
from tickets.fields import checked_code, checked_note, checked_priority, checked_subject, checked_tags
from tickets.models import Event, Ticket
from tickets.statuses import check_writable, move
from tickets.timeline import add_event

PERSONAL = frozenset({"subject", "tags"})
"""Fields with people's own words: their values go into an event's content, which can be emptied."""

MACHINES = frozenset({"system", "carrier", "caller"})
"""Actors that are nobody who works here."""


class Wanted(TypedDict, total=False):
    """The fields `change` can set; one that is not given stays as it is."""

    status: str
    priority: int
    department: Department | None
    subject: str
    type: str | None
    reason: str | None
    outcome: str | None
    tags: Sequence[str]


class VersionConflict(Exception):
    """Somebody changed the ticket meanwhile. `values`: field → (yours, theirs), for a person to choose."""

    def __init__(self, *, yours: int, theirs: int, values: Mapping[str, tuple[Any, Any]]) -> None:
        super().__init__(f"the ticket is at version {theirs}, not {yours}")
        self.yours = yours
        self.theirs = theirs
        self.values = values


def change(
    session: Session, *, ticket: Ticket, actor: str, now: datetime, version: int | None = None, **wanted: Unpack[Wanted]
) -> bool:
    """Set the given fields of `ticket` and tell it on the timeline; False: all of them were so already.

    version: the one the change was made from; None takes the ticket as it is. The row is locked until the commit.
    Raises VersionConflict, ChangeRefused (a value that cannot be), MoveRefused (a status that cannot follow).
    """
    session.refresh(ticket, with_for_update=True)
    values = _checked(wanted)
    before = {field: _value(session, ticket, field) for field in values}
    if version is not None and version != ticket.version:
        pairs = {field: (values[field], before[field]) for field in values if values[field] != before[field]}
        raise VersionConflict(yours=version, theirs=ticket.version, values=pairs)
    after = {field: value for field, value in values.items() if value != before[field]}
    if not after:
        return False
    check_writable(ticket)
    _set(ticket, wanted, after, now=now, by_system=actor in MACHINES)
    ticket.version += 1
    ticket.updated_at = now
    _tell(session, ticket, before, after, actor=actor, now=now)
    session.flush()
    return True


def add_note(session: Session, *, ticket: Ticket, actor: str, now: datetime, text: str) -> Event:
    """Write an internal note on the ticket's timeline. Raises ChangeRefused (field ``text``) and MoveRefused.

    The version stays: a note takes nothing away from somebody who is changing a field.
    """
    words = checked_note(text)
    session.refresh(ticket, with_for_update=True)
    check_writable(ticket)
    ticket.updated_at = now
    event = add_event(
        session,
        type="note_added",
        brand_id=ticket.brand_id,
        ticket_id=ticket.id,
        happened_at=now,
        actor=actor,
        content={"text": words},
    )
    session.flush()
    return event


def _checked(wanted: Wanted) -> dict[str, Any]:
    """The wanted values as the timeline tells them: checked, and the department by its key."""
    values: dict[str, Any] = {}
    if "status" in wanted:
        values["status"] = str(wanted["status"])
    if "priority" in wanted:
        values["priority"] = checked_priority(wanted["priority"])
    if "department" in wanted:
        values["department"] = wanted["department"].key if wanted["department"] else None
    if "subject" in wanted:
        values["subject"] = checked_subject(wanted["subject"])
    if "tags" in wanted:
        values["tags"] = checked_tags(wanted["tags"])
    codes = {"type": wanted.get("type"), "reason": wanted.get("reason"), "outcome": wanted.get("outcome")}
    return values | {field: checked_code(field, code) for field, code in codes.items() if field in wanted}


def _value(session: Session, ticket: Ticket, field: str) -> Any:
    if field == "department":
        department = session.get(Department, ticket.department_id) if ticket.department_id else None
        return department.key if department else None
    return getattr(ticket, field)


def _set(ticket: Ticket, wanted: Wanted, after: Mapping[str, Any], *, now: datetime, by_system: bool) -> None:
    for field, value in after.items():
        if field == "department":
            ticket.department_id = wanted["department"].id if wanted["department"] else None
        elif field != "status":
            setattr(ticket, field, value)
    if "status" in after:
        move(ticket, to=after["status"], now=now, by_system=by_system)  # last: solving looks at the outcome


def _tell(
    session: Session, ticket: Ticket, before: dict[str, Any], after: dict[str, Any], *, actor: str, now: datetime
) -> None:
    def sides(personal: bool) -> dict[str, dict[str, Any]]:
        fields = [field for field in after if (field in PERSONAL) == personal]
        return {"before": {f: before[f] for f in fields}, "after": {f: after[f] for f in fields}} if fields else {}

    add_event(
        session,
        type="ticket_changed",
        brand_id=ticket.brand_id,
        ticket_id=ticket.id,
        happened_at=now,
        actor=actor,
        facts={**sides(personal=False), "changed": sorted(after)},
        content=sides(personal=True),
    )
