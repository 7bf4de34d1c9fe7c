"""Jobs that do next to nothing, and the processes that run them: ours, and RQ's own pools.

`python -m bench.short_jobs ours`, or the name of an RQ worker class and of a queue. All stop at SIGTERM.
"""

import os
import sys
import time
from types import MappingProxyType

from redis import Redis
from rq import SimpleWorker, Worker
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool

from ringback.worker import WORKERS
from workers.job import Job
from workers.work import Work

PROCESSES = len(WORKERS)
RQ_WORKERS = {"Worker": Worker, "SimpleWorker": SimpleWorker}

JOBS = MappingProxyType(
    {
        "nothing": Job(does="bench.short_jobs:nothing", failure="Nothing failed"),
        "stamp": Job(does="bench.short_jobs:stamp", failure="The moment could not be written"),
    }
)


def nothing(work: Work) -> None:
    """A job of ours: its row is taken and ended, as every row is."""


def stamp(work: Work) -> None:
    """Write down when it began. args: file, name."""
    write_moment(work.args["file"], work.args["name"])


def write_moment(file: str, name: str) -> None:
    """Add `name` and the present moment to a file; a job of RQ's as it is."""
    line = f"{name} {time.time()}\n".encode()
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, line)
    os.close(handle)


def rq_nothing() -> None:
    """A job of RQ's: nothing at all."""


def main(name: str, queue: str = "") -> None:
    """Run the processes until SIGTERM; the settings come from the environment."""
    from core import logs

    logs.configure(level="error")
    if name == "ours":
        from ringback.worker import main as work

        work(jobs=JOBS)
        return
    pool = WorkerPool(
        [queue],
        connection=Redis.from_url(os.environ["REDIS_URL"]),
        num_workers=PROCESSES,
        worker_class=RQ_WORKERS[name],
        serializer=JSONSerializer,
    )
    pool.start(burst=False, logging_level="ERROR")


if __name__ == "__main__":
    main(*sys.argv[1:])
