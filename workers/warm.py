"""A worker process that stays warm: jobs run in it one after another, without a fork for each.

RQ keeps a record of each job in Redis: who runs it since when, how it ended, and the worker's own state, in some
twenty round trips. Here the row in PostgreSQL is that record, so a job costs the two that bring it and one that forgets
it; what lies in Redis when a worker dies expires (workers/relay.py), and its row is handed again.
"""

import signal
import time
from collections.abc import Sequence
from types import FrameType

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException
from rq.worker import WorkerStatus

from core import logs
from workers.carrying import equip
from workers.work import Equipment

MAINTENANCE_SECONDS = 60
HEARTBEAT_SECONDS = 10.0
"""RQ takes a worker for dead after minutes of silence."""
SUSPENSION_SECONDS = 1.0
"""How often a busy worker looks whether an operator has suspended it (`rq suspend`)."""

log = logs.get(__name__)


class WarmWorker(SimpleWorker):
    """RQ's worker without forks, as a child of our own: the parent decides when it must end."""

    max_connection_wait_time = 5.0
    log_result_lifespan = False
    _beat_at = _looked_at = float("-inf")

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run one job within its limit and forget it in Redis, however it ended: its row tells."""
        seconds = int(job.timeout or queue.DEFAULT_TIMEOUT)
        if seconds > HEARTBEAT_SECONDS * 30:
            self.heartbeat(seconds + 60)
        self.set_state(WorkerStatus.BUSY)
        try:
            with self.death_penalty_class(seconds, JobTimeoutException, job_id=job.id):
                job.perform()
        except Exception:
            log.exception("job_broke", job_id=job.id)
        finally:
            self._forget(job, queue)
            self.set_state(WorkerStatus.IDLE)

    def _forget(self, job: Job, queue: Queue) -> None:
        try:
            with self.connection.pipeline(transaction=False) as pipe:
                pipe.delete(job.key)
                if len(self.queues) == 1:  # RQ moves the job there while it is fetched
                    pipe.lrem(queue.intermediate_queue_key, 1, job.id)
                pipe.execute()
        except RedisError as error:
            log.warning("job_not_forgotten", trouble=type(error).__name__)

    def set_state(self, state: str, pipeline: "Pipeline | None" = None) -> None:
        """Known to this process alone, which reads it when it is told to stop."""
        self._state = state

    def heartbeat(self, timeout: int | None = None, pipeline: "Pipeline | None" = None) -> None:
        """Tell RQ that the worker lives, at most every ten seconds unless it says for how long."""
        now = time.monotonic()
        if timeout is None and now - self._beat_at < HEARTBEAT_SECONDS:
            return
        self._beat_at = now
        super().heartbeat(timeout, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while an operator has suspended all workers."""
        now = time.monotonic()
        if now - self._looked_at >= SUSPENSION_SECONDS:
            self._looked_at = now
            super().check_for_suspension(burst)

    def _install_signal_handlers(self) -> None:
        """Ctrl-C reaches the whole process group; only the parent, which then sends SIGTERM, acts on it."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self.request_stop)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the job in hand, at once when idle; a second signal changes nothing, the parent has SIGKILL."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._shutdown()  # type: ignore[no-untyped-call]

    def set_shutdown_requested_date(self) -> None:
        """Not kept: RQ would write it to Redis from within the signal handler, in mid-job."""


def work(equipment: Equipment, *, redis_url: str, queues: Sequence[str]) -> None:
    """Work off `queues`, the first before the others, until SIGTERM. Call it in a process's main thread."""
    equip(equipment)
    worker = WarmWorker(
        list(queues),
        connection=Redis.from_url(redis_url),
        serializer=JSONSerializer,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    worker.work(logging_level="WARNING")
