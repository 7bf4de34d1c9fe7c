"""What one caller learned at the cost of a wait, the next ones know: the database is away.

One for each process. Whoever meets an outage opens it; from then on nobody waits. A thread of its own, never a caller,
asks the database again and again, and closes it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import psycopg

from core import logs
from core.clock import Clock, utc_now
from core.outages import DatabaseAway, cause

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 2.0
SOON_SECONDS = 10.0
"""Opened again so soon after it closed, the question was answered and the work was not (a full disk): ask less."""

SILENT = ("silent", "unreachable")

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when the database has been away, and a word for why (core.outages.cause)."""

    since: datetime
    why: str


class Breaker:
    """Open while the database is away. `probe` asks it and raises psycopg's errors while it is."""

    def __init__(self, probe: Callable[[], None], *, clock: Clock = utc_now) -> None:
        self._probe, self._clock = probe, clock
        self._lock = threading.Lock()
        self._outage: Outage | None = None
        self._closed_at = -SOON_SECONDS
        self._pause = 0.0
        self._closed: list[threading.Event] = []
        self._stop = threading.Event()

    @property
    def outage(self) -> Outage | None:
        """What is known of the present outage; None while the database answers."""
        return self._outage

    def check(self) -> None:
        """Return at once, or raise `DatabaseAway` at once."""
        outage = self._outage
        if outage is not None:
            raise DatabaseAway(outage.why)

    def refuse_silence(self) -> None:
        """`check` for whoever only reads: a server that takes no writes, or has a full disk, still answers them."""
        outage = self._outage
        if outage is not None and outage.why in SILENT:
            raise DatabaseAway(outage.why)

    def open(self, problem: psycopg.Error) -> None:
        """The database is away: let nobody wait for it until the probe has reached it."""
        with self._lock:
            if self._outage is not None or self._stop.is_set():
                return
            self._outage = Outage(self._clock(), cause(problem))
            again = monotonic() - self._closed_at < SOON_SECONDS
            self._pause = min(max(self._pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS) if again else 0.0
        log.error("database_away", why=self._outage.why)
        threading.Thread(target=self._ask, name="breaker", daemon=True).start()

    def tell(self, event: threading.Event) -> None:
        """Set `event` each time the database is back."""
        self._closed.append(event)

    def stop(self) -> None:
        """Ask no more."""
        self._stop.set()

    def _ask(self) -> None:
        """The first question comes at once: most errors are one connection's, and the database is well."""
        pause = self._pause
        while not self._stop.wait(pause):
            try:
                self._probe()
            except Exception as problem:  # of whatever kind: a thread that ended here would leave it open for ever
                why = cause(problem) if isinstance(problem, psycopg.Error) else type(problem).__name__
                with self._lock:
                    if self._outage is not None:
                        self._outage = Outage(self._outage.since, why)
                pause = min(max(pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
                continue
            self._close()
            return

    def _close(self) -> None:
        with self._lock:
            outage, self._outage = self._outage, None
            self._closed_at = monotonic()
        if outage is not None:
            log.info("database_back", away_since=outage.since.isoformat())
        for event in self._closed:
            event.set()
