"""Relay and workers as real processes: they do the work, are replaced when they die, and leave nobody behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.clock import utc_now
from core.config import Settings
from core.database import transaction
from core.outbox import ask
from core.outbox_models import OutboxRow
from ringback.worker import WORKERS
from tests.conftest import execute, scalar
from tests.workers.practice import JOBS, times
from workers.relay import Relay
from workers.timetable import ENTRIES

ROOT = Path(__file__).resolve().parent.parent.parent
ALL = len(WORKERS) + 1

Ask = Callable[..., int]


@pytest.fixture
def crew(engine: Engine, redis_url: str, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.workers.crew_process"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ_of(settings, redis_url))
    try:
        until(lambda: len(children(process.pid)) == ALL)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def asked(engine: Engine) -> Ask:
    """Ask for a job now and get the row's id."""

    def ask_for(job: str) -> int:
        with transaction(engine) as session:
            ask(session, job=job, args={}, now=utc_now())
            return session.query(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(1).scalar()  # type: ignore[no-any-return]

    return ask_for


def environ_of(settings: Settings, redis_url: str) -> dict[str, str]:
    """An environment that names the test's servers and no setting of the machine's own."""
    return {
        "PATH": os.environ["PATH"],
        "RINGBACK_DATA": str(settings.data),
        "RINGBACK_DOTENV": os.devnull,
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": redis_url,
    }


def until(holds: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait until something holds; fail when it does not in time."""
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.02)


def children(pid: int) -> set[int]:
    """Living children of a process."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2] if entry.name.isdigit() else "Z0"
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.add(int(entry.name))
    return found


def lives(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def state(engine: Engine, row_id: int) -> object:
    return scalar(engine, "select state from outbox where id = :id", id=row_id)


def test_what_is_asked_for_is_done_on_every_queue(crew: subprocess.Popen[bytes], engine: Engine, asked: Ask) -> None:
    ids = [asked(job) for job in ("count", "urgent", "long", "count_once") * 5]
    until(lambda: all(state(engine, row_id) == "done" for row_id in ids))
    assert [times(engine, row_id) for row_id in ids] == [1] * len(ids)


def test_a_job_whose_worker_is_killed_in_the_middle_is_done_again_and_takes_effect_once(
    crew: subprocess.Popen[bytes], engine: Engine, redis_url: str, asked: Ask
) -> None:
    workers = children(crew.pid)
    row_id = asked("deadly_once")
    until(lambda: len(workers & children(crew.pid)) == ALL - 1)
    assert (state(engine, row_id), times(engine, row_id)) == ("handed", 0)
    past_the_deadline = Relay(
        engine=engine, redis_url=redis_url, clock=lambda: utc_now() + timedelta(minutes=2), jobs=JOBS
    )
    assert past_the_deadline.step() == 1
    until(lambda: state(engine, row_id) == "done")
    assert times(engine, row_id) == 1
    assert scalar(engine, "select attempts from outbox") == 2


def test_a_member_that_dies_is_replaced(crew: subprocess.Popen[bytes], engine: Engine, asked: Ask) -> None:
    first = children(crew.pid)
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(children(crew.pid) - first) == ALL)
    row_id = asked("count")
    until(lambda: state(engine, row_id) == "done")


def test_a_job_is_ended_at_its_limit_and_tried_again_later(
    crew: subprocess.Popen[bytes], engine: Engine, asked: Ask
) -> None:
    row_id = asked("sleepy")
    until(lambda: scalar(engine, "select last_error from outbox where id = :id", id=row_id))
    assert execute(engine, "select state, attempts, last_error from outbox") == [
        ("asked", 1, "Task exceeded maximum timeout value (1 seconds)")
    ]


def test_a_redis_that_loses_everything_loses_no_job(
    crew: subprocess.Popen[bytes], engine: Engine, redis_url: str, asked: Ask
) -> None:
    import redis

    ids = [asked("count_once") for _ in range(100)]
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    later = Relay(engine=engine, redis_url=redis_url, clock=lambda: utc_now() + timedelta(minutes=2), jobs=JOBS)
    until(lambda: later.step() >= 0 and all(state(engine, row_id) == "done" for row_id in ids), seconds=60)
    assert [times(engine, row_id) for row_id in ids] == [1] * 100


def test_sigterm_ends_all_of_it_within_its_deadline(crew: subprocess.Popen[bytes], asked: Ask, engine: Engine) -> None:
    """Also with a job in hand that does not end. The deadline is 8 s; a loaded machine is given five times that."""
    members, row_id = children(crew.pid), asked("sleepy_long")
    until(lambda: scalar(engine, "select attempts from outbox where id = :id", id=row_id) == 1)
    crew.terminate()
    assert crew.wait(40) == 0
    assert not any(lives(pid) for pid in members)


def test_a_job_in_hand_is_finished_before_the_worker_ends(
    crew: subprocess.Popen[bytes], asked: Ask, engine: Engine
) -> None:
    row_id = asked("a_second")
    until(lambda: scalar(engine, "select attempts from outbox where id = :id", id=row_id) == 1)
    crew.terminate()
    assert crew.wait(40) == 0
    assert (state(engine, row_id), times(engine, row_id)) == ("done", 1)


def test_nobody_is_left_when_the_parent_is_killed(crew: subprocess.Popen[bytes]) -> None:
    members = children(crew.pid)
    crew.kill()
    crew.wait()
    until(lambda: not any(lives(pid) for pid in members), seconds=5)


def test_the_timetable_asks_for_what_recurs_until_it_is_told_to_stop(
    engine: Engine, redis_url: str, settings: Settings
) -> None:
    command = [sys.executable, "-c", "from ringback.worker import timetable; timetable()"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ_of(settings, redis_url))
    try:
        until(lambda: scalar(engine, "select count(*) from outbox") == len(ENTRIES))
        process.terminate()
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.wait()


def test_a_worker_without_redis_says_so_in_one_line(settings: Settings) -> None:
    live = "from core.config import load; from ringback.worker import work; work(load(), {}, ('desk',))"
    done = subprocess.run(
        [sys.executable, "-c", f"from core import logs; logs.configure(level='info'); {live}"],
        cwd=ROOT,
        env=environ_of(settings, "redis://127.0.0.1:1/0"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "worker_waits" in line
