"""From a declared page to a route: who asks, may they, was the form ours, do it, render, commit, answer."""

import gzip
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from console import cookies, csrf, headers
from console.assets import Assets
from console.language import current
from console.nouns import Access, NotHere, Noun, Page
from console.parts import Parts
from console.rendering import render
from console.tags import tagged
from console.visit import Answer, Data, Guest, Later, Moved, Shown, Visit
from core.config import Settings
from core.database import transaction
from people import sign_ins
from people.models import Brand
from people.preferences import LANGUAGES, Preferences
from people.rights import Right, may
from people.sign_ins import Present

_BIGGEST_ID = 2**63 - 1
_WORTH_PACKING = 1024


class SignInNeeded(Exception):
    """Nobody is signed in, or not any more."""


class RightNeeded(Exception):
    """The person's role may not open this page."""

    def __init__(self, right: Right) -> None:
        super().__init__(right.value)
        self.right = right


class FormNotOurs(Exception):
    """The form brings no proof that it was ours, or an old one."""


class _TakenBack(Exception):
    """The page refuses: what it wrote is not kept."""


@dataclass(frozen=True)
class Door:
    """What serving needs besides the page."""

    parts: Parts
    assets: Assets
    paths: frozenset[str]


def blueprint(noun: Noun, door: Door) -> Blueprint:
    """The routes of one noun."""
    routes = Blueprint(f"console_{noun.name}", __name__)
    for page in noun.pages:
        routes.add_url_rule(
            page.path,
            page.name,
            _view(page, door),
            methods=[page.method],
            provide_automatic_options=False,
        )
    return routes


def serve(page: Page, door: Door, values: dict[str, Any]) -> Response:
    """One request from beginning to end. Raises what console/errors.py turns into pages."""
    settings, now, nonce = door.parts.settings, door.parts.clock(), secrets.token_urlsafe(12)
    _read_request(page)
    began = perf_counter()
    if any(isinstance(value, int) and value > _BIGGEST_ID for value in values.values()):
        raise NotHere
    guest_cookie = cookies.guest(request)
    try:
        with transaction(door.parts.engine) as session:
            present = sign_ins.find(session, cookies.read_session(request, settings), now=now)
            guest = guest_of(session, door, present, nonce=nonce, now=now, cookie=guest_cookie)
            check_access(page, door, present)
            _check_form(page, settings, present)
            if present is not None and not guest.is_background:
                sign_ins.touch(session, present.sign_in, now=now)
            answer, response = _run(page, door, guest, values)
            if response.status_code >= 400 and not (isinstance(answer, Shown) and answer.keep):
                raise _TakenBack
    except _TakenBack:
        pass
    if isinstance(answer, Later):  # not one byte before the commit
        response = answer.make()
    if present is not None:  # a stranger is not told how long a secret took to check
        response.headers["Server-Timing"] = f"page;dur={(perf_counter() - began) * 1000:.1f}"
    if present is None and not request.cookies.get(csrf.GUEST_COOKIE):
        cookies.give_guest(response, settings, guest_cookie)
    return headers.guard(response, settings, nonce=nonce)


def _check_form(page: Page, settings: Settings, present: Present | None) -> None:
    if page.method in ("GET", "HEAD") or not page.csrf:
        return
    secret = present.sign_in.csrf if present else None
    if not csrf.is_proved(request, secret=secret, keys=settings.secret_keys):
        raise FormNotOurs


def _run(page: Page, door: Door, guest: Guest, values: dict[str, Any]) -> tuple[Answer, Response]:
    """The page's answer, rendered while its session is open."""
    token = current.set(guest.language)
    try:
        answer: Answer = page.run(guest, **values)
        return answer, respond(answer, door, guest)
    finally:
        current.reset(token)


def guest_of(session: Session, door: Door, present: Present | None, *, nonce: str, now: Any, cookie: str) -> Guest:
    """Who asks, as pages see them."""
    settings = door.parts.settings
    preferences = present.preferences if present else Preferences()
    shared = {
        "session": session,
        "now": now,
        "parts": door.parts,
        "nonce": nonce,
        "preferences": preferences,
        "language": _language(door, preferences),
    }
    if present is None:
        return Guest(**shared, csrf=csrf.of_guest(cookie, settings.secret_keys))
    brand = session.get_one(Brand, present.account.brand_id)
    proof = csrf.of_sign_in(present.sign_in.csrf)
    return Visit(**shared, csrf=proof, account=present.account, brand=brand, sign_in=present.sign_in)


