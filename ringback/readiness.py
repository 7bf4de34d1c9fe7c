"""When a started Ringback is ready, and what to tell the person who started it."""

import http.client

from core.config import Settings

_SECONDS = 2.0


def is_ready(settings: Settings) -> bool:
    """Whether `/readyz` answers 200: a call would be answered and kept."""
    return _status(settings, "/readyz") == 200


def closing_lines(settings: Settings) -> list[str]:
    """The last lines of a start: the address, and in demo mode who may sign in and how to call."""
    told = [("Address", settings.public_url)]
    if settings.demo:
        page = _status(settings, "/phone") == 200
        told += [("Sign in", line) for line in _demo_sign_ins(settings)]
        told.append(("Call it", settings.public_url + "/phone" if page else "bin/ringback call"))
    return [
        "",
        "Ringback is ready. Ctrl-C stops it; what it knows stays.",
        "",
        *map("  {0[0]:<9}{0[1]}".format, told),
        "",
    ]


def _demo_sign_ins(settings: Settings) -> list[str]:
    kept = settings.data / "demo-sign-ins.txt"
    return [line for line in kept.read_text("utf-8").splitlines() if line.strip()] if kept.is_file() else []


def _status(settings: Settings, path: str) -> int | None:
    """The status of one of our own pages; None without an answer."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
