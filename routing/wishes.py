"""What can be wished of one ticket or many, read from what a form or program sends, and done to one ticket."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from people import queries as people
from people.models import Account
from people.refusals import said
from people.rights import Right, may
from routing.assignment import AssigneeRefused, reassign, unassign
from tickets.changes import Wanted, change
from tickets.fields import ChangeRefused, checked_priority, checked_tags
from tickets.models import Ticket, TicketStatus


class Wish(TypedDict, total=False):
    """Field → value wanted; what is not named stays. JSON values, kept with the deed."""

    assignee: int | None
    """An account's id; None: nobody."""
    status: str
    department: str | None
    """Its key; None: none."""
    priority: int
    add_tags: list[str]
    drop_tags: list[str]


def read_wish(session: Session, *, by: Account, form: Mapping[str, str]) -> Wish:
    """The wish of a form: fields that are empty are not wished. Raises ChangeRefused, naming the field.

    assignee: an account's id, `me` or `nobody`; status; department: a key or `none`; priority: 1 to 4; add_tags,
    drop_tags: with commas between.
    """
    wish: Wish = {}
    if form.get("assignee"):
        wish["assignee"] = _assignee(session, by, form["assignee"])
    if form.get("status"):
        if form["status"] not in set(TicketStatus):
            raise ChangeRefused("status", said("there is no such status"), said("choose one of the list"))
        wish["status"] = form["status"]
    if form.get("department"):
        wish["department"] = _department(session, by, form["department"])
    if form.get("priority"):
        wish["priority"] = checked_priority(int(form["priority"]) if form["priority"] in ("1", "2", "3", "4") else 0)
    for field in ("add_tags", "drop_tags"):
        words = [word.strip() for word in form.get(field, "").split(",") if word.strip()]
        if words:
            wish[field] = checked_tags(words)
    return wish


def do(session: Session, *, ticket: Ticket, wish: Wish, by: Account, now: datetime) -> None:
    """Do it to one ticket that the caller has locked, all or nothing. Raises ChangeRefused.

    Rights are those `by` has now, asked for each ticket: taking a ticket from somebody else needs more than one's own.
    """
    actor = f"account:{by.id}"
    if not by.active or not may(by.role, Right.WRITE_TICKETS):
        raise ChangeRefused("ticket", said("you may not change tickets any more"), said("ask a supervisor"))
    try:
        with session.begin_nested():
            # Somebody answers for a solved ticket: given before it is solved, taken after it is open again.
            if wish.get("assignee") is not None:
                _give(session, ticket, by, int(wish["assignee"] or 0), actor=actor, now=now)
            fields = _fields(session, ticket, wish)
            if fields:
                change(session, ticket=ticket, actor=actor, now=now, **fields)
            if "assignee" in wish and wish["assignee"] is None:
                _take(session, ticket, by, actor=actor, now=now)
    except AssigneeRefused as refused:
        raise ChangeRefused("assignee", said("%(why)s", why=str(refused)), said("choose somebody else")) from None


def _give(session: Session, ticket: Ticket, by: Account, account_id: int, *, actor: str, now: datetime) -> None:
    if account_id != by.id and not may(by.role, Right.ASSIGN_TICKETS):
        raise ChangeRefused("assignee", said("a supervisor assigns tickets to others"), said("take it yourself"))
    reassign(session, ticket_id=ticket.id, account_id=account_id, actor=actor, now=now)


def _take(session: Session, ticket: Ticket, by: Account, *, actor: str, now: datetime) -> None:
    if ticket.assignee_id not in (None, by.id) and not may(by.role, Right.ASSIGN_TICKETS):
        raise ChangeRefused(
            "assignee", said("only a supervisor takes a ticket from somebody else"), said("ask a supervisor")
        )
    unassign(session, ticket_id=ticket.id, actor=actor, now=now)


def _fields(session: Session, ticket: Ticket, wish: Wish) -> Wanted:
    wanted: Wanted = {}
    if "status" in wish:
        wanted["status"] = wish["status"]
    if "priority" in wish:
        wanted["priority"] = wish["priority"]
    if "department" in wish:
        key = wish["department"]
        department = people.department(session, brand_id=ticket.brand_id, key=key) if key else None
        if key and department is None:
            raise ChangeRefused("department", said("it does not exist any more"), said("choose another"))
        wanted["department"] = department
    if "add_tags" in wish or "drop_tags" in wish:
        kept = [tag for tag in ticket.tags if tag not in wish.get("drop_tags", [])]
        wanted["tags"] = [*kept, *(tag for tag in wish.get("add_tags", []) if tag not in kept)]
    return wanted


def _assignee(session: Session, by: Account, text: str) -> int | None:
    if text == "nobody":
        return None
    if text == "me":
        return by.id
    if text not in {str(one.id) for one in people.owners(session, brand_id=by.brand_id)}:
        raise ChangeRefused("assignee", said("nobody of that name can own tickets here"), said("choose somebody else"))
    return int(text)


def _department(session: Session, by: Account, key: str) -> str | None:
    if key == "none":
        return None
    if people.department(session, brand_id=by.brand_id, key=key) is None:
        raise ChangeRefused("department", said("it does not exist any more"), said("choose another"))
    return key
