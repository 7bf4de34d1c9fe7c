"""Health for machines: alive, ready, metrics."""

import threading
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock, rfc3339
from people.directory_keeping import DirectoryKeeper, NoDirectoryError


def make_blueprint(engine: Engine, directory: DirectoryKeeper, clock: Clock) -> Blueprint:
    """`/healthz`: the process answers. `/readyz`: a call would be answered and kept."""
    blueprint = Blueprint("health", __name__)
    watch = _Watch(engine, clock)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        database = watch.database()
        known = {"ok": _is_known(directory)}
        ready = database["ok"] and known["ok"]
        response = jsonify(
            {"status": "ready" if ready else "unready", "parts": {"database": database, "directory": known}}
        )
        response.status_code = 200 if ready else 503
        return response

    return blueprint


def _is_known(directory: DirectoryKeeper) -> bool:
    try:
        return bool(directory.current().brands)
    except NoDirectoryError:
        return False


class _Watch:
    """Asks the database and remembers since when it has been away."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._lock = threading.Lock()
        self._away_since: datetime | None = None

    def database(self) -> dict[str, Any]:
        try:
            with self._engine.connect() as connection:
                connection.execute(text("select 1"))
        except SQLAlchemyError:
            with self._lock:
                self._away_since = self._away_since or self._clock()
                return {"ok": False, "since": rfc3339(self._away_since)}
        with self._lock:
            self._away_since = None
        return {"ok": True}
