"""Counts webhooks that were refused, beside the callers' path: in memory first, written every few seconds by a thread.

A count is written whole, not added to, under a name of this process: what is written twice counts once, and what could
not be written is in the next writing. Nothing of a refused request is kept but its path, which is one of ours.
"""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import psycopg
import structlog

from core.clock import Clock
from health.models import Why

WRITE_SECONDS = 5.0
KEPT = timedelta(days=30)
_COUNTED = timedelta(hours=2)
"""An hour that ended this long ago is written for the last time and forgotten here."""

WRITE = """
with old as (delete from refused_webhook where hour < %(oldest)s)
insert into refused_webhook (hour, path, why, process, count, last_at, signed_for)
select * from unnest(%(hours)s::timestamptz[], %(paths)s::text[], %(whys)s::text[],
  %(processes)s::text[], %(counts)s::int[], %(lasts)s::timestamptz[], %(addresses)s::text[])
on conflict (hour, path, why, process) do update
set count = excluded.count, last_at = excluded.last_at, signed_for = excluded.signed_for
"""

log = structlog.get_logger(__name__)


class Statements(Protocol):
    """What runs a statement; each thread on a connection of its own."""

    def execute(self, statement: str, values: dict[str, Any]) -> Sequence[Any]: ...


@dataclass(slots=True)
class _Count:
    count: int
    last_at: datetime
    signed_for: str
    written: bool = False


_Key = tuple[datetime, str, Why]


class RefusedWebhooks:
    """The counts of this process. The thread that writes them begins with the first: it needs no start after a fork."""

    def __init__(self, connections: Statements, *, clock: Clock, write_seconds: float = WRITE_SECONDS) -> None:
        self._connections = connections
        self._clock = clock
        self._write_seconds = write_seconds
        self._process = secrets.token_hex(8)
        self._counts: dict[_Key, _Count] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, *, path: str, why: Why, signed_for: str = "") -> None:
        """Count one. Touches memory only."""
        now = self._clock()
        key = (now.replace(minute=0, second=0, microsecond=0), path, why)
        with self._lock:
            known = self._counts.setdefault(key, _Count(0, now, ""))
            known.count, known.last_at, known.written = known.count + 1, now, False
            known.signed_for = signed_for or known.signed_for
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="refused webhooks", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Write what is left, and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def write(self) -> bool:
        """Write what changed since it was last written; False: the database is away, and it is kept here."""
        with self._lock:
            changed = {
                key: (one.count, one.last_at, one.signed_for) for key, one in self._counts.items() if not one.written
            }
        if not changed:
            return True
        try:
            self._connections.execute(WRITE, self._values(changed))
        except psycopg.Error as trouble:
            log.warning("refused_webhooks_kept", why=type(trouble).__name__, counts=len(changed))
            return False
        self._written(changed)
        return True

    def _keep(self) -> None:
        while not self._stop.wait(self._write_seconds):
            self.write()
        self.write()

    def _values(self, changed: dict[_Key, tuple[int, datetime, str]]) -> dict[str, Any]:
        return {
            "oldest": self._clock() - KEPT,
            "hours": [hour for hour, _path, _why in changed],
            "paths": [path for _hour, path, _why in changed],
            "whys": [why.value for _hour, _path, why in changed],
            "processes": [self._process] * len(changed),
            "counts": [count for count, _last, _address in changed.values()],
            "lasts": [last for _count, last, _address in changed.values()],
            "addresses": [address for _count, _last, address in changed.values()],
        }

    def _written(self, changed: dict[_Key, tuple[int, datetime, str]]) -> None:
        """Mark what was written, unless it was counted on meanwhile; forget hours that are over."""
        over = self._clock() - _COUNTED
        with self._lock:
            for key, (count, _last, _address) in changed.items():
                self._counts[key].written = self._counts[key].count == count
            for key in [key for key, one in self._counts.items() if one.written and key[0] < over]:
                del self._counts[key]
