"""What staff do to a ticket from its page or a list, through the verbs of the rooms below. A refusal names its field.

A form brings each field twice: as it was when the page was made, and as it is wanted. Only what was changed is set;
what somebody else changed meanwhile is a conflict only where both changed the same field to different values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.language import _
from console.refusals import problems
from console.visit import Visit
from people import queries as people
from people.models import Account
from people.rights import Right
from people.seeing import see
from routing.assignment import AssigneeRefused, reassign, unassign
from tickets.changes import Wanted, add_note, change
from tickets.fields import ChangeRefused
from tickets.models import Ticket, TicketStatus

FIELDS = ("status", "priority", "assignee", "department", "subject", "reason", "outcome", "tags")


class Refused(Exception):
    """It was not done. problems: field → words for a person."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed this field meanwhile; both values as the form writes them."""

    field: str
    mine: str
    theirs: str


def written(ticket: Ticket, *, department: str) -> dict[str, str]:
    """A ticket's fields as its form writes them; `department`: the key of its department, or nothing."""
    return {
        "status": ticket.status,
        "priority": str(ticket.priority),
        "assignee": str(ticket.assignee_id or ""),
        "department": department,
        "subject": ticket.subject,
        "reason": ticket.reason or "",
        "outcome": ticket.outcome or "",
        "tags": ", ".join(ticket.tags),
    }


def compare(
    *, was: Mapping[str, str], wanted: Mapping[str, str], now: Mapping[str, str], given_up: Sequence[str] = ()
) -> tuple[dict[str, str], list[Conflict]]:
    """What is to be set, and where it would overwrite somebody else. given_up: fields where theirs was chosen."""
    changed = {
        field: text
        for field, text in wanted.items()
        if field not in given_up and _same(text) != _same(was.get(field, text)) and _same(text) != _same(now[field])
    }
    conflicts = [
        Conflict(field, text, now[field])
        for field, text in changed.items()
        if _same(now[field]) != _same(was.get(field, now[field]))
    ]
    return changed, conflicts


def apply(visit: Visit, ticket: Ticket, changed: Mapping[str, str], *, note: str = "") -> bool:
    """Set the fields and write the note, all or nothing; whether anything was new. Raises `Refused`."""
    fields = {field: text for field, text in changed.items() if field != "assignee"}
    try:
        with visit.session.begin_nested():
            done = [_note(visit, ticket, note)]
            # Somebody answers for a solved ticket: given before it is solved, taken after it is open again.
            if changed.get("assignee"):
                done.append(_give(visit, ticket, changed["assignee"]))
            if fields:
                done.append(_change(visit, ticket, fields))
            if changed.get("assignee") == "":
                done.append(_take(visit, ticket))
    except (ChangeRefused, AssigneeRefused) as refused:
        raise Refused(problems(refused)) from None
    see(visit.session, account_id=visit.account.id, ticket_ids=[ticket.id], now=visit.now)
    return any(done)


def _note(visit: Visit, ticket: Ticket, text: str) -> bool:
    if not text.strip():
        return False
    add_note(visit.session, ticket=ticket, actor=visit.actor, now=visit.now, text=text)
    return True


def _give(visit: Visit, ticket: Ticket, wanted: str) -> bool:
    account = _account(visit, wanted)
    if account.id != visit.account.id and not visit.may(Right.ASSIGN_TICKETS):
        raise Refused({"assignee": _("You can take tickets yourself; a supervisor assigns them to others.")})
    reassign(visit.session, ticket_id=ticket.id, account_id=account.id, actor=visit.actor, now=visit.now)
    return True


def _take(visit: Visit, ticket: Ticket) -> bool:
    if ticket.assignee_id != visit.account.id and not visit.may(Right.ASSIGN_TICKETS):
        raise Refused({"assignee": _("Only a supervisor takes a ticket from somebody else.")})
    return unassign(visit.session, ticket_id=ticket.id, actor=visit.actor, now=visit.now)


def _account(visit: Visit, wanted: str) -> Account:
    if wanted == "me":
        return visit.account
    known = {str(one.id): one for one in people.owners(visit.session, brand_id=visit.brand_id)}
    if wanted not in known:
        raise Refused({"assignee": _("Nobody of that name can own tickets here.")})
    return known[wanted]


def _change(visit: Visit, ticket: Ticket, fields: Mapping[str, str]) -> bool:
    return change(visit.session, ticket=ticket, actor=visit.actor, now=visit.now, **_typed(visit, fields))


def _typed(visit: Visit, fields: Mapping[str, str]) -> Wanted:
    """Texts of the form as the values of the fields. Raises `Refused`."""
    wanted: Wanted = {}
    if "status" in fields:
        if fields["status"] not in set(TicketStatus):
            raise Refused({"status": _("There is no such status.")})
        wanted["status"] = fields["status"]
    if "priority" in fields:
        wanted["priority"] = int(fields["priority"]) if fields["priority"] in ("1", "2", "3", "4") else 0
    if "department" in fields:
        key = fields["department"]
        department = people.department(visit.session, brand_id=visit.brand_id, key=key) if key else None
        if key and department is None:
            raise Refused({"department": _("There is no such department any more.")})
        wanted["department"] = department
    if "subject" in fields:
        wanted["subject"] = fields["subject"]
    if "reason" in fields:
        wanted["reason"] = fields["reason"].strip() or None
    if "outcome" in fields:
        wanted["outcome"] = fields["outcome"].strip() or None
    if "tags" in fields:
        wanted["tags"] = [tag.strip() for tag in fields["tags"].split(",") if tag.strip()]
    return wanted


def _same(text: str) -> str:
    """Browsers write line breaks and spaces their own way; that is no change."""
    return " ".join(text.split())
