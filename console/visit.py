"""One request to the staff's door, checked: who asks, when, with what; and the answers a page can give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from console.parts import Parts
from core.config import Settings
from people.models import Account, Brand
from people.preferences import Preferences
from people.rights import Right, may
from people.sign_in_models import SignIn


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Somebody at a page that is open to strangers. The session commits once the answer is rendered."""

    session: Session
    now: datetime
    parts: Parts
    nonce: str
    csrf: str
    """What each form brings in its field `csrf`: {{ csrf_field() }}."""
    language: str = "en"
    account: Account | None = None
    preferences: Preferences = field(default_factory=Preferences)

    @property
    def settings(self) -> Settings:
        return self.parts.settings

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of the page; else for all of it."""
        return request.headers.get("HX-Request-Type") == "partial"

    @property
    def is_htmx(self) -> bool:
        return request.headers.get("HX-Request") == "true"

    @property
    def is_background(self) -> bool:
        """Whether an open page asks by itself: nobody need be there, so it keeps no sign-in alive."""
        return "X-Background" in request.headers

    @property
    def layout(self) -> str:
        """What a page's template extends, so that it serves as page and as fragment."""
        return "fragment.html" if self.is_fragment else "layout.html"

    @property
    def query(self) -> "MultiDict[str, str]":
        return request.args

    @property
    def form(self) -> "MultiDict[str, str]":
        return request.form

    @property
    def address(self) -> str:
        """The network address of who asks."""
        return request.remote_addr or ""

    @property
    def path(self) -> str:
        """Path and query of this page, for links that come back."""
        return request.full_path.rstrip("?")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.preferences.zone or self.settings.zone)

    def may(self, right: Right) -> bool:
        return self.account is not None and may(self.account.role, right)


@dataclass(frozen=True, kw_only=True)
class Visit(Guest):
    """Somebody who is signed in and has the right the page asks for."""

    account: Account
    brand: Brand
    sign_in: SignIn

    @property
    def brand_id(self) -> int:
        return self.account.brand_id

    @property
    def actor(self) -> str:
        """As timelines and the audit name this person."""
        return f"account:{self.account.id}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.preferences.zone or self.brand.zone)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A rendered template. With a status of 400 or more, what was written is taken back, unless `keep`."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    told: str = ""
    """A toast, only for what the page already shows."""
    sent: str = ""
    """The place of a draft that was taken for good: the browser forgets its copy."""
    headers: Mapping[str, str] = field(default_factory=dict)
    keep: bool = False
    undo: int = 0
    """The deed that a button beside `told` takes back."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Go to another page of ours (303; with htmx the browser is told to go)."""

    to: str
    told: str = ""
    sent: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    undo: int = 0


@dataclass(frozen=True, kw_only=True)
class Data:
    """JSON for our own scripts."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Later:
    """A response made after the commit, such as a stream of audio."""

    make: Callable[[], Response]


Answer = Shown | Moved | Data | Later | Response


def shown(template: str, *, status: int = 200, told: str = "", sent: str = "", undo: int = 0, **values: Any) -> Shown:
    """The usual answer, briefly: `return shown("tickets/list.html", tickets=page)`."""
    return Shown(template=template, values=values, status=status, told=told, sent=sent, undo=undo)
