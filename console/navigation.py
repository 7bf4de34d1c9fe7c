"""The rail at the left: where a person may go, by right; what is not there is not shown."""

from dataclasses import dataclass

from flask import current_app, request

from console.language import mark
from console.visit import Guest
from people.rights import Right


@dataclass(frozen=True)
class Entry:
    """One place. key: what follows `g`. below: what stands under it when one is inside."""

    path: str
    label: str
    icon: str
    key: str
    right: Right | None = None
    demo: bool = False
    below: tuple["Entry", ...] = ()
    is_here: bool = False


ADMIN = (
    Entry("/departments", mark("Departments"), "building", "e", Right.READ_DEPARTMENTS),
    Entry("/people", mark("People"), "users", "u", Right.READ_PEOPLE),
    Entry("/numbers", mark("Numbers"), "hash", "n", Right.MANAGE_DEPARTMENTS),
    Entry("/health", mark("Health"), "activity", "h", Right.RETRY_JOBS),
)
ENTRIES = (
    Entry("/desk", mark("Desk"), "home", "d", Right.READ_TICKETS),
    Entry("/tickets", mark("Tickets"), "ticket", "t", Right.READ_TICKETS),
    Entry("/calls", mark("Calls"), "phone", "c", Right.READ_CALLS),
    Entry("/voicemail", mark("Voicemail"), "voicemail", "v", Right.READ_CALLS),
    Entry("/customers", mark("Customers"), "contact", "k", Right.READ_CUSTOMERS),
    Entry("", mark("Admin"), "settings", "", below=ADMIN),
    Entry("/phone", mark("Phone"), "keypad", "p", demo=True),
)


def rail(guest: Guest) -> list[Entry]:
    """The entries this person sees."""
    return [shown for entry in ENTRIES if (shown := _seen(entry, guest)) is not None]


def home(guest: Guest) -> str:
    """Where somebody starts: the desk, else the first place they may open."""
    return next((entry.path for entry in rail(guest) if entry.path), "/profile")


def _seen(entry: Entry, guest: Guest) -> Entry | None:
    below = tuple(shown for one in entry.below if (shown := _seen(one, guest)) is not None)
    if entry.below and not below:
        return None
    if entry.path and not _is_offered(entry.path):
        return None
    if (entry.right is not None and not guest.may(entry.right)) or (entry.demo and not guest.settings.demo):
        return None
    is_here = bool(entry.path) and (request.path == entry.path or request.path.startswith(entry.path + "/"))
    return Entry(
        below[0].path if below else entry.path + _opens_with(entry.path, guest),
        entry.label,
        entry.icon,
        entry.key,
        entry.right,
        entry.demo,
        below,
        is_here or any(one.is_here for one in below),
    )


def _opens_with(path: str, guest: Guest) -> str:
    """The list of tickets opens with the view this person chose."""
    return f"?view={guest.preferences.ticket_view}" if path == "/tickets" and guest.preferences.ticket_view else ""


def _is_offered(path: str) -> bool:
    offered: frozenset[str] = current_app.extensions["console"].paths
    return path in offered
