"""Read the fields of a REST request, and refuse wrong ones as the carrier does."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from flask import request

from simulator.records import Address
from simulator.rest.errors import RestError
from simulator.values import url_problem

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SUBSCRIBABLE = ("initiated", "ringing", "answered", "completed")


def given(name: str) -> str | None:
    """A field, or None when it is absent or empty."""
    return request.form.get(name) or None


def flag(name: str, *, default: bool = False) -> bool:
    """A yes-or-no field."""
    text = given(name)
    if text is None:
        return default
    if text.lower() not in ("true", "false"):
        raise RestError(400, 20001, f"{name} must be true or false, not {text!r}")
    return text.lower() == "true"


def whole(name: str, default: int, least: int, most: int) -> int:
    """A whole number within its bounds."""
    text = given(name)
    if text is None:
        return default
    if not text.isdigit() or not least <= int(text) <= most:
        raise RestError(400, 20001, f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def choice(name: str, *allowed: str) -> str | None:
    """A field with one of these values."""
    text = given(name)
    if text is not None and text not in allowed:
        raise RestError(400, 20001, f"{name} must be one of {', '.join(allowed)}, not {text!r}")
    return text


def url(name: str, *, code: int = 21205) -> str | None:
    """An absolute http(s) address."""
    text = given(name)
    if text is not None and (url_problem(text) or "://" not in text):
        raise RestError(400, code, f"{name} is not a valid URL: {text}")
    return text


def address(name: str, *, events: str | None = None, default: tuple[str, ...] = ("completed",)) -> Address | None:
    """A callback's address, with its method and the events it subscribes to (space-separated, or repeated)."""
    target = url(name, code=21609)
    if target is None:
        return None
    method = choice(f"{name}Method", "GET", "POST") or "POST"
    wanted = " ".join(request.form.getlist(events)).split() if events else []
    return Address(target, method, tuple(wanted) or default)


def progress_address() -> Address | None:
    """Where a call's progress is told, by the usual four fields."""
    found = address("StatusCallback", events="StatusCallbackEvent")
    for event in found.events if found else ():
        if event not in _SUBSCRIBABLE:
            raise RestError(400, 21626, f"StatusCallbackEvent {event!r} is not one of {', '.join(_SUBSCRIBABLE)}")
    return found


def recording_address() -> Address | None:
    """Where a recording's states are told."""
    return address("RecordingStatusCallback", events="RecordingStatusCallbackEvent")


def period(name: str) -> Callable[[datetime | None], bool]:
    """Whether a time lies in the period a list asks for: `Name`, `Name<` and `Name>` in the query."""
    given = {sign: request.args.get(name + sign) for sign in ("", "<", ">")}
    day, before, after = (_moment(text, name) if text else None for text in given.values())

    def holds(moment: datetime | None) -> bool:
        if not (day or before or after):
            return True
        if moment is None or (day and not day <= moment < day + timedelta(days=1)):
            return False
        return not (before and moment > before) and not (after and moment < after)

    return holds


def _moment(text: str, name: str) -> datetime:
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), datetime.min.time())
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(400, 20001, f"{name} is not a date: {text!r}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
