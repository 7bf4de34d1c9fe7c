"""A full turn served over HTTP, durably written, against an empty Flask route on gunicorn and a naive ORM webhook.

All three are driven by the same load generator in turn, A B C A B C, so that noise hits all alike. The generator is
Python and shares the machine's cores with server and database: only the ratios mean anything.
"""

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.load import Load, drive
from bench.serving import environ_of, gunicorn, served, settings_for
from core.config import Settings
from ivr.signatures import sign
from ringback import embedded
from ringback.installation import prepare

ROUNDS, SECONDS, CONNECTIONS = 5, 3.0, 8


def run() -> Iterator[str]:
    """Requests a second and the slowest hundredth, each with its ratio to the empty route."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        database_url, redis_url = stack.enter_context(embedded.servers(Path(folder)))
        settings = replace(settings_for(Path(folder), port=8790), database_url=database_url, redis_url=redis_url)
        prepare(settings)
        environ = environ_of(settings)
        stack.enter_context(served(["-m", "ringback.cli", "serve"], environ, settings.port))
        stack.enter_context(served(gunicorn("bench.empty:app", settings.port + 1), environ, settings.port + 1))
        stack.enter_context(served(gunicorn("bench.naive:app", settings.port + 2), environ, settings.port + 2))
        loads = {
            "webhook: a full turn": Load(settings.port, _turns(settings)),
            "an empty Flask route, gunicorn gthread 2×4": Load(settings.port + 1, _plain(settings)),
            "a naive ORM webhook, gunicorn gthread 2×4": Load(settings.port + 2, _plain(settings)),
        }
        rates: dict[str, list[float]] = {name: [] for name in loads}
        slow: dict[str, list[tuple[float, float]]] = {name: [] for name in loads}
        for number in range(ROUNDS + 1):
            for name, one in loads.items():
                done = drive(one, connections=CONNECTIONS, seconds=SECONDS)
                if number:  # the first round warms up
                    rates[name].append(done.rate)
                    slow[name].append((done.p50, done.p99))
        ours, empty, naive = (statistics.median(rates[name]) for name in loads)
        for name in loads:
            p50, p99 = (statistics.median(values) for values in zip(*slow[name], strict=True))
            yield f"{name:<44} {statistics.median(rates[name]):8.0f}/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms"
        yield _verdict("webhook against the empty route", ours / empty, 0.6)
        yield _verdict("webhook against the naive ORM webhook", ours / naive, 8.0)


def _verdict(name: str, ratio: float, goal: float) -> str:
    return f"{name:<44} ratio {ratio:6.2f}×   goal {goal:g}×: {'reached' if ratio >= goal else 'MISSED'}"


def _turns(settings: Settings) -> "TurnMaker":
    return TurnMaker(settings.public_url, settings.twilio_account_sid or "", settings.twilio_auth_tokens[0])


def _plain(settings: Settings) -> "TurnMaker":
    return _turns(settings)


class TurnMaker:
    """Makes requests: each the second turn of a call never seen before, signed."""

    def __init__(self, base: str, account: str, token: str) -> None:
        from callflows.library import shipped

        flow = shipped()["main"]
        self._base, self._account, self._token = base, account, token
        self._path = f"/voice/turn?t=1&f={flow.key}&r={flow.revision}&s=choose&l=en"

    def __call__(self, worker: int, number: int) -> tuple[str, bytes, str]:
        """(path, body, signature) of one request."""
        from urllib.parse import urlencode

        from bench.signature import FORM

        sid = f"CA{os.getpid():010x}{worker:06x}{number:016x}"
        pairs = list((FORM | {"AccountSid": self._account, "CallSid": sid, "Digits": "2"}).items())
        return self._path, urlencode(pairs).encode(), sign(self._base + self._path, pairs, self._token)
