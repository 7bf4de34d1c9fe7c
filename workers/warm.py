"""A worker process that stays warm: jobs run in it one after another, without a fork for each."""

import signal
from collections.abc import Sequence
from types import FrameType

from redis import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from workers.carrying import equip
from workers.work import Equipment

MAINTENANCE_SECONDS = 60


class WarmWorker(SimpleWorker):
    """RQ's worker without forks, as a child of our own: the parent decides when it must end."""

    max_connection_wait_time = 5.0
    log_result_lifespan = False

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
