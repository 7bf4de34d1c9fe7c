"""Short jobs through outbox, relay and warm workers, against RQ's forking workers and its pool of SimpleWorkers.

The same number of processes each, all on one Redis, in turn. Ours are rows of the outbox: each is claimed, handed over,
taken, run and ended in PostgreSQL, with its commits waiting for the disk; RQ's do nothing and are kept in Redis alone.
Processor time is that of the worker processes, without PostgreSQL's and Redis's.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, text

from bench.processes import children_of, cpu_seconds, started
from bench.serving import environ_of, settings_for
from bench.short_jobs import PROCESSES
from core.clock import utc_now
from core.database import make_engine, transaction
from core.outbox import ask
from ringback import embedded
from ringback.installation import prepare

ROUNDS, JOBS, FORKED, LATE = 3, 1500, 150, 100
GOALS = {"Worker": 4.0, "SimpleWorker": 0.9}
_GIVE_UP = 300.0

_ASK = text("insert into outbox (job, asked_at, due_at) select 'nothing', now(), now() from generate_series(1, :many)")
_OPEN = text("select count(*) from outbox where state in ('asked', 'handed')")


@dataclass(frozen=True)
class Rate:
    """Jobs a second, and processor milliseconds of the workers for each job."""

    jobs: float
    cpu: float


def run(*, rounds: int = ROUNDS, jobs: int = JOBS, forked: int = FORKED, late: int = LATE) -> Iterator[str]:
    """Jobs a second of each kind with their ratios, then the time from commit to start."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        database_url, redis_url = stack.enter_context(embedded.servers(Path(folder)))
        settings = replace(settings_for(Path(folder), port=8790), database_url=database_url, redis_url=redis_url)
        prepare(settings)
        engine, redis = make_engine(database_url, pool_size=1), Redis.from_url(redis_url)
        stack.callback(engine.dispose)
        stack.callback(redis.close)
        environ = environ_of(settings)
        pools = {
            name: stack.enter_context(started(["-m", "bench.short_jobs", *name.split()], environ)).pid
            for name in ("ours", "SimpleWorker simple", "Worker forking")
        }
        _await(lambda: len(redis.smembers("rq:workers")) == 3 * PROCESSES)
        rates: dict[str, list[Rate]] = {name: [] for name in pools}
        for number in range(rounds + 1):
            for name, pid in pools.items():
                if name == "ours":
                    rate = _measured(pid, jobs, lambda: _ours(engine, jobs))
                else:
                    many = forked if name.startswith("Worker") else jobs
                    rate = _measured(pid, many, _theirs(redis, name.split()[1], many))
                if number:  # the first round warms up
                    rates[name].append(rate)
        yield from _rates(rates)
        yield _latency("from commit to start", _starts(engine, Path(folder) / "ours", late))
        yield _latency("RQ's own, from enqueue to start", _rq_starts(redis, Path(folder) / "simple", late))


def _ours(engine: Engine, many: int) -> None:
    with engine.begin() as connection:
        connection.execute(_ASK, {"many": many})

    def is_done() -> bool:
        with engine.connect() as connection:
            return bool(connection.execute(_OPEN).scalar_one() == 0)

    _await(is_done)


def _theirs(redis: "Redis", name: str, many: int) -> Callable[[], None]:
    """All jobs are there before the first can be taken."""
    waiting = Queue("waiting", connection=redis, serializer=JSONSerializer)
    for _ in range(many):
        waiting.enqueue("bench.short_jobs.rq_nothing", result_ttl=0)
    keys = [f"rq:queue:{name}", f"rq:wip:{name}"]

    def work_off() -> None:
        redis.rename("rq:queue:waiting", keys[0])
        _await(lambda: not redis.exists(*keys))
        _await(lambda: not list(redis.scan_iter("rq:job:*", count=5000)))

    return work_off


def _measured(pid: int, many: int, work_off: Callable[[], None]) -> Rate:
    cpu, began = _cpu(pid), time.perf_counter()
    work_off()
    seconds = time.perf_counter() - began
    return Rate(many / seconds, (_cpu(pid) - cpu) / many * 1000)


def _cpu(pid: int) -> float:
    """Of the workers and of all they have forked and waited for."""
    return sum(cpu_seconds(child, with_children=True) for child in children_of(pid))


def _starts(engine: Engine, file: Path, many: int) -> list[float]:
    asked: dict[str, float] = {}
    chance = Random(5)  # noqa: S311 - spreads moments
    for number in range(many):
        with transaction(engine) as session:
            ask(session, job="stamp", args={"file": str(file), "name": str(number)}, now=utc_now())
        asked[str(number)] = time.time()
        time.sleep(chance.uniform(0.05, 0.15))
    return _lateness(file, asked)


def _rq_starts(redis: "Redis", file: Path, many: int) -> list[float]:
    asked: dict[str, float] = {}
    queue = Queue("simple", connection=redis, serializer=JSONSerializer)
    for number in range(many):
        asked[str(number)] = time.time()
        queue.enqueue("bench.short_jobs.write_moment", str(file), str(number), result_ttl=0)
        time.sleep(0.05)
    return _lateness(file, asked)


def _lateness(file: Path, asked: dict[str, float]) -> list[float]:
    _await(lambda: file.exists() and len(file.read_text().splitlines()) >= len(asked))
    begun = dict(line.split() for line in file.read_text().splitlines())
    return [float(begun[name]) - moment for name, moment in asked.items()]


def _await(happened: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + _GIVE_UP
    while not happened():
        if time.monotonic() > give_up_at:
            raise RuntimeError("the jobs are not done")
        time.sleep(0.01)


def _rates(rates: dict[str, list[Rate]]) -> Iterator[str]:
    medians = {
        name.split()[0]: Rate(statistics.median(rate.jobs for rate in all), statistics.median(rate.cpu for rate in all))
        for name, all in rates.items()
    }
    for name, rate in medians.items():
        who = f"jobs: {'ours' if name == 'ours' else 'RQ ' + name}, {PROCESSES} processes"
        yield f"{who:<44} {rate.jobs:8.0f} jobs/s   processor {rate.cpu:7.2f} ms a job"
    for name, goal in GOALS.items():
        ratio = medians["ours"].jobs / medians[name].jobs
        reached = "reached" if ratio >= goal else "MISSED"
        yield f"{'jobs: ours against RQ ' + name:<44} ratio {ratio:6.2f}×   goal {goal:g}×: {reached}"


def _latency(name: str, seconds: list[float]) -> str:
    taken = sorted(seconds)
    p50, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
    return f"{'jobs: ' + name:<44} p50 {p50 * 1000:6.1f} ms   p95 {p95 * 1000:6.1f} ms"
