"""Background work, put together: the relay, warm RQ workers, and the timetable that runs apart from them."""

import signal
import threading
from collections.abc import Mapping
from functools import partial

from core import logs
from core.clock import utc_now
from core.config import Settings, load
from core.database import make_engine
from ringback.crew import Crew
from ringback.embedded import ensured
from ringback.telemetry import tell_errors
from workers.job import DESK, LINE, RECORDINGS, Job
from workers.registry import JOBS
from workers.work import Equipment

WORKERS = (
    # Never busy with a recording: a callback or an assignment finds it free.
    (LINE, DESK),
    (LINE, DESK, RECORDINGS),
    (RECORDINGS, DESK),
)
"""One process for each line, which takes from its first queue before the others."""

log = logs.get(__name__)


def main(settings: Settings | None = None, jobs: Mapping[str, Job] = JOBS) -> None:
    """Relay and workers, until SIGTERM or SIGINT; then all have ended within 8 seconds. Raises EmbeddedError."""
    with ensured(settings or load()) as ready:
        _load(jobs)
        members = [("relay", partial(relay, ready, jobs))]
        members += [
            (f"worker {number}", partial(work, ready, jobs, queues)) for number, queues in enumerate(WORKERS, 1)
        ]
        Crew(members).run()


def timetable(settings: Settings | None = None) -> None:
    """Ask for what recurs, until SIGTERM or SIGINT. Raises EmbeddedError."""
    from workers.timetable import Timetable

    with ensured(settings or load()) as ready:
        engine = make_engine(ready.database_url or "", pool_size=1)
        Timetable(engine=engine, clock=utc_now).run(_stop_at(signal.SIGTERM, signal.SIGINT))


def relay(settings: Settings, jobs: Mapping[str, Job] = JOBS) -> None:
    """Hand due rows to RQ until SIGTERM."""
    from workers.relay import Relay

    engine = make_engine(settings.database_url or "", pool_size=1)
    Relay(engine=engine, redis_url=settings.redis_url or "", clock=utc_now, jobs=jobs).run(_stop_at(signal.SIGTERM))


def work(settings: Settings, jobs: Mapping[str, Job], queues: tuple[str, ...]) -> None:
    """Work off `queues` until SIGTERM. Without Redis the process ends, in one line: the crew tries again."""
    from redis.exceptions import RedisError

    from workers.warm import work

    tell_errors(settings)
    engine = make_engine(settings.database_url or "", pool_size=2)
    equipment = Equipment(engine=engine, settings=settings, clock=utc_now, jobs=jobs)
    try:
        work(equipment, redis_url=settings.redis_url or "", queues=queues)
    except RedisError as error:
        log.warning("worker_waits", trouble=type(error).__name__)
        raise SystemExit(1) from None


def _load(jobs: Mapping[str, Job]) -> None:
    """Import what the jobs need once, before the forks. One that cannot be imported fails when run, not the others."""
    for name, job in jobs.items():
        try:
            job.function()
        except (ImportError, AttributeError):
            log.exception("job_not_loaded", job=name)


def _stop_at(*signals: signal.Signals) -> threading.Event:
    """An event that any of the signals sets."""
    stop = threading.Event()
    for sign in signals:
        signal.signal(sign, lambda *_: stop.set())
    return stop
