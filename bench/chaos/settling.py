"""After the last call: let the house come to rest, first by itself, then under a clock that is moved on.

A promise may be due tomorrow, and a recording be waited for until then. Nobody sleeps for that: the programs are ended
in good order, and the same application, jobs and timetable go on in this process, by a clock of its own.
"""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.chaos.hands import Hands, MovedClock
from bench.chaos.house import House
from core.config import load
from core.database import make_engine
from ivr import journal_folder
from ringback.app import create_app, shut
from workers.timetable import Timetable

Say = Callable[[str], None]

STUCK_AFTER = 60.0
"""Real seconds without any job done after which the programs are not waited for any longer."""
UNTIL = timedelta(hours=60)
"""How far the clock is moved at most: a promise may be kept tomorrow, and its recording is waited for another day."""
AT_LEAST = timedelta(hours=1, minutes=10)
"""How far it is moved in any case: the carrier has then been asked for what nobody was told."""
STEP = timedelta(minutes=20)
SHORTEST_STEP = timedelta(minutes=5)
"""A job may be so much late: thousands that are due one after another are done together."""
PROGRESS_SECONDS = 15.0
BY_ITSELF_MOST = 120.0
"""Real seconds after which what is left is done under the moved clock, where it costs less."""
ROUND_MOST = 3600.0
"""Real seconds for one round; longer, and jobs go on asking for jobs that are due at once."""

DONE = "select count(*) from outbox where state in ('done', 'failed')"
WAITS = """
select count(*) filter (where state = 'handed' or due_at <= %(now)s),
  count(*) filter (where due_at <= %(now)s + case state when 'handed' then '60 s' else '0 s' end::interval)
from outbox where state in ('asked', 'handed')"""
OPEN = """
select (select count(*) from outbox where state in ('asked', 'handed') and job not in (select entry from timetable_run))
  + (select count(*) from call where ended_at is null) + (select count(*) from callback where closed_at is null)
  + (select count(*) from recording where state in ('expected', 'ready'))"""
NEXT = "select min(due_at) from outbox where state in ('asked', 'handed')"
DUE = "select exists (select 1 from outbox where state in ('asked', 'handed') and due_at <= %(now)s)"
OPEN_JOBS = "select count(*) from outbox where state in ('asked', 'handed')"


def settle(house: House, say: Say, *, stuck_after: float = STUCK_AFTER) -> None:
    """Return when nothing is open any more, or nothing more can be waited for; the checker tells which."""
    house.carrier.lying.settle()
    house.carrier.idle(30.0)
    _by_itself(house, say, stuck_after)
    # Whoever is being rung is answered to the end: the web server goes last.
    for name in ("timetable", "worker"):
        house.programs[name].stop()
    house.carrier.lying.settle()
    house.carrier.idle(30.0)
    house.programs["web"].stop()
    with _moved_on(house) as (clock, hands, timetable):
        began, shown = clock(), time.monotonic()
        rounds = 0
        while True:
            rounds += 1
            timetable.step()
            _await_hands(house, clock, hands, say)
            house.carrier.lying.settle()
            house.carrier.idle(10.0)
            _await_hands(house, clock, hands, say)
            _await_journal(house)
            left = _count(house, OPEN)
            passed = clock() - began
            if time.monotonic() - shown > PROGRESS_SECONDS:
                shown = time.monotonic()
                say(f"  {passed} later: {left} open")
            if (not left and passed > AT_LEAST) or passed > UNTIL:
                break
            clock.move_to(max(clock() + SHORTEST_STEP, min(clock() + STEP, _next(house) or clock() + STEP)))
        say(f"  at rest {passed} later, after {rounds} rounds: {left} open")


def jobs_done(house: House) -> int:
    """How many jobs have ended; 0 while the database is away."""
    try:
        return int(_rows(house, DONE, connect_seconds=2)[0][0])
    except psycopg.Error:
        return 0


def jobs_idle(house: House) -> bool:
    """Whether no job is due or in anybody's hands; False while the database is away."""
    try:
        return not _rows(house, WAITS, connect_seconds=2, now=datetime.now(UTC))[0][0]
    except psycopg.Error:
        return False


