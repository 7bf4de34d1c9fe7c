"""Whether the programs' ports are free, asked before anything starts: one line then says which setting to change."""

import errno
import os
import socket

from core.config import Settings
from ringback.programs import ports


class CannotListenError(RuntimeError):
    """One of our addresses cannot be listened on; the message is one line and names the setting."""


def check_ports(settings: Settings) -> None:
    """Raises `CannotListenError` for the first port that is taken, or that is not ours to listen on."""
    for name, (host, port) in ports(settings).items():
        try:
            _try(host, port)
        except socket.gaierror as error:
            raise CannotListenError(f"HOST: {host!r} has no address: {error.strerror}; give another HOST") from error
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            setting = name.partition(" ")[0]
            other = f"another {setting}" if in_use else f"another HOST or {setting}"
            cure = f"stop the program that does, or give {other}" if in_use else f"give {other}"
            raise CannotListenError(
                f"{name}: cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}; {cure}"
            ) from error


def _try(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
