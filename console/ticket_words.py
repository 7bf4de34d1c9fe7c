"""The words for a ticket's codes: status, priority, order, reason, outcome. Codes nobody knows become plain words."""

from collections.abc import Callable, Mapping
from typing import Any

from console.language import _, mark
from tickets.models import TicketStatus
from tickets.queries import WORK
from tickets.statuses import MOVES
from tickets.worklist import Order

STATUS: Mapping[str, str] = {
    TicketStatus.NEW: mark("New"),
    TicketStatus.OPEN: mark("Open"),
    TicketStatus.PENDING: mark("Waiting"),
    TicketStatus.ON_HOLD: mark("On hold"),
    TicketStatus.SOLVED: mark("Solved"),
    TicketStatus.CLOSED: mark("Closed"),
    TicketStatus.MERGED: mark("Merged"),
    TicketStatus.SPAM: mark("Spam"),
    WORK: mark("Not solved"),
}
PRIORITY: Mapping[int, str] = {1: mark("Urgent"), 2: mark("High"), 3: mark("Normal"), 4: mark("Low")}
ORDER: Mapping[str, str] = {
    Order.NEWEST: mark("Newest first"),
    Order.WAITING: mark("Waiting longest"),
    Order.PRIORITY: mark("Most urgent"),
    Order.CHANGED: mark("Last change"),
}
REASON: Mapping[str, str] = {
    "missed_call": mark("Missed call"),
    "message": mark("Message"),
    "callback": mark("Callback"),
    "operator": mark("Asked for a person"),
    "ivr_failed": mark("Was not understood"),
    "question": mark("Question"),
    "problem": mark("Problem"),
    "complaint": mark("Complaint"),
    "order": mark("Order"),
    "cancellation": mark("Cancellation"),
}
OUTCOME: Mapping[str, str] = {
    "abandoned": mark("Given up by the caller"),
    "answered": mark("Answered"),
    "message_left": mark("Left a message"),
    "callback_requested": mark("Asked to be called back"),
    "abandoned_in_ivr": mark("Hung up before anybody answered"),
    "no_message": mark("Hung up without a message"),
    "informed": mark("Was told what they asked"),
    "resolved": mark("Resolved"),
    "referred": mark("Passed on to somebody else"),
    "duplicate": mark("Same as another ticket"),
    "no_action": mark("Nothing to do"),
    "not_reached": mark("Customer not reached"),
}
CHOSEN_OUTCOMES = ("resolved", "answered", "referred", "duplicate", "no_action", "not_reached")
"""Those a person chooses from; the system's own stay where it set them."""
LOOK: Mapping[str, tuple[str, str]] = {
    TicketStatus.NEW: ("circle-dot", "info"),
    TicketStatus.OPEN: ("circle", "live"),
    TicketStatus.PENDING: ("hourglass", "warn"),
    TicketStatus.ON_HOLD: ("circle-pause", "plain"),
    TicketStatus.SOLVED: ("circle-check", "ok"),
    TicketStatus.CLOSED: ("lock", "plain"),
    TicketStatus.MERGED: ("merge", "plain"),
    TicketStatus.SPAM: ("ban", "plain"),
}
"""Icon and tone of a status."""
COLUMN: Mapping[str, str] = {
    "department": mark("Department"),
    "assignee": mark("Assigned to"),
    "priority": mark("Priority"),
    "status": mark("Status"),
    "reason": mark("Reason"),
    "tags": mark("Tags"),
    "opened": mark("Opened"),
    "changed": mark("Last change"),
}
FIELD: Mapping[str, str] = {
    "status": mark("Status"),
    "priority": mark("Priority"),
    "department": mark("Department"),
    "assignee": mark("Assigned to"),
    "subject": mark("Subject"),
    "type": mark("Type"),
    "reason": mark("Reason"),
    "outcome": mark("Outcome"),
    "tags": mark("Tags"),
    "text": mark("Note"),
}


def status(code: str) -> str:
    return _said(STATUS, code)


def look(code: str) -> tuple[str, str]:
    """Icon and tone of a status."""
    return LOOK.get(code, ("dot", "plain"))


def priority(code: int) -> str:
    return _(PRIORITY[code]) if code in PRIORITY else str(code)


def order(code: str) -> str:
    return _said(ORDER, code)


def reason(code: str | None) -> str:
    return _said(REASON, code)


def outcome(code: str | None) -> str:
    return _said(OUTCOME, code)


def field(code: str) -> str:
    return _said(FIELD, code)


def column(name: str) -> str:
    return _said(COLUMN, name)


def all_statuses() -> list[tuple[str, str]]:
    """To choose a filter from: what is not solved first."""
    return [(code, status(code)) for code in (WORK, *TicketStatus)]


def statuses_after(code: str) -> list[tuple[str, str]]:
    """The status and those a person can set next, with their words. Merging is done on a page of its own."""
    now = TicketStatus(code)
    return [(one, status(one)) for one in TicketStatus if one == now or (one in MOVES[now] and one != "merged")]


def priorities() -> list[tuple[str, str]]:
    return [(str(code), priority(code)) for code in PRIORITY]


def reasons(present: str | None) -> list[tuple[str, str]]:
    """All reasons known, and the present one should it not be."""
    return _choices(list(REASON), present, reason)


def outcomes(present: str | None) -> list[tuple[str, str]]:
    return _choices(list(CHOSEN_OUTCOMES), present, outcome)


def plain(code: str) -> str:
    """A code as words: `technical/outage` → `Technical, outage`."""
    words = code.replace("_", " ").replace("/", ", ").strip()
    return words[:1].upper() + words[1:]


def value(field: str, code: Any, *, departments: Mapping[str, str]) -> str:
    """A field's value as a person reads it; `departments`: their names by key."""
    if code is None or code == "" or code == []:
        return _("nothing")
    if field == "department":
        return departments.get(str(code), plain(str(code)))
    if field == "priority" and isinstance(code, int):
        return priority(code)
    if field in ("status", "reason", "outcome"):
        return {"status": status, "reason": reason, "outcome": outcome}[field](str(code))
    if isinstance(code, list):
        return ", ".join(str(one) for one in code)
    return str(code) if field in ("subject", "tags") else plain(str(code))


def _choices(codes: list[str], present: str | None, word: Callable[[str | None], str]) -> list[tuple[str, str]]:
    return [(code, word(code)) for code in (*codes, *([present] if present and present not in codes else []))]


def _said(words: Mapping[str, str], code: str | None) -> str:
    if not code:
        return ""
    return _(words[code]) if code in words else plain(code)