class _Quiet(WSGIRequestHandler):
    """Says nothing about single requests."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


def _by_itself(house: House, say: Say, stuck_after: float) -> None:
    """The programs do what is due, and the web processes bring their journal in, for as long as they get on.

    A row whose worker was killed is handed again only when its job's longest time is over: not waited for.
    """
    began = moved = shown = time.monotonic()
    done = _count(house, DONE)
    while True:
        house.keep_alive()
        [(waits, soon)] = _rows(house, WAITS, now=datetime.now(UTC))
        now, journaled = time.monotonic(), _journaled(house)
        if (now_done := _count(house, DONE)) > done:
            done, moved = now_done, now
        if not waits and not journaled:
            break
        if now - began > BY_ITSELF_MOST or now - moved > (stuck_after if soon or journaled else min(stuck_after, 10.0)):
            break
        if now - shown > PROGRESS_SECONDS:
            shown = now
            say(f"  by itself: {done} jobs done, {waits} wait, {journaled} records in the journal")
        time.sleep(0.5)
    left = f"{waits} jobs are left, {journaled} records in the journal"
    say(f"  by itself, in {time.monotonic() - began:.0f} s: {done} jobs done, {left}")


def _journaled(house: House) -> int:
    return journal_folder.state(house.settings.data / "journal").records


@contextmanager
def _moved_on(house: House) -> Iterator[tuple[MovedClock, Hands, Timetable]]:
    """The application by a clock of its own, past the proxies: they break nothing any more."""
    shared = house.folder / "clock"
    clock = MovedClock(shared)
    settings = dataclasses.replace(
        load(house.environ, house.folder / "none"),
        log_level="error",
        database_url=house.database_url,
        s3_endpoint_url=house.swift.endpoint_url,
    )
    engine = make_engine(house.database_url, pool_size=1)
    app = create_app(settings, clock=clock)
    web = make_server("127.0.0.1", settings.port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=web.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    house.carrier.now = clock
    hands = Hands(
        shared,
        environ=house.environ,
        database_url=house.database_url,
        endpoint_url=house.swift.endpoint_url,
        log=house.folder / "log" / "hands.log",
    )
    try:
        yield clock, hands, Timetable(engine=engine, clock=clock)
    finally:
        hands.stop()
        web.shutdown()
        web.server_close()
        thread.join()
        shut(app)
        engine.dispose()


def _await_hands(house: House, clock: MovedClock, hands: Hands, say: Say) -> None:
    """Return when nothing is due by the moved clock and nobody is at work."""
    began = shown = time.monotonic()
    with psycopg.connect(_plain(house), autocommit=True) as connection:
        while True:
            row = connection.execute(DUE, {"now": clock()}).fetchone()
            if not (row and row[0]) and not clock.busy:
                return
            hands.check()
            now = time.monotonic()
            if now - began > ROUND_MOST:
                raise RuntimeError(f"not idle after {now - began:.0f} s: {_count(house, OPEN_JOBS)} jobs are open")
            if now - shown > PROGRESS_SECONDS:
                shown = now
                say(f"    {_count(house, OPEN_JOBS)} jobs are open")
            time.sleep(0.02)


def _await_journal(house: House) -> None:
    """What is journaled is applied within real seconds: a clock moved on before would make it hours."""
    until = time.monotonic() + STUCK_AFTER
    while _journaled(house) and time.monotonic() < until:
        time.sleep(0.1)


def _count(house: House, statement: str) -> int:
    return int(_rows(house, statement)[0][0])


def _next(house: House) -> datetime | None:
    """When the next job is due."""
    found: datetime | None = _rows(house, NEXT)[0][0]
    return found


def _rows(house: House, statement: str, *, connect_seconds: int = 60, **values: object) -> Sequence[tuple[Any, ...]]:
    # A server that is stopped takes the connection and says nothing.
    with psycopg.connect(_plain(house), connect_timeout=connect_seconds) as connection:
        return connection.execute(statement, values).fetchall()


def _plain(house: House) -> str:
    return house.database_url.replace("+psycopg", "", 1)
