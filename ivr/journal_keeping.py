"""Drain this host's journal from a thread of each web process: its own, and what dead processes have left."""

import threading
from collections.abc import Callable
from typing import Self

from core import logs
from core.breaker import Breaker
from ivr.journal import Journal
from ivr.journal_draining import Drained, drain
from ivr.journal_folder import segments
from ivr.journal_format import Record

LOOK_SECONDS = 1.0

log = logs.get(__name__)


class JournalKeeper:
    """`start` it after the process has forked: threads do not survive a fork."""

    def __init__(self, journal: Journal, apply: Callable[[Record], None], breaker: Breaker) -> None:
        self._journal, self._apply, self._breaker = journal, apply, breaker
        self._look = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Look every second, and at once when the database is back."""
        if self._thread is None:
            self._breaker.tell(self._look)
            self._thread = threading.Thread(target=self._keep, name="journal", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop draining; what waits is drained by any process of this host, now or later."""
        self._stopping = True
        self._look.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._journal.close()

    def step(self) -> Drained | None:
        """Drain what waits, if the database is there. None when there was nothing to do."""
        self._journal.prepare()
        if not segments(self._journal.folder) or self._breaker.outage is not None:
            return None
        done = drain(self._journal.folder, self._apply)
        self._journal.release()
        if done.applied or done.refused or done.damaged:
            log.info("journal_drained", applied=done.applied, refused=done.refused, damaged=done.damaged,
                     stopped=done.stopped)  # fmt: skip
        return done

    def _keep(self) -> None:
        ill = False
        while not self._stopping:
            self._look.clear()
            try:
                self.step()
                ill = False
            except Exception as problem:
                # A full disk, a folder without rights: callers are told by the journal itself, and this tries again.
                if not ill:
                    log.exception("journal_ill", why=type(problem).__name__)
                ill = True
            self._look.wait(LOOK_SECONDS)
