"""What recurs: each entry asks for its job when it is due, once, however many timetables run.

It needs PostgreSQL alone. A due time that passed while no timetable ran is made up for once, not once for each; and an
entry whose last job is not over yet waits for it, so that nothing piles up while workers are away.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import logs
from core.clock import Clock
from core.database import transaction
from core.outbox import ask
from core.outbox_models import OutboxRow, OutboxState, TimetableRun

TICK = 1.0
LONGEST_PAUSE = 5.0

_LOCK = 7_246_228
"""First half of the advisory lock under which an entry is asked for; the second is the entry."""

log = logs.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Every:
    """Due at every multiple of `seconds` since 1970, so that all timetables agree on the moments."""

    seconds: int

    def last_due(self, now: datetime) -> datetime:
        """The latest due time that is not after `now`."""
        return datetime.fromtimestamp(now.timestamp() // self.seconds * self.seconds, UTC)


@dataclass(frozen=True, kw_only=True)
class Daily:
    """Due once a day, at that time in UTC."""

    at: time

    def last_due(self, now: datetime) -> datetime:
        """The latest due time that is not after `now`."""
        today = datetime.combine(now.astimezone(UTC).date(), self.at, UTC)
        return today if today <= now else today - timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One line of the timetable; its name is its job's."""

    job: str
    when: Every | Daily


ENTRIES: Sequence[Entry] = (
    Entry(job="end_silent_calls", when=Every(seconds=30)),
    Entry(job="find_missing_recordings", when=Every(seconds=30)),
    Entry(job="sweep_callbacks", when=Every(seconds=30)),
    Entry(job="reconcile", when=Every(seconds=3600)),
    Entry(job="keep_holidays", when=Daily(at=time(2, 10))),
    Entry(job="prune", when=Daily(at=time(3, 10))),
)


class Looked(StrEnum):
    """What came of looking at an entry."""

    ASKED = "asked"
    ASKED_ALREADY = "asked already"
    BUSY = "busy"
    """Another timetable is looking at it, or its last job is not over: look again."""


class Timetable:
    """One timetable; `step` looks at every entry once, `run` goes on until told to stop."""

    def __init__(self, *, engine: Engine, clock: Clock, entries: Sequence[Entry] = ENTRIES) -> None:
        self._engine, self._clock, self._entries = engine, clock, entries
        self._asked: dict[str, datetime] = {}
        self._in_trouble = False

    def run(self, stop: threading.Event) -> None:
        """Ask for what is due until `stop` is set; while PostgreSQL is away, try again at growing intervals."""
        pause = TICK
        while not stop.is_set():
            try:
                self.step()
            except DBAPIError as error:
                if not self._in_trouble:
                    log.warning("timetable_waits", trouble=type(error).__name__)
                self._in_trouble, pause = True, min(pause * 2, LONGEST_PAUSE)
            else:
                if self._in_trouble:
                    log.info("timetable_goes_on")
                self._in_trouble, pause = False, TICK
            stop.wait(pause)

    def step(self) -> Mapping[str, Looked]:
        """Ask for every entry that is due; what came of each that was looked at. Raises DBAPIError."""
        looked = {}
        for entry in self._entries:
            now = self._clock()
            due_at = entry.when.last_due(now)
            if self._asked.get(entry.job) == due_at:
                continue
            with transaction(self._engine) as session:
                looked[entry.job] = look(session, entry, due_at=due_at, now=now)
            if looked[entry.job] is not Looked.BUSY:
                self._asked[entry.job] = due_at
        return looked


def look(session: Session, entry: Entry, *, due_at: datetime, now: datetime) -> Looked:
    """Ask for the entry's job of `due_at`, unless it was asked for or must wait.

    The lock keeps timetables from waiting for one another; the row is what makes a second run impossible.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK, func.hashtext(entry.job)))):
        return Looked.BUSY
    if _is_last_one_open(session, entry, due_at):
        return Looked.BUSY
    run = (
        insert(TimetableRun)
        .values(entry=entry.job, due_at=due_at, started_at=now)
        .on_conflict_do_nothing()
        .returning(TimetableRun.entry)
    )
    if session.execute(run).scalar_one_or_none() is None:
        return Looked.ASKED_ALREADY
    ask(session, job=entry.job, args={}, now=now, key=_key(entry, due_at))
    return Looked.ASKED


def _is_last_one_open(session: Session, entry: Entry, due_at: datetime) -> bool:
    last = session.scalar(
        select(func.max(TimetableRun.due_at)).where(TimetableRun.entry == entry.job, TimetableRun.due_at < due_at)
    )
    if last is None:
        return False
    is_open = OutboxRow.state.in_((OutboxState.ASKED, OutboxState.HANDED))
    return session.scalar(select(OutboxRow.id).where(OutboxRow.key == _key(entry, last), is_open)) is not None


def _key(entry: Entry, due_at: datetime) -> str:
    return f"timetable:{entry.job}:{int(due_at.timestamp())}"
