"""A full turn served over HTTP, durably written, against an empty Flask route on gunicorn and a naive ORM webhook.

All are driven by the same load generator in turn, A B C A B C, so that noise hits all alike. The generator shares the
machine's cores with server and database: only the ratios mean anything, and those of processor time hold best.
"""

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from bench.cpu_time import cpu_seconds, postmaster
from bench.load import Driven, Load, drive
from bench.serving import environ_of, gunicorn, served, settings_for
from bench.signature import FORM
from callflows.library import shipped
from core.config import Settings
from ivr.signatures import sign
from ringback import embedded
from ringback.installation import prepare

ROUNDS, SECONDS, CONNECTIONS = 5, 3.0, 8


@dataclass(slots=True)
class Candidate:
    """What is driven, by whom it is served, and what was seen of it, round by round."""

    name: str
    load: Load
    server: int
    seen: list[Driven] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)

    def measure(self, database: int, *, seconds: float) -> None:
        """One round. The generator makes its requests in a process of its own, which counts for neither."""
        before = cpu_seconds(self.server), cpu_seconds(database)
        done = drive(self.load, connections=CONNECTIONS, seconds=seconds)
        after = cpu_seconds(self.server), cpu_seconds(database)
        self.seen.append(done)
        self.server_cpu.append((after[0] - before[0]) / done.requests)
        self.database_cpu.append((after[1] - before[1]) / done.requests)

    @property
    def rate(self) -> float:
        return statistics.median(done.rate for done in self.seen)

    @property
    def p50(self) -> float:
        return statistics.median(done.p50 for done in self.seen)

    @property
    def p99(self) -> float:
        return statistics.median(done.p99 for done in self.seen)

    @property
    def cpu(self) -> float:
        """Seconds a request, of server and database together."""
        return statistics.median(map(sum, zip(self.server_cpu, self.database_cpu, strict=True)))

    def line(self) -> str:
        server, database = statistics.median(self.server_cpu), statistics.median(self.database_cpu)
        closed = sum(done.closed for done in self.seen)
        return (
            f"{self.name:<44} {self.rate:8.0f}/s   p50 {self.p50:6.2f} ms   p99 {self.p99:6.2f} ms"
            f"   CPU {server * 1e6:5.0f} + {database * 1e6:4.0f} µs"
            + (f"   {closed} closed by the server" if closed else "")
        )


def run(rounds: int = ROUNDS, seconds: float = SECONDS) -> Iterator[str]:
    """Requests a second, the slowest hundredth and processor time, each with its ratio to the empty route."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        database_url, redis_url = stack.enter_context(embedded.servers(Path(folder)))
        settings = replace(settings_for(Path(folder), port=8790), database_url=database_url, redis_url=redis_url)
        prepare(settings)
        environ, port = environ_of(settings), settings.port
        line = stack.enter_context(served(["-m", "ringback.cli", "serve"], environ, port))
        nothing = stack.enter_context(served(gunicorn("bench.empty:app", port + 1), environ, port + 1))
        usual = stack.enter_context(served(gunicorn("bench.naive:app", port + 2), environ, port + 2))
        turn, call = Turns(settings), Calls(settings)
        candidates = (
            ours := Candidate("webhook: a full turn", Load(port, turn), line),
            calls := Candidate("webhook: the first two turns of a call", Load(port, call), line),
            empty := Candidate("an empty Flask route, gunicorn gthread 2×4", Load(port + 1, turn), nothing),
            naive := Candidate("a naive ORM webhook, gunicorn gthread 2×4", Load(port + 2, turn), usual),
        )
        database = postmaster(database_url)
        for one in candidates:
            drive(one.load, connections=CONNECTIONS, seconds=seconds)  # warms up
        for _ in range(rounds):
            for one in candidates:
                one.measure(database, seconds=seconds)
        yield from (one.line() for one in candidates)
        yield _verdict("webhook against the empty route", ours.rate / empty.rate, 0.6)
        yield _verdict("the same, processor time", empty.cpu / ours.cpu)
        yield _verdict("first two turns against the empty route", calls.rate / empty.rate)
        yield _verdict("the same, processor time", empty.cpu / calls.cpu)
        yield _verdict("webhook against the naive ORM webhook", ours.rate / naive.rate, 8.0)
        yield _verdict("the same, processor time", naive.cpu / ours.cpu)
        slowness = ours.p99 / ours.p50
        yield f"{'webhook: p99 to p50':<44} ratio {slowness:6.2f}×   goal 3× at most: {_met(slowness <= 3)}"


def _verdict(name: str, ratio: float, goal: float | None = None) -> str:
    wanted = "" if goal is None else f"   goal {goal:g}×: {_met(ratio >= goal)}"
    return f"{name:<44} ratio {ratio:6.2f}×{wanted}"


def _met(reached: bool) -> str:
    return "reached" if reached else "MISSED"


class Turns:
    """Makes requests: each a chosen key in a call never heard of, so that call, leg and ticket begin in one turn."""

    def __init__(self, settings: Settings) -> None:
        flow = shipped()["main"]
        self._base, self._token = settings.public_url, settings.twilio_auth_tokens[0]
        self._account = settings.twilio_account_sid or ""
        self._turn = f"/voice/turn?t=1&f={flow.key}&r={flow.revision}&s=choose&l=en"

    def __call__(self, connection: int, number: int) -> tuple[str, bytes, str]:
        """(path, body, signature) of one request."""
        return self._signed(self._turn, connection, number, {"Digits": "2", "msg": "Gather End"})

    def _signed(self, path: str, connection: int, call: int, what: dict[str, str]) -> tuple[str, bytes, str]:
        sid = f"CA{os.getpid():010x}{connection:06x}{call:016x}"
        pairs = list((FORM | {"AccountSid": self._account, "CallSid": sid} | what).items())
        return path, urlencode(pairs).encode(), sign(self._base + path, pairs, self._token)


class Calls(Turns):
    """Makes requests as calls bring them: one that comes in, then the key that was chosen at its main menu."""

    def __call__(self, connection: int, number: int) -> tuple[str, bytes, str]:
        """(path, body, signature) of one request: the call begins with an even number."""
        if number % 2:
            return self._signed(self._turn, connection, number - 1, {"Digits": "2", "msg": "Gather End"})
        return self._signed("/voice/incoming", connection, number, {"Digits": "", "CallStatus": "ringing"})
