"""Which pages there are to look at, and who may see each: all of it from what is declared, none of it from memory."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from console.door import nouns
from console.nouns import Access, Page
from people import links
from people.models import Account, Role
from people.rights import Right, may
from people.sign_in_models import LinkPurpose
from ringback.phone import pages as phone
from tests.house import House

_DATA = "for our own scripts: there is nothing to look at"
NO_PAGES: Mapping[str, str] = {
    "/": "leads to the place where somebody starts",
    "/calls.csv": "a file",
    "/tickets.csv": "a file",
    "/tickets/matching": _DATA,
    "/live/changes": _DATA,
    "/live/ticket": _DATA,
    "/sign-in/state": _DATA,
    "/recordings/<int:recording_id>/audio": "sound",
    "/recordings/<int:recording_id>/peaks": _DATA,
    "/phone/calls/<handle>/news": _DATA,
    "/phone/calls/<handle>/beside": _DATA,
    "/phone/calls/<handle>/story": "a file",
    "/tickets/<int:number>/preview": "a part of the list of tickets, which is looked at with it",
}
"""What is fetched by GET and is no page of its own, and why; a test holds each to it."""

VARIANTS: tuple[tuple[str, str], ...] = (
    ("/tickets?q=nothing+is+called+so", "agent"),
    ("/tickets?status=solved&order=newest", "supervisor"),
    ("/tickets?status=any&assignee=nobody&department=billing&priority=1&age=7d&tag=vip", "supervisor"),
    ("/tickets?tag=nobody-wrote-it", "reviewer"),
    ("/tickets?select=all&status=any", "supervisor"),
    ("/tickets/{closed}", "agent"),
    ("/tickets/{closed}", "reviewer"),
    ("/tickets/{on the line}", "agent"),
    ("/tickets/{missing}", "agent"),
    ("/tickets/{deleted}", "reviewer"),
    ("/tickets/{of a customer}", "agent"),
    ("/calls?direction=inbound&department=billing&number=0123", "agent"),
    ("/calls?direction=outbound&day=2001-01-01", "agent"),
    ("/calls?after=further", "agent"),
    ("/calls/{shared}", "supervisor"),
    ("/calls/{unrecorded}", "reviewer"),
    ("/calls/new?number=%2B12025550170", "agent"),
    ("/calls/new?number=%2B12025550171", "agent"),
    ("/customers?q=nobody+is+called+so", "reviewer"),
    ("/customers/{known}", "agent"),
    ("/departments/unused", "administrator"),
    ("/departments/shut", "supervisor"),
    ("/people/{gone}", "administrator"),
    ("/voicemail?department=unused", "agent"),
    ("/sign-in?next=/tickets", "stranger"),
)
"""States of pages that their plain paths do not show: (path, role); what stands in braces is in `NAMED`."""

STRANGER = "stranger"


@dataclass(frozen=True)
class Sight:
    """One page to look at. path: as declared, or one of `VARIANTS`; role: who looks."""

    path: str
    role: str

    def __str__(self) -> str:
        return f"{self.path} as {self.role}"


def declared(*methods: str) -> list[Page]:
    """Every page of the console and of the demo's phone with one of these methods."""
    return [page for noun in (*nouns(), phone.NOUN) for page in noun.pages if page.method in methods]


def sights() -> list[Sight]:
    """Every page, once for everybody who may open it."""
    pages = [page for page in declared("GET") if page.path not in NO_PAGES]
    return [Sight(page.path, role) for page in pages for role in roles(page)]


def variants() -> list[Sight]:
    return [Sight(path, role) for path, role in VARIANTS]


def roles(page: Page) -> list[str]:
    """Who may open it: a stranger, or people by their role."""
    if page.needs is Access.PUBLIC:
        return [STRANGER]
    everybody = [STRANGER] if page.needs is Access.DEMO else []
    return everybody + [role.value for role in Role if not isinstance(page.needs, Right) or may(role, page.needs)]


def open_path(sight: Sight, house: House) -> str:
    """The path with something of this house in it. KeyError: say in `EXAMPLES` what stands for its value."""
    named = re.sub(r"\{([^}]+)\}", lambda found: str(house.one(NAMED[found[1]])), sight.path)
    if "<" not in named:
        return named
    example = EXAMPLES[sight.path[: sight.path.index("<")]]
    return re.sub(r"<[^>]+>", lambda _: example(house), sight.path)


def _first(table: str, column: str = "id") -> Callable[[House], str]:
    return lambda house: str(house.one(f"select min({column}) from {table}"))


def _link(house: House) -> str:
    """The text of a link with which somebody may choose a new password."""
    with house.session() as session, session.begin():
        account = session.scalars(select(Account).where(Account.email == "grace@example.com")).one()
        return links.make(session, account=account, purpose=LinkPurpose.RESET, now=house.clock()).text


EXAMPLES: Mapping[str, Callable[[House], str]] = {
    "/tickets/": _first("ticket", "number"),
    "/tickets/changes/": _first("deed"),
    "/calls/": _first("call", "sid"),
    "/tickets/views/": _first("saved_view"),
    "/customers/": _first("customer"),
    "/departments/": _first("department", "key"),
    "/people/": _first("account"),
    "/recordings/": _first("recording"),
    "/voicemail/": _first("recording"),
    "/numbers/": _first("phone_number"),
    "/health/jobs/": lambda house: str(house.one("select min(id) from outbox where state = 'failed'")),
    "/profile/sign-ins/": _first("sign_in"),
    "/phone/calls/": lambda _house: "nobody-dialled-it",
    "/link/": _link,
}
"""What stands for the value in a path that begins so."""

_WITH_RECORDING = """select k.number from ticket k join call c on c.ticket_id = k.id
join recording r on r.call_id = c.id where r.state = '{}' limit 1"""
NAMED: Mapping[str, str] = {
    "closed": "select number from ticket where status = 'closed'",
    "on the line": "select number from ticket where subject = 'Is on the line'",
    "missing": _WITH_RECORDING.format("missing"),
    "deleted": _WITH_RECORDING.format("deleted"),
    "of a customer": "select number from ticket where subject = 'Known from before'",
    "shared": "select sid from call where from_number = '+12025550170'",
    "unrecorded": "select sid from call where unrecorded",
    "known": "select id from customer where tier = 'gold'",
    "gone": "select id from account where not active",
}
"""What is meant by a name in braces: a query for one value."""
