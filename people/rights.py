"""What each role may do: one table. Doors ask `may`; verbs do not ask who calls them."""

from collections.abc import Mapping
from enum import StrEnum

from people.models import Role


class Right(StrEnum):
    """One thing that can be allowed."""

    READ_TICKETS = "read_tickets"
    WRITE_TICKETS = "write_tickets"
    ASSIGN_TICKETS = "assign_tickets"
    """To somebody other than oneself."""
    SHARE_VIEWS = "share_views"
    """Saved lists of tickets, with everybody of the brand."""
    EXPORT_LISTS = "export_lists"
    """Take tickets and calls away as a file."""
    READ_CALLS = "read_calls"
    READ_CUSTOMERS = "read_customers"
    WRITE_CUSTOMERS = "write_customers"
    PLAY_RECORDINGS = "play_recordings"
    DELETE_RECORDINGS = "delete_recordings"
    REQUEST_CALLBACKS = "request_callbacks"
    """Ask for one, reschedule or cancel it."""
    STOP_DIALLING = "stop_dialling"
    """The kill switch for outgoing calls."""
    SCORE_CALLS = "score_calls"
    READ_SCORES = "read_scores"
    """Of others; everybody reads their own."""
    READ_DEPARTMENTS = "read_departments"
    CLOSE_DEPARTMENTS = "close_departments"
    """The emergency switch of opening hours."""
    MANAGE_DEPARTMENTS = "manage_departments"
    """Departments, opening hours, numbers."""
    READ_PEOPLE = "read_people"
    MANAGE_SHIFTS = "manage_shifts"
    """Shifts and absences."""
    MANAGE_PEOPLE = "manage_people"
    """Accounts, roles, membership."""
    MANAGE_TOKENS = "manage_tokens"
    MANAGE_FLOWS = "manage_flows"
    RETRY_JOBS = "retry_jobs"
    READ_AUDIT = "read_audit"
    ERASE_CUSTOMERS = "erase_customers"


R = Right

_EVERYBODY = frozenset({R.READ_TICKETS, R.READ_CALLS, R.READ_CUSTOMERS, R.READ_DEPARTMENTS, R.READ_PEOPLE})
_AGENT = _EVERYBODY | {R.WRITE_TICKETS, R.WRITE_CUSTOMERS, R.PLAY_RECORDINGS, R.REQUEST_CALLBACKS}
# A reviewer listens and scores, and changes nothing that is being scored.
_REVIEWER = _EVERYBODY | {R.PLAY_RECORDINGS, R.SCORE_CALLS, R.READ_SCORES}
_SUPERVISOR = (
    _AGENT
    | _REVIEWER
    | {R.ASSIGN_TICKETS, R.SHARE_VIEWS, R.EXPORT_LISTS, R.STOP_DIALLING, R.CLOSE_DEPARTMENTS}
    | {R.MANAGE_SHIFTS, R.RETRY_JOBS, R.READ_AUDIT}
)

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.AGENT: _AGENT,
    Role.REVIEWER: _REVIEWER,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMINISTRATOR: frozenset(Right),
}


def may(role: Role | str, right: Right) -> bool:
    """Whether a role has a right. A role nobody knows has none."""
    return role in set(Role) and right in RIGHTS[Role(role)]
