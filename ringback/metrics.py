"""Numbers for Prometheus at /metrics, read when asked from the database and this host's journal.

Any web process of a host gives the same answer, except whether its own breaker is open.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from core.breaker import Breaker
from core.clock import Clock
from ivr.journal_folder import state

QUESTIONS = """
select
  (select count(*) from outbox where state in ('asked', 'handed')),
  (select count(*) from outbox where state = 'failed'),
  (select min(due_at) from outbox where state in ('asked', 'handed')),
  (select count(*) from call where ended_at is null),
  (select max(last_seen_at) from call),
  (select count(*) from recording where state in ('expected', 'ready')),
  (select count(*) from recording where state = 'missing'),
  (select count(*) from callback where closed_at is null)
"""


def make_blueprint(
    engine: Engine, token: str | None, clock: Clock, *, journal: Path | None = None, breaker: Breaker | None = None
) -> Blueprint:
    """`/metrics`, for whoever brings METRICS_TOKEN as a bearer token; without that setting there is no such page."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if token is None:
            return Response("METRICS_TOKEN is not given\n", 404, content_type="text/plain; charset=utf-8")
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode("latin-1", "replace")
        if not hmac.compare_digest(given, token.encode()):
            return Response("", 401, headers={"WWW-Authenticate": "Bearer"})
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Numbers(engine, clock))
        registry.register(_Keeping(journal, breaker, clock))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint


class _Numbers:
    """Collects when asked; while the database is away only that is told."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def collect(self) -> Iterable[GaugeMetricFamily]:
        up = GaugeMetricFamily("ringback_database_up", "1 while the database answers.")
        try:
            with self._engine.connect() as connection:
                row = connection.execute(text(QUESTIONS)).one()
        except SQLAlchemyError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        open_jobs, failed, oldest, calls, seen, recordings, missing, callbacks = row
        now = self._clock()
        yield _gauge("ringback_jobs_open", "Jobs asked for and not ended.", open_jobs)
        yield _gauge("ringback_jobs_failed", "Jobs that failed for good and wait for a person.", failed)
        yield _gauge("ringback_jobs_overdue_seconds", "How long the oldest open job has been due.", _since(oldest, now))
        yield _gauge("ringback_calls_open", "Calls in progress.", calls)
        yield _gauge("ringback_last_webhook_seconds", "Since the last sign of life of any call.", _since(seen, now))
        yield _gauge("ringback_recordings_awaited", "Recordings expected or not stored yet.", recordings)
        yield _gauge("ringback_recordings_missing", "Recordings that ought to exist and do not.", missing)
        yield _gauge("ringback_callbacks_open", "Callbacks promised and not kept yet.", callbacks)


class _Keeping:
    """What is told whether or not the database answers: what it has not got yet."""

    def __init__(self, journal: Path | None, breaker: Breaker | None, clock: Clock) -> None:
        self._journal, self._breaker, self._clock = journal, breaker, clock

    def collect(self) -> Iterable[GaugeMetricFamily]:
        if self._breaker is not None:
            away = self._breaker.outage is not None
            yield _gauge("ringback_breaker_open", "1 while this process asks nothing of the database.", away)
        if self._journal is None:
            return
        kept = state(self._journal)
        now = self._clock()
        yield _gauge("ringback_journal_records", "Records that wait for the database.", kept.records)
        yield _gauge("ringback_journal_bytes", "Their bytes.", kept.bytes)
        yield _gauge("ringback_journal_oldest_seconds", "How long the oldest has waited.", _since(kept.oldest_at, now))
        yield _gauge("ringback_journal_refused", "Records the database refused; they wait for a person.", kept.refused)
        yield _gauge("ringback_journal_damaged", "Records that cannot be read; they wait for a person.", kept.damaged)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
