"""After the last call: let the house come to rest, first by itself, then under a clock that is moved on.

A promise may be due tomorrow, and a recording be waited for until then. Nobody sleeps for that: the programs are ended
in good order, and the same application, jobs and timetable go on in this process, by a clock of its own.
"""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.chaos.house import House
from core.config import load
from core.database import make_engine
from ivr import journal_folder
from ringback.app import create_app, shut
from workers.draining import drain
from workers.timetable import Timetable
from workers.work import Equipment

Say = Callable[[str], None]

STUCK_AFTER = 60.0
"""Real seconds without any job done after which the programs are not waited for any longer."""
UNTIL = timedelta(hours=30)
"""How far the clock is moved: over the day for which a recording is waited for."""
ROUNDS = 600
STEP = timedelta(minutes=20)

DONE = "select count(*) from outbox where state in ('done', 'failed')"
WAITS = "select count(*) from outbox where state in ('asked', 'handed') and due_at <= %s"
OPEN = """
select (select count(*) from outbox where state in ('asked', 'handed') and job not in (select entry from timetable_run))
  + (select count(*) from call where ended_at is null) + (select count(*) from callback where closed_at is null)
  + (select count(*) from recording where state in ('expected', 'ready'))"""
NEXT = "select min(due_at) from outbox where state in ('asked', 'handed')"


def settle(house: House, say: Say, *, stuck_after: float = STUCK_AFTER) -> None:
    """Return when nothing is open any more, or nothing more can be waited for; the checker tells which."""
    house.carrier.lying.settle()
    house.carrier.idle(30.0)
    _by_itself(house, say, stuck_after)
    for program in house.programs.values():
        program.stop()
    with _moved_on(house) as (clock, equipment):
        timetable = Timetable(engine=equipment.engine, clock=clock)
        began = clock()
        for number in range(ROUNDS):
            timetable.step()
            ran = drain(equipment)
            house.carrier.lying.settle()
            house.carrier.idle(10.0)
            left = _count(house, OPEN)
            if number % 25 == 0:
                say(f"  {clock() - began} later: {left} open, {len(ran)} jobs run")
            if (not left and clock() - began > timedelta(hours=1)) or clock() - began > UNTIL:
                break
            clock.move_to(min(clock() + STEP, _next(house, clock()) or clock() + STEP))
        say(f"  at rest {clock() - began} later, after {number + 1} rounds: {left} open")


class _Quiet(WSGIRequestHandler):
    """Says nothing about single requests."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


class MovedClock:
    """The real time, moved on by whole steps."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move_to(self, moment: datetime) -> None:
        """It is at least so late from now on."""
        self._ahead += max(timedelta(seconds=1), moment - self())


def _by_itself(house: House, say: Say, stuck_after: float) -> None:
    """The programs do what is due, and the web processes bring their journal in, for as long as they get on."""
    began = moved = time.monotonic()
    done = _count(house, DONE)
    while time.monotonic() - moved < stuck_after:
        house.keep_alive()
        waits = _count(house, WAITS, datetime.now(UTC))
        if not waits and not _journaled(house):
            break
        time.sleep(0.2)
        if (now_done := _count(house, DONE)) > done:
            done, moved = now_done, time.monotonic()
    left = f"{waits} jobs due are left, {_journaled(house)} records in the journal"
    say(f"  by itself, in {time.monotonic() - began:.0f} s: {done} jobs done, {left}")


def _journaled(house: House) -> int:
    return journal_folder.state(house.settings.data / "journal").records


@contextmanager
def _moved_on(house: House) -> Iterator[tuple[MovedClock, Equipment]]:
    clock = MovedClock()
    settings = dataclasses.replace(load(house.environ, house.folder / "none"), log_level="error")
    engine = make_engine(settings.database_url or "")
    app = create_app(settings, clock=clock)
    web = make_server("127.0.0.1", settings.port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=web.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    house.carrier.now = clock
    try:
        yield clock, Equipment(engine=engine, settings=settings, clock=clock)
    finally:
        web.shutdown()
        web.server_close()
        thread.join()
        shut(app)
        engine.dispose()


def _count(house: House, statement: str, *values: object) -> int:
    with psycopg.connect(house.database_url.replace("+psycopg", "", 1)) as connection:
        row = connection.execute(statement, values).fetchone()
        return int(row[0]) if row else 0


def _next(house: House, now: datetime) -> datetime | None:
    """When the next job is due."""
    with psycopg.connect(house.database_url.replace("+psycopg", "", 1)) as connection:
        row = connection.execute(NEXT).fetchone()
        return row[0] if row and row[0] and row[0] > now else None
