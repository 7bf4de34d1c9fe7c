"""Five thousand calls dial within ten seconds: is everybody answered, how soon, and is anything lost?

Each call comes over a connection of its own, at its own moment, whether or not those before it were answered: a storm
does not wait. An answer that takes longer than the carrier's 15 s, or is not TwiML, counts as none. Then all hang up,
and what the database keeps is compared with who called. Beside it the same calls one after another, as the baseline.
"""

import asyncio
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import psycopg

from bench.callers import Answer, Caller, Telephony, dial, play
from bench.serving import environ_of, served, settings_for
from core.config import Settings
from ivr.journal_folder import state
from ringback import embedded
from ringback.installation import prepare

PORT = 8870
CALLS, SECONDS = 5_000, 10.0
LINES = 8
DRAINED_WITHIN = 120.0

_KEPT = """
select sid, count(*), count(ticket_id), count(ended_at),
  (select count(*) from ticket k where k.born_call_id = min(c.id)),
  (select count(*) from turn t where t.leg_sid = c.sid)
from call c where sid = any(%s) group by sid
"""


def run(*, calls: int = CALLS, seconds: float = SECONDS) -> Iterator[str]:
    """How many were answered and how soon, what the database keeps of them, and what the journal had to take."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        database_url, redis_url = stack.enter_context(embedded.servers(Path(folder)))
        settings = replace(settings_for(Path(folder), port=PORT), database_url=database_url, redis_url=redis_url)
        prepare(settings)
        stack.enter_context(served(["-m", "ringback.cli", "serve"], environ_of(settings), PORT))
        yield from _stormed(settings, calls, seconds)


def _stormed(settings: Settings, calls: int, seconds: float) -> Iterator[str]:
    telephony, run = Telephony(settings), secrets.randbits(40)
    calm = [telephony.caller(number, run=run) for number in range(max(20, calls // 20))]
    storm = [telephony.caller(len(calm) + number, run=run) for number in range(calls)]
    asyncio.run(play(telephony, calm, "", port=settings.port, lines=1))
    requests = [(caller, telephony.beginning(caller)) for caller in storm]
    began = perf_counter()
    asyncio.run(dial(requests, port=settings.port, seconds=seconds))
    took = perf_counter() - began
    journal = state(settings.journal)
    yield _line("one after another", [caller.answers[0] for caller in calm], 0.0)
    yield _line(f"{calls:,} within {seconds:g} s", [caller.answers[0] for caller in storm], took)
    middle = [statistics.median(caller.answers[0].seconds for caller in each) for each in (storm, calm)]
    yield f"storm: median answer against one after another    ratio {middle[0] / middle[1]:.1f}×"
    hung_up = [(caller, telephony.ended(caller)) for caller in storm]
    asyncio.run(dial(hung_up, port=settings.port, seconds=seconds * 2))
    yield f"storm: waiting in the journal right after the storm: {journal}"
    yield from _compared(settings, storm)


def _line(name: str, answers: Sequence[Answer], took: float) -> str:
    taken = sorted(answer.seconds * 1000 for answer in answers)
    good = sum(answer.status == 200 and "<Response>" in answer.body for answer in answers)
    others = Counter(answer.status for answer in answers if answer.status != 200)
    how = f"p50 {taken[len(taken) // 2]:.0f} ms   p99 {taken[int(len(taken) * 0.99)]:.0f} ms   max {taken[-1]:.0f} ms"
    until = f"   the last after {took:.1f} s" if took else ""
    verdict = "reached" if good == len(answers) else f"MISSED, others: {dict(others)}"
    return f"storm: {name}: {good:,} of {len(answers):,} answered with TwiML   {how}{until}   goal all: {verdict}"


def _compared(settings: Settings, storm: Sequence[Caller]) -> Iterator[str]:
    """Every call once, with its first turn, its end and exactly one ticket; the journal empty."""
    rows: dict[str, tuple[int, ...]] = {}
    give_up_at = time.monotonic() + DRAINED_WITHIN
    whole = 0
    while time.monotonic() < give_up_at and (whole < len(storm) or state(settings.journal).records):
        time.sleep(0.5)
        with psycopg.connect((settings.database_url or "").replace("+psycopg", "", 1)) as connection:
            rows = {row[0]: row[1:] for row in connection.execute(_KEPT, [[caller.sid for caller in storm]])}
        whole = sum(row == (1, 1, 1, 1, 1) for row in rows.values())
    left = state(settings.journal).records
    told = "reached" if whole == len(storm) and not left else "MISSED"
    odd = Counter(row for row in rows.values() if row != (1, 1, 1, 1, 1))
    more = f"   otherwise: {dict(odd)}" if odd else ""
    yield (
        f"storm: {whole:,} of {len(storm):,} calls in the database once, with turn, end and one ticket; {left} left in "
        f"the journal{more}   goal nothing lost: {told}"
    )
