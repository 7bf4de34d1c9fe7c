"""Numbers for Prometheus at /metrics, read from the database when asked: any web process gives the same answer."""

import hmac
from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock

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


def make_blueprint(engine: Engine, token: str | None, clock: Clock) -> Blueprint:
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


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
