"""Health for machines: alive, and whether a call would be answered and kept. No part is waited for over a second."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from flask import Blueprint, Response, jsonify

from core.breaker import Breaker
from core.caller_connections import IS_WRITABLE, CallerConnections
from core.clock import Clock, rfc3339
from core.waiting import within
from ivr.journal import Journal
from ivr.journal_folder import state
from people.directory_keeping import DirectoryKeeper, NoDirectoryError

PART_SECONDS = 1.0
"""What one part may take to answer; longer means that it is ill."""


@dataclass(frozen=True)
class Watched:
    """The parts that answering and keeping a call depend on."""

    connections: CallerConnections
    directory: DirectoryKeeper
    journal: Journal | None
    clock: Clock


def make_blueprint(watched: Watched) -> Blueprint:
    """`/healthz`: the process answers. `/readyz`: a call would be answered and kept, in the database or the journal."""
    blueprint = Blueprint("health", __name__)
    journal = _Journal(watched.journal, watched.clock)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        parts = {
            "database": _database(watched.connections),
            "journal": journal.look(),
            "directory": {"ok": _is_known(watched.directory)},
        }
        kept = parts["directory"]["ok"] and (parts["database"]["ok"] or parts["journal"]["ok"])
        well = all(part["ok"] for part in parts.values())
        response = jsonify({"status": "ready" if well else "degraded" if kept else "unready", "parts": parts})
        response.status_code = 200 if kept else 503
        return response

    return blueprint


def _database(connections: CallerConnections) -> dict[str, Any]:
    """Asked only while the breaker is closed, and within its time; what it learns, callers need not."""
    breaker = connections.breaker
    if breaker.outage is None:
        try:
            with within(PART_SECONDS):
                [(read_only,)] = connections.execute(IS_WRITABLE, {})
            if read_only == "off":
                return {"ok": True}
            breaker.open(psycopg.errors.ReadOnlySqlTransaction("the server takes no writes"))
        except psycopg.Error:
            pass
    return _since(breaker)


def _since(breaker: Breaker) -> dict[str, Any]:
    outage = breaker.outage
    return {"ok": False, "since": rfc3339(outage.since), "why": outage.why} if outage else {"ok": False}


def _is_known(directory: DirectoryKeeper) -> bool:
    try:
        return bool(directory.current().brands)
    except NoDirectoryError:
        return False


class _Journal:
    """Tries the journal, and remembers since when it cannot be written."""

    def __init__(self, journal: Journal | None, clock: Clock) -> None:
        self._journal, self._clock = journal, clock
        self._trying: threading.Thread | None = None
        self._since: datetime | None = None

    def look(self) -> dict[str, Any]:
        journal = self._journal
        if journal is None:
            return {"ok": False}
        if not self._within_time(journal.check):
            self._since = self._since or self._clock()
            return {"ok": False, "since": rfc3339(self._since)}
        self._since = None
        waiting = state(journal.folder)
        return {"ok": True, "records": waiting.records, "oldest": rfc3339(waiting.oldest_at)}

    def _within_time(self, does: Callable[[], None]) -> bool:
        """Whether it was done in time. A disk that hangs keeps one thread, not one for each question."""
        if self._trying is not None and self._trying.is_alive():
            return False
        done = threading.Event()

        def run() -> None:
            try:
                does()
            except OSError:
                return
            done.set()

        self._trying = threading.Thread(target=run, name="journal check", daemon=True)
        self._trying.start()
        self._trying.join(PART_SECONDS)
        return done.is_set()
