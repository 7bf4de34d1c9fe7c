"""The web server: granian, several processes of the same application, each with its threads."""

import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from core import logs
from core.config import Settings
from ringback.child_process import follow_parent

THREADS = 8
"""Requests one process works on at once. Live hints have a server of their own: a stream would hold a thread."""

_RESPAWN_SECONDS = 0.5
_STOP_SECONDS = 6
"""Requests in hand are finished within this; a caller's has its answer within one second, whatever is ill."""


def serve(settings: Settings, *, target: str = "ringback.web:application") -> None:
    """Serve until SIGTERM or SIGINT; a worker that fails is replaced. target: the factory that each worker calls."""
    logs.configure(level=settings.log_level)
    logging.getLogger("_granian").addFilter(_is_worth_reading)
    Granian(
        target,
        address=listening_address(settings.host),
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.web_concurrency,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        respawn_interval=_RESPAWN_SECONDS,
        workers_kill_timeout=_STOP_SECONDS,
        log_level=LogLevels(settings.log_level),
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    ).serve()


def application() -> Callable[..., Any]:
    """What each worker loads: the application, in a process that does not outlive the server's main one.

    Without that, workers go on listening after the main process was killed, and the next start finds its port taken.
    """
    follow_parent(signal.SIGKILL)
    from ringback.app import create_app

    return create_app()


def listening_address(host: str) -> str:
    """granian listens on addresses, not on names."""
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])


def _is_worth_reading(record: logging.LogRecord) -> bool:
    """granian finds 8 threads many for few cores; ours wait for the database most of the time."""
    return "Python threads" not in record.getMessage()
