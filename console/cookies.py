"""The cookies of the staff's door: who is signed in, who is a stranger, and a word told on the next page."""

import secrets

from flask import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from console import csrf
from core.config import Settings
from people import sign_ins

_TOLD = "rb_told"
_TOLD_SECONDS = 60


def session_name(settings: Settings) -> str:
    """With TLS a name that browsers accept only from this very host."""
    return "__Host-rb_session" if _is_secure(settings) else "rb_session"


def read_session(request: Request, settings: Settings) -> str:
    return request.cookies.get(session_name(settings), "")


def give_session(response: Response, settings: Settings, token: str) -> None:
    """Readable by no script and sent by no other site's form."""
    _give(response, settings, session_name(settings), token, int(sign_ins.LONGEST.total_seconds()))


def take_session(response: Response, settings: Settings) -> None:
    response.delete_cookie(session_name(settings), path="/", secure=_is_secure(settings), httponly=True, samesite="Lax")


def guest(request: Request) -> str:
    """The stranger's cookie; made when there is none yet."""
    return request.cookies.get(csrf.GUEST_COOKIE) or secrets.token_urlsafe(24)


def give_guest(response: Response, settings: Settings, value: str) -> None:
    _give(response, settings, csrf.GUEST_COOKIE, value, None)


def tell(response: Response, settings: Settings, text: str, *, sent: str = "", undo: int = 0) -> None:
    """Have the next page say this, once; `sent`: the place of a draft that was taken for good; `undo`: a deed."""
    _give(response, settings, _TOLD, _signer(settings).dumps([text, sent, undo]), _TOLD_SECONDS)


def told(request: Request, settings: Settings) -> tuple[str, str, int]:
    """What the page before wanted told, the draft's place, and the deed to take back; empty without."""
    try:
        text, sent, undo = _signer(settings).loads(request.cookies.get(_TOLD, ""), max_age=_TOLD_SECONDS)
        return str(text), str(sent), int(undo)
    except (BadData, ValueError, TypeError):
        return "", "", 0


def take_told(response: Response) -> None:
    response.delete_cookie(_TOLD, path="/")


def _give(response: Response, settings: Settings, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=_is_secure(settings), httponly=True, samesite="Lax"
    )


def _is_secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(settings.secret_keys)), salt="told")
