"""Signing in and out, and the page a stranger or newcomer meets first."""

from urllib.parse import urlsplit

from flask import Response, request

from console import cookies
from console.language import _
from console.navigation import home
from console.nouns import Access, Noun
from console.visit import Answer, Data, Guest, Moved, Shown, Visit, shown
from core.clock import rfc3339
from core.setting_values import is_address, is_loopback
from people import attempts, sign_ins

NOUN = Noun("sign_in")


@NOUN.page("GET", "/", needs=Access.SIGNED_IN)
def start(visit: Visit) -> Answer:
    """Where work starts."""
    return Moved(to=home(visit))


@NOUN.page("GET", "/sign-in", needs=Access.PUBLIC)
def show_sign_in(guest: Guest) -> Answer:
    to = _back(guest.query.get("next", ""))
    if guest.account is not None:
        return Moved(to=to or home(guest))
    return shown("sign_in/sign_in.html", to=to, email="", problem="", demo_people=demo_sign_ins(guest))


@NOUN.page("POST", "/sign-in", needs=Access.PUBLIC)
def do_sign_in(guest: Guest) -> Answer:
    email, to = guest.form.get("email", "").strip(), _back(guest.form.get("next", ""))
    try:
        _row, token = sign_ins.sign_in(
            guest.session,
            email=email,
            password=guest.form.get("password", ""),
            now=guest.now,
            address=guest.address,
            browser=request.user_agent.string,
        )
    except sign_ins.WrongCredentials:
        return _refused(guest, email, to, _("The e-mail address or the password is wrong."))
    except attempts.Locked as lock:
        minutes = max(1, round((lock.until - guest.now).total_seconds() / 60))
        problem = _("Too many failed tries. Try again in %(minutes)s min, or ask for a new password.")
        seconds = int((lock.until - guest.now).total_seconds()) + 1
        return _refused(guest, email, to, problem % {"minutes": minutes}, status=429, retry=seconds)
    response = Response(status=303, headers={"Location": to or "/"})
    cookies.give_session(response, guest.settings, token)
    return response


@NOUN.page("POST", "/sign-out", needs=Access.SIGNED_IN)
def do_sign_out(visit: Visit) -> Answer:
    sign_ins.end(visit.session, sign_in_id=visit.sign_in.id, account_id=visit.account.id, now=visit.now)
    response = Response(status=303, headers={"Location": "/sign-in"})
    cookies.take_session(response, visit.settings)
    return response


@NOUN.page("GET", "/sign-in/state", needs=Access.SIGNED_IN)
def sign_in_state(visit: Visit) -> Answer:
    """Whether the sign-in lasts; asked before a long form is sent."""
    return Data(body={"until": rfc3339(visit.sign_in.expires_at)})


def demo_sign_ins(guest: Guest) -> list[tuple[str, str, str]]:
    """Role, e-mail and password of the demo's people, for whoever sits at this very machine; else empty."""
    kept = guest.settings.data / "demo-sign-ins.txt"
    if not guest.settings.demo or not _is_here(guest) or not kept.is_file():
        return []
    found = [line.split() for line in kept.read_text("utf-8").splitlines() if line.strip()]
    return [(words[0], words[1], words[2]) for words in found if len(words) == 3]


def _is_here(guest: Guest) -> bool:
    """Whether the request began on this machine: not through a proxy or a tunnel, whose visitors see no passwords."""
    host = request.host.rsplit(":", 1)[0].strip("[]")
    passed_on = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"))
    return is_loopback(host) and is_address(guest.address) and is_loopback(guest.address) and not passed_on


def _refused(guest: Guest, email: str, to: str, problem: str, *, status: int = 422, retry: int = 0) -> Shown:
    values = {"to": to, "email": email, "problem": problem, "demo_people": demo_sign_ins(guest)}
    # The failure must stay counted.
    headers = {"Retry-After": str(retry)} if retry else {}
    return Shown(template="sign_in/sign_in.html", values=values, status=status, headers=headers, keep=True)


def _back(to: str) -> str:
    """A path of our own to go back to; anything else is dropped (open redirects)."""
    parts = urlsplit(to)
    if parts.scheme or parts.netloc or not to.startswith("/") or to.startswith(("//", "/\\")) or "\\" in to:
        return ""
    return "" if parts.path in ("/sign-in", "/sign-out") else to
