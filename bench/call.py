"""Whole calls, from the first ring to a ticket that has an owner, where 10,000 were before and where a million were.

Each call begins, chooses billing, asks to be called back at its own number, and hangs up: five signed webhooks over
HTTP. Relay and workers run as they do in production; a call is done when its ticket is somebody's. Both installations
run side by side and are called in turn. Processor time is that of web server, workers and PostgreSQL, with all their
processes: it holds better than wall time where others use the machine too.
"""

import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.callers import Caller, Telephony, play
from bench.cpu_time import cpu_seconds, postmaster
from bench.many_tickets import Filled, Size, filled
from bench.processes import started
from bench.serving import environ_of, served, settings_for

PORT = 8880
SIZES = (Size(tickets=10_000, minutes=20, calls=True), Size(tickets=1_000_000, minutes=1, calls=True))
GOAL = 1.3
ROUNDS, CALLS, LINES = 5, 120, 8
KEYS = "221"
"""Billing; call me back; at this number."""
OWNED_WITHIN = 120.0

_OWNED = """
select count(*) from call c join ticket k on k.id = c.ticket_id
where c.account_sid = %s and c.sid = any(%s) and c.ended_at is not null and k.assignee_id is not null
"""


@dataclass
class Spent:
    """Milliseconds a call took of the processor, by part, and of the wall, one for each round; and each answer's."""

    web: list[float] = field(default_factory=list)
    workers: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)

    @property
    def cost(self) -> float:
        """Processor milliseconds of a call."""
        return sum(statistics.median(part) for part in (self.web, self.workers, self.database))


class House:
    """A served installation with its workers."""

    def __init__(self, stack: ExitStack, full: Filled) -> None:
        environ = environ_of(full.settings) | {"RINGBACK_CALLBACKS": "0"}
        self.settings, self.telephony = full.settings, Telephony(full.settings)
        web = stack.enter_context(served(["-m", "ringback.cli", "serve"], environ, full.settings.port))
        workers = stack.enter_context(started(["-m", "ringback.cli", "worker"], environ)).pid
        self.roots = (web, workers, postmaster(full.settings.database_url or ""))
        url = (full.settings.database_url or "").replace("+psycopg", "", 1)
        self.database = stack.enter_context(psycopg.connect(url, autocommit=True))
        self.numbers = 0

    def round(self, calls: int, spent: Spent) -> None:
        """Play that many calls, and add what they cost."""
        callers = [self.telephony.caller(self.numbers + n, run=secrets.randbits(40)) for n in range(calls)]
        self.numbers += calls
        before, began = [cpu_seconds(root) for root in self.roots], time.perf_counter()
        asyncio.run(play(self.telephony, callers, KEYS, port=self.settings.port, lines=LINES))
        self._await_owners(callers)
        wall = time.perf_counter() - began
        used = [cpu_seconds(root) - start for root, start in zip(self.roots, before, strict=True)]
        for part, seconds in zip((spent.web, spent.workers, spent.database, spent.wall), (*used, wall), strict=True):
            part.append(seconds / calls * 1000)
        spent.answers += [answer.seconds * 1000 for caller in callers for answer in caller.answers]

    def _await_owners(self, callers: Sequence[Caller]) -> None:
        wrong = [answer for caller in callers for answer in caller.answers if answer.status not in (200, 204)]
        if wrong:
            raise RuntimeError(f"{len(wrong)} webhooks were answered {wrong[0].status}")
        values = [self.settings.twilio_account_sid, [caller.sid for caller in callers]]
        give_up_at = time.monotonic() + OWNED_WITHIN
        while True:
            row = self.database.execute(_OWNED, values).fetchone()
            if row is not None and row[0] == len(callers):
                return
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{row and row[0]} of {len(callers)} calls have an owner")
            time.sleep(0.1)


def run(sizes: tuple[Size, Size] = SIZES, *, rounds: int = ROUNDS, calls: int = CALLS) -> Iterator[str]:
    """Calls a second and what one costs, at either size."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        spent = [Spent() for _ in sizes]
        houses = [House(stack, _filled(stack, Path(folder), size, PORT + n * 4)) for n, size in enumerate(sizes)]
        for number in range(rounds + 1):
            for house, one in zip(houses, spent, strict=True):
                house.round(calls, one if number else Spent())  # the first round warms up
        for size, one in zip(sizes, spent, strict=True):
            yield _line(size, one)
        small, large = spent
        for part in ("web", "workers", "database", "wall"):
            ratio = statistics.median(getattr(large, part)) / statistics.median(getattr(small, part))
            yield f"call: {part} at {sizes[1].tickets:,} against {sizes[0].tickets:,}    ratio {ratio:.2f}×"
        verdict = "reached" if large.cost <= GOAL * small.cost else "MISSED"
        yield f"call: processor time, all parts    ratio {large.cost / small.cost:.2f}×   goal ≤ {GOAL:g}×: {verdict}"


def _filled(stack: ExitStack, folder: Path, size: Size, port: int) -> Filled:
    below = folder / str(size.tickets)
    below.mkdir()
    return stack.enter_context(filled(settings_for(below, port=port), below, size=size))


def _line(size: Size, spent: Spent) -> str:
    parts = (spent.web, spent.workers, spent.database)
    web, workers, database = (statistics.median(part) for part in parts)
    rate, answers = 1000 / statistics.median(spent.wall), sorted(spent.answers)
    return (
        f"call: where {size.tickets:,} were: {rate:5.1f} calls/s   processor {spent.cost:.1f} ms a call "
        f"(web {web:.1f}, workers {workers:.1f}, PostgreSQL {database:.1f})   "
        f"answers p50 {answers[len(answers) // 2]:.1f} ms, p99 {answers[int(len(answers) * 0.99)]:.1f} ms"
    )
