"""Errors as pages that help: what happened, what to do, and nothing typed is lost."""

import secrets
from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from console import cookies, csrf, headers
from console.language import _, current
from console.nouns import Forbidden, NotHere
from console.rendering import render
from console.serving import Door, FormNotOurs, RightNeeded, SignInNeeded, guest_of, packed, sign_in_path
from console.visit import Guest
from core import logs
from core.database import transaction
from core.storage import StorageUnavailable
from people import sign_ins

NOT_OURS = ("/api/", "/voice/", "/static/", "/healthz/", "/readyz/", "/metrics/")
"""Other doors: their errors are their own."""
PARTS_OF_PAGES = ("/recordings/",)
"""What pages hold, not pages: a player cannot sign in, so it is refused and not sent there."""
_SECRET = ("csrf", "password", "again", "current")
RETRY_SECONDS = 5

log = logs.get(__name__)


def register(app: Flask, door: Door) -> None:
    """Answer the application's errors here, except those of other doors."""

    def answer(error: Exception) -> Response | HTTPException:
        if f"{request.path}/".startswith(NOT_OURS):
            if isinstance(error, HTTPException):
                return error
            raise error
        return page(error, door)

    app.register_error_handler(Exception, answer)


def page(error: Exception, door: Door) -> Response:
    """The page for any error; what nobody foresaw is ours, logged, and tells nothing of the inside."""
    if isinstance(error, SignInNeeded):
        return _signed_out(door)
    response = _shown(door, lambda: _told(error))
    if response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
    return response


def _signed_out(door: Door) -> Response:
    """Pages lead to the sign-in and back; a form shows what was typed, so that none of it is lost."""
    settings = door.parts.settings
    to = sign_in_path()
    if request.headers.get("HX-Request") == "true":
        response = Response(status=401, headers={"HX-Redirect": to})
    elif request.path.startswith(PARTS_OF_PAGES):
        response = Response(status=401)
    elif request.method in ("GET", "HEAD"):
        response = Response(status=303, headers={"Location": to})
    else:
        response = _shown(door, _told_signed_out, to=to)
    return headers.guard(response, settings, nonce="none")


def _told_signed_out() -> tuple[int, str, str]:
    return 401, _("You were signed out"), _("Sign in again; then nothing of this is lost.")


def _told(error: Exception) -> tuple[int, str, str]:
    """Status, what happened, what to do."""
    if isinstance(error, RightNeeded):
        return 403, _("Your role may not open this page"), _("An administrator can give you another role.")
    if isinstance(error, Forbidden):
        return 403, _("This is not yours to do"), str(error)
    if isinstance(error, FormNotOurs):
        return 403, _("This form is out of date"), _("Go back, load the page again, and send it once more.")
    if isinstance(error, NotHere):
        what = error.what or _("page at this address")
        return 404, _("There is no %(what)s") % {"what": what}, _("It may have been merged or removed. Search for it.")
    if isinstance(error, HTTPException) and error.code is not None:
        return _of_http(error.code)
    if isinstance(error, OperationalError | PoolTimeout | StorageUnavailable) or _lost(error):
        log.warning("page_unavailable", error=type(error).__name__, page=_page())
        return 503, _("Part of the system is away"), _("Calls are still answered. Load the page again in a moment.")
    log.exception("page_failed", exc_info=error, page=_page())
    return 500, _("Something went wrong here"), _("It has been written down, and nothing was changed. Try once more.")


def _page() -> str:
    """The page asked for, as it is declared: what stands in an address may be a one-time link."""
    return request.url_rule.rule if request.url_rule else ""


def _of_http(code: int) -> tuple[int, str, str]:
    if code == 404:
        return 404, _("There is no page at this address"), _("Check the address, or go on from the menu.")
    if code == 405:
        return 405, _("This address takes no such request"), _("Go back and use the buttons of the page.")
    if code == 413:
        return 413, _("This is too much at once"), _("Send less: the text or file is larger than allowed.")
    return code, _("This request cannot be answered"), _("Go back, load the page again, and try once more.")


def _shown(door: Door, tell: Callable[[], tuple[int, str, str]], *, to: str = "") -> Response:
    """The page, in the language of whoever reads it: `tell` is asked for its words once that is known."""
    settings, nonce = door.parts.settings, secrets.token_urlsafe(12)
    now, cookie = door.parts.clock(), cookies.guest(request)
    try:
        with transaction(door.parts.engine) as session:
            present = sign_ins.find(session, cookies.read_session(request, settings), now=now)
            guest = guest_of(session, door, present, nonce=nonce, now=now, cookie=cookie)
            token = current.set(guest.language)
            try:
                status, text = _rendered(door, guest, tell(), to)
            finally:
                current.reset(token)
    except SQLAlchemyError:  # without the database nobody can be known: the page is shown to a stranger
        status, text = _rendered(door, _stranger(door, nonce, now, cookie), tell(), to)
    response = packed(Response(text, status=status, content_type="text/html; charset=utf-8"))
    if not request.cookies.get(csrf.GUEST_COOKIE):
        cookies.give_guest(response, settings, cookie)
    return headers.guard(response, settings, nonce=nonce)


def _rendered(door: Door, guest: Guest, told: tuple[int, str, str], to: str) -> tuple[int, str]:
    status, title, cure = told
    kept = _typed() if status in (401, 403, 500, 503) else []
    values = {"status": status, "title": title, "cure": cure, "kept": kept, "to": to, "told": "", "sent": ""}
    return status, render("errors/page.html", guest=guest, assets=door.assets, **values)


def _stranger(door: Door, nonce: str, now: datetime, cookie: str) -> Guest:
    with Session() as nothing:
        return guest_of(nothing, door, None, nonce=nonce, now=now, cookie=cookie)


def _typed() -> list[tuple[str, str]]:
    """What the form held, without its secrets."""
    try:
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [(name, text) for name, text in pairs if text.strip() and name not in _SECRET]


def _lost(error: Exception) -> bool:
    """Whether the database ended the connection or took one of two locked in each other."""
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
    )
