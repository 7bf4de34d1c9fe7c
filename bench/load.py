"""A load generator: one process, connections kept open, each sending its next request when the last is answered.

It shares the machine's cores with what it drives, so it must cost little: requests are made and signed before the
measured time, and of an answer only its status and length are read.
"""

import multiprocessing
import re
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Maker = Callable[[int, int], tuple[str, bytes, str]]
"""(connection, number) → (path, body, signature)."""

MOST_CLOSED = 10
"""Connections closed without an answer, in one measurement, before something is wrong."""
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")


@dataclass(frozen=True, slots=True)
class Load:
    """Where to, and what."""

    port: int
    make: Maker


@dataclass(frozen=True, slots=True)
class Driven:
    """Requests a second over all connections; milliseconds of the median and of the slowest hundredth."""

    rate: float
    p50: float
    p99: float
    requests: int
    closed: int
    """Connections the server closed instead of answering; what they had asked was asked again."""


def drive(load: Load, *, connections: int, seconds: float, most: int = 450) -> Driven:
    """Send as much as is answered, for so long, at most `most` requests a connection and second.

    Raises RuntimeError when an answer is not 200.
    """
    context = multiprocessing.get_context("fork")
    with context.Pool(1) as pool:
        taken, passed, closed = pool.apply(_drive, (load, connections, seconds, round(most * seconds)))
    return Driven(
        rate=len(taken) / passed,
        p50=statistics.median(taken) * 1000,
        p99=taken[int(len(taken) * 0.99)] * 1000,
        requests=len(taken),
        closed=closed,
    )


class Closed(Exception):
    """A connection kept open was closed between two answers: gunicorn's threads do that to a few of ten thousand."""


@dataclass(slots=True)
class _Connection:
    """One caller's connection, its requests to come, and what has been read of the present answer."""

    port: int
    requests: Iterator[bytes]
    wire: socket.socket = field(init=False)
    sent: float = 0.0
    last: bytes = b""
    read: bytes = b""
    taken: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        self.wire = socket.create_connection(("127.0.0.1", self.port), 15)

    def send(self) -> bool:
        """Send the next request; False when there is none."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.last = request
        self.sent = time.perf_counter()
        self.wire.sendall(request)
        return True

    def send_again(self) -> None:
        """Send the request that the server closed the connection on over a new one; its time goes on."""
        self.wire.close()
        self.connect()
        self.wire.sendall(self.last)

    def receive(self) -> bool:
        """Read what has come; True when the answer is whole."""
        try:
            more = self.wire.recv(65536)
        except ConnectionResetError:
            more = b""
        if not more and not self.read:
            raise Closed
        if not more:
            raise RuntimeError(f"the connection was closed after {self.read[:80]!r}")
        self.read += more
        head = self.read.find(b"\r\n\r\n")
        if head < 0:
            return False
        if not self.read.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered {self.read[:80]!r}")
        length = _LENGTH.search(self.read, 0, head)
        if len(self.read) < head + 4 + int(length[1] if length else 0):
            return False
        self.taken.append(time.perf_counter() - self.sent)
        self.read = b""
        return True


def _drive(load: Load, connections: int, seconds: float, most: int) -> tuple[list[float], float, int]:
    start = time.time_ns() & ~1
    made = [[_wire(load, number, start + one) for one in range(most)] for number in range(connections)]
    callers = [_Connection(load.port, iter(one)) for one in made]
    closed = 0
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for caller in callers:
            if caller.send():
                selector.register(caller.wire, selectors.EVENT_READ, caller)
        while selector.get_map():
            ready = selector.select(15)
            if not ready:
                raise RuntimeError("no answer within 15 seconds")
            over = time.perf_counter() - began >= seconds
            for key, _ in ready:
                try:
                    if key.data.receive() and (over or not key.data.send()):
                        selector.unregister(key.data.wire)
                except Closed:
                    closed += 1
                    if closed > MOST_CLOSED:
                        raise RuntimeError(f"{closed} connections were closed without an answer") from None
                    selector.unregister(key.data.wire)
                    key.data.send_again()
                    selector.register(key.data.wire, selectors.EVENT_READ, key.data)
        passed = time.perf_counter() - began
    for caller in callers:
        caller.wire.close()
    return sorted(taken for caller in callers for taken in caller.taken), passed, closed


def _wire(load: Load, connection: int, number: int) -> bytes:
    path, body, signature = load.make(connection, number)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{load.port}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body