def check_access(page: Page, door: Door, present: Present | None) -> None:
    """Raises unless this person, or a stranger, may open the page."""
    if page.needs is Access.DEMO and not door.parts.settings.demo:
        raise NotHere
    if page.needs in (Access.PUBLIC, Access.DEMO):
        return
    if present is None:
        raise SignInNeeded
    if isinstance(page.needs, Right) and not may(present.account.role, page.needs):
        raise RightNeeded(page.needs)


def respond(answer: Answer, door: Door, guest: Guest) -> Response:
    """The response for an answer; for `Later` a placeholder, since it is made after the commit."""
    settings = door.parts.settings
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Later):
        return Response()
    if isinstance(answer, Data):
        return _with(Response(json.dumps(answer.body), status=answer.status, content_type="application/json"), answer)
    if isinstance(answer, Moved):
        response = moved(answer.to, guest, settings, told=answer.told, sent=answer.sent, undo=answer.undo)
        return _with(response, answer)
    told, sent, undo = (answer.told, answer.sent, answer.undo) if guest.is_fragment else _told(answer, settings)
    text = render(answer.template, guest=guest, assets=door.assets, told=told, sent=sent, undo=undo, **answer.values)
    response = Response(text, status=answer.status, content_type="text/html; charset=utf-8")
    if guest.is_fragment:
        events = ({"ringback:told": {"text": told, "undo": undo}} if told else {}) | (
            {"ringback:sent": {"place": sent}} if sent else {}
        )
        if events:
            response.headers["HX-Trigger"] = json.dumps(events)
    elif told or sent:
        cookies.take_told(response)
    return packed(tagged(_with(response, answer), guest))


def moved(to: str, guest: Guest, settings: Settings, *, told: str = "", sent: str = "", undo: int = 0) -> Response:
    """See other: 303, or for htmx a header that has the browser go."""
    response = Response(status=200, headers={"HX-Redirect": to}) if guest.is_htmx else Response(status=303)
    response.headers["Location"] = to
    if guest.is_htmx:
        del response.headers["Location"]
    if told or sent:
        cookies.tell(response, settings, told, sent=sent, undo=undo)
    return response


def sign_in_path() -> str:
    """The sign-in page that leads back here (for a form: to the page it was on)."""
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    if request.headers.get("HX-Request") == "true" or not back:
        source = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
        back = f"{source.path}?{source.query}" if source.query else source.path
    return f"/sign-in?next={quote(back, safe='/')}" if back and back != "/" else "/sign-in"


def packed(response: Response) -> Response:
    """The page as gzip, if the browser takes it and it is worth it. Proofs of forms are masked anew each time."""
    body = response.get_data()
    if len(body) < _WORTH_PACKING or not request.accept_encodings["gzip"]:
        return response
    response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


def _view(page: Page, door: Door) -> Callable[..., Response]:
    def view(**values: Any) -> Response:
        return serve(page, door, values)

    return view


def _told(answer: Shown, settings: Settings) -> tuple[str, str, int]:
    """What the page shall say: its own words, else those of the page before."""
    text, sent, undo = cookies.told(request, settings)
    return (answer.told, answer.sent or sent, answer.undo) if answer.told else (text, answer.sent or sent, undo)


def _with(response: Response, answer: Shown | Moved | Data) -> Response:
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _read_request(page: Page) -> None:
    """Read the body before a connection is taken (a slow sender holds none), and refuse what no field can hold."""
    if page.most_bytes is not None:
        request.max_content_length = page.most_bytes
    texts = [text for pairs in (request.args, request.form) for both in pairs.items(multi=True) for text in both]
    if any("\x00" in text or not _is_text(text) for text in [request.path, *texts]):
        raise BadRequest


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _language(door: Door, preferences: Preferences) -> str:
    asked = request.args.get("lang", "")
    if asked in LANGUAGES and door.parts.settings.demo:
        return asked
    return preferences.language
