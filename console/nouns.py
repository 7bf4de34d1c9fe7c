"""What the console offers: each page is declared once, with the right it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from people.rights import Right

Run = TypeVar("Run", bound=Callable[..., Any])


class Access(StrEnum):
    """Who may open a page for which no right of people/rights.py is needed."""

    PUBLIC = "public"
    """Strangers too: sign-in and what leads to it. The page gets a `Guest`."""
    DEMO = "demo"
    """Strangers in demo mode; nobody elsewhere. The page gets a `Guest`."""
    SIGNED_IN = "signed_in"
    """Everybody with a sign-in."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One method on one path (as Flask writes it). most_bytes: of the request's body, where the usual is too little."""

    noun: str
    method: str
    path: str
    needs: Right | Access
    run: Callable[..., Any]
    most_bytes: int | None = None
    csrf: bool = True
    """False only for beacons and the like which carry their own proof; a test lists them."""

    @property
    def name(self) -> str:
        return self.run.__name__


class NotHere(Exception):
    """There is no such thing, or not for this person. `what` fits in "There is no …"."""

    def __init__(self, what: str = "") -> None:
        super().__init__(what)
        self.what = what


class Forbidden(Exception):
    """The page may be opened, but this may not be done on it. The message says who can."""


class Noun:
    """The pages of one noun, in the order they are declared."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pages: list[Page] = []

    def page(
        self, method: str, path: str, *, needs: Right | Access, most_bytes: int | None = None, csrf: bool = True
    ) -> Callable[[Run], Run]:
        """Declare the decorated function as a page: it gets a `Visit` (or `Guest`) and the path's values."""

        def declare(run: Run) -> Run:
            self.pages.append(
                Page(noun=self.name, method=method, path=path, needs=needs, run=run, most_bytes=most_bytes, csrf=csrf)
            )
            return run

        return declare
