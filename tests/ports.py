"""Ports for servers that a test starts."""

import random
import socket
from contextlib import ExitStack

_FIRST, _END = 20_000, 32_000
"""Below those that the kernel gives to connections: one of these may be taken between choosing and listening."""


def free_port(*, neighbours: int = 0) -> int:
    """A port that nobody has, and so many after it that nobody has either."""
    while True:
        port = random.randrange(_FIRST, _END)
        with ExitStack() as tried:
            try:
                for number in range(port, port + 1 + neighbours):
                    tried.enter_context(socket.create_server(("127.0.0.1", number)))
            except OSError:
                continue
            return port
