"""Which tickets a page shows, as its address says it: filters, order, and the view a ticket was opened from.

    /tickets?status=open&assignee=me&order=priority

The same words follow a ticket's own address, so that it knows its neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode

from console import ticket_words
from console.language import _, mark
from console.visit import Visit
from people.models import Account, Department
from people.preferences import TICKET_COLUMNS
from people.sign_in_models import SavedView
from tickets.models import TicketStatus
from tickets.queries import UNASSIGNED, WORK, Asked
from tickets.worklist import Order

ANY, ME, NOBODY, TODAY = "any", "me", "nobody", "today"
AGES: Mapping[str, tuple[timedelta, str]] = {
    "1h": (timedelta(hours=1), mark("over 1 hour")),
    "4h": (timedelta(hours=4), mark("over 4 hours")),
    "1d": (timedelta(days=1), mark("over 1 day")),
    "3d": (timedelta(days=3), mark("over 3 days")),
    "7d": (timedelta(days=7), mark("over 7 days")),
}
_NO_SUCH = -1
MOST_Q = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is asked for, as text. status: a status, `unsolved` or `any`; assignee: an account's id, `me`, `nobody`."""

    status: str = WORK
    department: str = ""
    assignee: str = ""
    priority: str = ""
    tag: str = ""
    age: str = ""
    solved: str = ""
    q: str = ""
    order: str = Order.NEWEST
    columns: str = ""
    """Names with dots between; empty: those the viewer likes."""

    @property
    def query(self) -> str:
        """For addresses: `?…`, or nothing for the usual view. Whoever searches, searches everywhere."""
        usual = asdict(View(status=ANY)) if self.q else asdict(View())
        pairs = {name: text for name, text in asdict(self).items() if text != usual[name]}
        return f"?{urlencode(pairs)}" if pairs else ""

    def address(self, **cursor: str) -> str:
        """The list's address, at a cursor."""
        query = "&".join(part for part in (self.query.removeprefix("?"), urlencode(cursor)) if part)
        return f"/tickets?{query}" if query else "/tickets"

    def ticket(self, number: int, **cursor: str) -> str:
        """The address of a ticket opened from this view, at a cursor."""
        return self.address(**cursor).replace("/tickets", f"/tickets/{number}", 1)

    def but(self, **changed: str) -> "View":
        return replace(self, **changed)

    def same_filters(self, other: "View") -> bool:
        return replace(self, order=Order.NEWEST, columns="") == replace(other, order=Order.NEWEST, columns="")

    def chosen_columns(self, liked: tuple[str, ...]) -> tuple[str, ...]:
        """The columns to show."""
        return tuple(self.columns.split(".")) if self.columns else liked


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on; `without`: the address without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the built-in views, or a saved one: of one's own or shared by somebody."""

    key: str
    label: str
    view: View
    is_here: bool = False
    is_shared: bool = False


BUILT_IN: Mapping[str, tuple[str, View]] = {
    "mine": (mark("My open"), View(assignee=ME)),
    "unassigned": (mark("Unassigned"), View(assignee=NOBODY)),
    "new": (mark("New"), View(status=TicketStatus.NEW)),
    "all": (mark("All open"), View()),
    "solved": (mark("Solved today"), View(status=TicketStatus.SOLVED, solved=TODAY)),
}


def read(query: Mapping[str, str]) -> View:
    """The view an address asks for; what no list knows is left out."""
    q = query.get("q", "").strip()[:MOST_Q]
    status, order = query.get("status", ""), query.get("order", "")
    return View(
        status=status if status in ticket_words.STATUS or status == ANY else (ANY if q else WORK),
        department=query.get("department", "").strip(),
        assignee=query.get("assignee", "").strip(),
        priority=query.get("priority", "") if query.get("priority") in ("1", "2", "3", "4") else "",
        tag=query.get("tag", "").strip(),
        age=query.get("age", "") if query.get("age", "") in AGES else "",
        solved=TODAY if query.get("solved") == TODAY else "",
        q=q,
        order=order if order in set(Order) else Order.NEWEST,
        columns=".".join(name for name in TICKET_COLUMNS if name in query.get("columns", "").split(".")),
    )


def cursor(query: Mapping[str, str]) -> dict[str, str]:
    """Which page of a list an address stands for, to come back to it."""
    return {name: query[name] for name in ("after", "before") if query.get(name, "") and len(query[name]) < MOST_Q}


def asked(view: View, visit: Visit, departments: Sequence[Department] | None = None) -> Asked:
    """The same for the query. departments: those of the brand; needed where the view names one."""
    age = AGES.get(view.age)
    return Asked(
        status=None if view.status == ANY else view.status,
        department_id=_department(view.department, departments or []) if view.department else None,
        assignee_id=_assignee(view.assignee, visit),
        priority=int(view.priority) if view.priority else None,
        tag=view.tag or None,
        opened_before=visit.now - age[0] if age else None,
        solved_from=midnight(visit) if view.solved else None,
        q=view.q or None,
    )


def midnight(visit: Visit) -> datetime:
    """When the viewer's day began."""
    return datetime.combine(visit.now.astimezone(visit.zone).date(), time(), tzinfo=visit.zone)


def tabs(view: View) -> list[Tab]:
    """The built-in views, with the one that is shown."""
    return [Tab(key, _(label), there, there.same_filters(view)) for key, (label, there) in BUILT_IN.items()]


def saved_tabs(view: View, saved: Sequence[SavedView], account_id: int) -> list[Tab]:
    """Views that were saved; a saved one is the one shown only with its own order and columns."""
    return [
        Tab(str(one.id), one.name, there, there == view, one.account_id != account_id)
        for one in saved
        for there in [read(dict(parse_qsl(one.query)))]
    ]


def chips(view: View, *, departments: Sequence[Department], owners: Sequence[Account]) -> list[Chip]:
    """The filters that are on, in words."""
    named: list[tuple[str, str, str]] = []
    if view.status != ANY:
        named.append(("status", _("Status"), ticket_words.status(view.status)))
    if view.department:
        names = {one.key: one.name for one in departments}
        named.append(("department", _("Department"), names.get(view.department, view.department)))
    if view.assignee:
        named.append(("assignee", _("Assigned to"), _owner(view.assignee, owners)))
    if view.priority:
        named.append(("priority", _("Priority"), ticket_words.priority(int(view.priority))))
    if view.tag:
        named.append(("tag", _("Tag"), view.tag))
    if view.age:
        named.append(("age", _("Age"), _(AGES[view.age][1])))
    if view.solved:
        named.append(("solved", _("Solved"), _("today")))
    if view.q:
        named.append(("q", _("Search"), view.q))
    return [Chip(label, value, _without(view, name)) for name, label, value in named]


def _without(view: View, name: str) -> str:
    """A status that is taken away becomes any; all else becomes what it is when nobody asks for it."""
    return view.but(**{name: ANY if name == "status" else ""}).address()


def _department(key: str, departments: Sequence[Department]) -> int:
    return next((one.id for one in departments if one.key == key), _NO_SUCH)


def _assignee(text: str, visit: Visit) -> int | None:
    if not text:
        return None
    if text in (ME, NOBODY):
        return visit.account.id if text == ME else UNASSIGNED
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 19 else _NO_SUCH


def _owner(text: str, owners: Sequence[Account]) -> str:
    if text in (ME, NOBODY):
        return _("me") if text == ME else _("nobody")
    return next((one.name for one in owners if str(one.id) == text), text)
