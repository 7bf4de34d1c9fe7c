"""Which pages there are to look at: every GET the console declares, with something to show in each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from console.door import nouns
from console.nouns import Access, Page
from people import links
from people.models import Account
from people.sign_in_models import LinkPurpose
from tests.house import House

STRANGERS = frozenset({Access.PUBLIC, Access.DEMO})


def _first(table: str, column: str = "id") -> Callable[[House], str]:
    return lambda house: str(house.one(f"select min({column}) from {table}"))


def _link(house: House) -> str:
    """The text of a link with which somebody may choose a new password."""
    with house.session() as session, session.begin():
        account = session.scalars(select(Account).where(Account.email == "grace@example.com")).one()
        return links.make(session, account=account, purpose=LinkPurpose.RESET, now=house.clock()).text


EXAMPLES: Mapping[str, Callable[[House], str]] = {
    "/tickets/": _first("ticket", "number"),
    "/calls/": _first("call", "sid"),
    "/customers/": _first("customer"),
    "/departments/": _first("department", "key"),
    "/people/": _first("account"),
    "/recordings/": _first("recording"),
    "/numbers/": _first("phone_number"),
    "/link/": _link,
}
"""What stands for the value in a path that begins so."""
MORE: tuple[tuple[str, str], ...] = ()
"""States of pages that no plain path shows: (path, role)."""


@dataclass(frozen=True)
class Sight:
    """One page to look at. path: as declared; role: who looks (None: a stranger)."""

    path: str
    role: str | None

    def __str__(self) -> str:
        return f"{self.path} as {self.role or 'a stranger'}"


def sights() -> list[Sight]:
    """Every page once, seen by somebody who may see all of it."""
    declared = [page for noun in nouns() for page in noun.pages if page.method == "GET"]
    return [Sight(page.path, _role(page)) for page in declared] + [Sight(path, role) for path, role in MORE]


def open_path(sight: Sight, house: House) -> str:
    """The path with something of this house in it. KeyError: say in `EXAMPLES` what stands for its value."""
    if "<" not in sight.path:
        return sight.path
    example = EXAMPLES[sight.path[: sight.path.index("<")]]
    return re.sub(r"<[^>]+>", lambda _: example(house), sight.path)


def _role(page: Page) -> str | None:
    return None if page.needs in STRANGERS else "administrator"
