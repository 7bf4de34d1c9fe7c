"""The stream's server: granian, one process, one thread, any number of open streams."""

import logging
import signal

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from core import logs
from core.config import Settings, load
from ringback.child_process import follow_parent
from ringback.web import listening_address
from stream.application import StreamApplication

_RESPAWN_SECONDS = 0.5
_STOP_SECONDS = 1
"""Open streams end at once; whoever reads them comes back by themselves."""

_MOST_CONNECTIONS = 2000


def serve(settings: Settings, *, port: int) -> None:
    """Serve until SIGTERM or SIGINT; a worker that fails is replaced."""
    logs.configure(level=settings.log_level)
    logging.getLogger("_granian").setLevel(logging.WARNING)
    Granian(
        "ringback.stream_server:application",
        address=listening_address(settings.host),
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        http=HTTPModes.http1,
        websockets=False,
        workers=1,
        backpressure=_MOST_CONNECTIONS,
        respawn_failed_workers=True,
        respawn_interval=_RESPAWN_SECONDS,
        workers_kill_timeout=_STOP_SECONDS,
        log_level=LogLevels(settings.log_level),
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    ).serve()


def application() -> StreamApplication:
    """What the worker loads: the application, in a process that does not outlive the server's main one."""
    follow_parent(signal.SIGKILL)
    settings = load()
    logs.configure(level=settings.log_level)
    return StreamApplication(settings)
