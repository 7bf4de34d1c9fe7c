"""Hands due rows of the outbox to RQ, and again what was not done by its deadline. Several relays may run.

It asks PostgreSQL every fifth of a second: at that rate an idle relay costs nothing to speak of, no caller pays for a
notification, and a row starts well within a second. Rows are claimed only after Redis has answered, and given back when
it then takes them not: while Redis is away they stay where they are, and nothing is lost when it comes back empty.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DBAPIError

from core import logs
from core.clock import Clock
from core.database import transaction
from core.outbox import IS_OPEN
from core.outbox_models import OutboxRow, OutboxState
from workers.job import FILL, Job
from workers.registry import JOBS, UNKNOWN

BATCH = 200
TICK = 0.2
LONGEST_PAUSE = 5.0

HANDED_FOR = timedelta(seconds=60)
"""How long a row may lie in Redis before a worker takes it; then it is handed again."""

_KEPT_SECONDS = 3600
"""What a worker that died left in Redis goes away by itself. A job that waits longer has been handed again."""

CARRY = "workers.carrying.carry"

log = logs.get(__name__)


@dataclass(frozen=True)
class Due:
    """A row claimed by this relay: `attempts` tries so far, to be handed again at `deadline`."""

    id: int
    job: str
    attempts: int
    deadline: datetime


class Relay:
    """One relay; `step` does one round, `run` goes on until told to stop."""

    def __init__(self, *, engine: Engine, redis_url: str, clock: Clock, jobs: Mapping[str, Job] = JOBS) -> None:
        self._engine, self._clock, self._jobs = engine, clock, jobs
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=5, retry=Retry(NoBackoff(), 0))
        self._queues: dict[str, Queue] = {}
        self._trouble: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Hand rows on until `stop` is set; while PostgreSQL or Redis is away, try again at growing intervals."""
        pause = TICK
        while not stop.is_set():
            try:
                handed = self.step()
            except (RedisError, DBAPIError) as error:
                self._say(type(error).__name__)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self._say(None)
                pause = 0 if handed == BATCH else TICK
            stop.wait(pause)
            pause = pause or TICK

    def step(self) -> int:
        """Claim what is due and hand it over; how many rows. Raises RedisError or DBAPIError, with nothing lost."""
        due = claim(self._engine, now=self._clock(), held_back=self._held_back())
        if due:
            try:
                self._hand_over(due)
            except RedisError:
                give_back(self._engine, due, now=self._clock())
                raise
        return len(due)

    def _held_back(self) -> list[str]:
        """Jobs whose queue has enough to do for now. Asking it tells at the same time that Redis is there."""
        with self._redis.pipeline(transaction=False) as pipe:
            for name in FILL:
                pipe.llen(Queue.redis_queue_namespace_prefix + name)
            lengths = dict(zip(FILL, pipe.execute(), strict=True))
        full = {name for name, length in lengths.items() if length >= FILL[name]}
        return [name for name, job in self._jobs.items() if job.queue in full]

    def _hand_over(self, due: Sequence[Due]) -> None:
        by_queue: defaultdict[str, list[Any]] = defaultdict(list)
        for row in due:
            job = self._jobs.get(row.job, UNKNOWN)
            by_queue[job.queue].append(
                Queue.prepare_data(
                    CARRY,
                    args=[row.id, row.attempts],
                    timeout=job.limit,
                    result_ttl=0,
                    ttl=_KEPT_SECONDS,
                    # The same try has the same name: handed twice, it is still one job to RQ.
                    job_id=f"outbox-{row.id}-{row.attempts}",
                    description=f"{row.job} {row.id}",
                )
            )
        with self._redis.pipeline() as pipe:
            for name, datas in by_queue.items():
                self._queue(name).enqueue_many(datas, pipeline=pipe)
            pipe.execute()

    def _queue(self, name: str) -> Queue:
        if name not in self._queues:
            self._queues[name] = Queue(name, connection=self._redis, serializer=JSONSerializer)
        return self._queues[name]

    def _say(self, trouble: str | None) -> None:
        """Log a trouble when it begins and when it is over, not at every round."""
        if trouble != self._trouble:
            if trouble:
                log.warning("relay_waits", trouble=trouble)
            else:
                log.info("relay_goes_on", trouble=self._trouble)
        self._trouble = trouble


def claim(engine: Engine, *, now: datetime, held_back: Iterable[str] = (), limit: int = BATCH) -> list[Due]:
    """Mark up to `limit` due rows as handed, the longest due first, and return them; no row to two relays at once."""
    deadline = now + HANDED_FOR
    due = (
        select(OutboxRow.id)
        .where(
            IS_OPEN,
            OutboxRow.due_at <= now,
            OutboxRow.job.not_in(list(held_back)),
        )
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(due.scalar_subquery()))
        .values(state=OutboxState.HANDED, due_at=deadline)
        .returning(OutboxRow.id, OutboxRow.job, OutboxRow.attempts)
    )
    with transaction(engine) as session:
        rows = session.execute(statement, execution_options={"synchronize_session": False}).all()
    return [Due(row.id, row.job, row.attempts, deadline) for row in sorted(rows)]


def give_back(engine: Engine, due: Sequence[Due], *, now: datetime) -> None:
    """Undo a claim that Redis did not take; if only its answer was lost, the count of tries makes that harmless."""
    deadlines = {row.deadline for row in due}
    statement = (
        update(OutboxRow)
        .where(
            OutboxRow.id.in_([row.id for row in due]),
            OutboxRow.state == OutboxState.HANDED,
            OutboxRow.due_at.in_(deadlines),
        )
        .values(state=OutboxState.ASKED, due_at=now)
    )
    with transaction(engine) as session:
        session.execute(statement, execution_options={"synchronize_session": False})
