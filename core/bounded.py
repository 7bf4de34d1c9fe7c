"""PostgreSQL connections that never wait longer than they were told, whatever the server does.

The server's own timeouts do not fire when it hangs (a stopped process, a frozen host, a network that swallows packets)
and libpq's connect_timeout has a floor of two seconds. So the limit is ours: every wait of psycopg for the socket goes
through `Connection.wait`, and there it ends.
"""

import socket
import threading
from collections.abc import Callable, Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import _WaitTimeout
from psycopg.rows import TupleRow

from core.outages import DatabaseAway, TimeIsOver
from core.waiting import left, within

T = TypeVar("T")


class BoundedConnection(psycopg.Connection[TupleRow]):
    """`patience`: the longest wait for one statement, in seconds; the thread's own limit (core.waiting) counts too.

    `refuse` is asked before each statement and, several times a second, while it is waited for; it may raise.
    """

    patience = 30.0
    refuse: Callable[[], None] | None = None

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Consume psycopg's generator, or close the connection and raise `TimeIsOver`, or what `refuse` raises."""
        seconds = left(self.patience if timeout is None else min(timeout, self.patience))
        try:
            if seconds > 0.0:
                return super().wait(gen if self.refuse is None else self._watched(gen), interval, seconds)
        except DatabaseAway:
            self.pgconn.finish()
            raise
        except _WaitTimeout:
            pass
        gen.close()
        self.pgconn.finish()  # not close(): this connection is broken, and pools must see that
        raise TimeIsOver(f"no answer within {self.patience} s")

    def _watched(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        assert self.refuse is not None  # noqa: S101
        ready = None
        while True:
            if not ready:
                self.refuse()
            try:
                step = gen.send(ready)
            except StopIteration as done:
                value: T = done.value
                return value
            ready = yield step

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Generator[Any, Any, Any]:
        """Connect within the thread's limit: psycopg gives control back several times a second, also in silence."""
        steps = super()._connect_gen(conninfo)
        step = next(steps)
        while True:
            if left(1.0) <= 0.0:
                steps.close()
                raise TimeIsOver("no connection within the time allowed")
            ready = yield step
            try:
                step = steps.send(ready)
            except StopIteration as done:
                return done.value


def connect(dsn: str, *, seconds: float, patience: float, **parameters: Any) -> BoundedConnection:
    """Open a connection within `seconds`, all hosts and addresses of `dsn` together. Raises psycopg's errors.

    With several, each gets an equal share of what is left, so that one that is silent does not keep us from the next.
    """
    attempts = _attempts(dsn, seconds=seconds, parameters=parameters)
    give_up_at = monotonic() + seconds
    problem: psycopg.Error = TimeIsOver("no time left to connect")
    for number, attempt in enumerate(attempts):
        share = (give_up_at - monotonic()) / (len(attempts) - number)
        try:
            with within(share):
                connection = BoundedConnection.connect("", **attempt)
        except psycopg.OperationalError as error:
            problem = error
            continue
        connection.patience = patience
        return connection
    raise problem


def _attempts(dsn: str, *, seconds: float, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """One set of parameters for each address of each host."""
    given = {**conninfo_to_dict(dsn), **parameters}
    context = given.pop("context", None)
    hosts, ports = str(given.get("host") or "").split(","), str(given.get("port") or "").split(",")
    known = str(given.get("hostaddr") or "").split(",")
    attempts: list[dict[str, Any]] = []
    for place, host in enumerate(hosts):
        port = ports[place] if len(ports) == len(hosts) else ports[0]
        addresses = [known[place]] if given.get("hostaddr") else _addresses(host, seconds=seconds)
        for address in addresses:
            one = {**given, "host": host or None, "port": port or None, "hostaddr": address or None}
            attempts.append({name: value for name, value in one.items() if value is not None})
    if context is not None:
        attempts = [{**attempt, "context": context} for attempt in attempts]
    return attempts


_last_known: dict[str, list[str]] = {}


def _addresses(host: str, *, seconds: float) -> list[str]:
    """A host's addresses. A name server may be silent as well, and cannot be given a limit: then the last known."""
    if not host or host.startswith(("/", "@")):
        return [""]
    found: list[str] = []

    def look() -> None:
        try:
            lines = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP, type=socket.SOCK_STREAM)
        except OSError:
            return
        found.extend(dict.fromkeys(str(line[4][0]) for line in lines))

    thread = threading.Thread(target=look, name="name server", daemon=True)
    thread.start()
    thread.join(left(seconds) / 2)
    if found:
        _last_known[host] = list(found)
    if host not in _last_known:
        raise TimeIsOver(f"the name of the database's host is not known: {host}")
    return _last_known[host]
