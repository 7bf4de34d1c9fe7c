"""Promises about the registry: every name in use is in it, and every line of it works."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.job import FILL, Job
from workers.registry import JOBS, UNKNOWN

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("api", "core", "ivr", "people", "recordings", "ringback", "routing", "tickets", "workers")
    "api",
    "console",
    "core",
    "ivr",
    "people",
    "quality",
    "recordings",
    "ringback",
    "routing",
    "tickets",
    "workers",
)


def test_every_job_asked_for_anywhere_is_in_the_registry() -> None:
    asked = {name: place for room in ROOMS for path in (ROOT / room).rglob("*.py") for name, place in _asked(path)}
    assert {name: place for name, place in asked.items() if name not in JOBS} == {}
    assert asked, "nothing found: the scan is broken"


@pytest.mark.parametrize("job", [pytest.param(job, id=name) for name, job in JOBS.items()] + [UNKNOWN])
def test_every_line_names_a_function_a_queue_and_sensible_limits(job: Job) -> None:
    assert callable(job.function())
    assert job.queue in FILL
    assert job.limit > 0
    assert job.attempts > 0
    assert job.first_wait > 0
    assert job.longest_wait >= job.first_wait
    assert job.failure
    assert not job.failure.endswith(".")


def test_no_job_waits_in_a_short_queue_for_a_long_one() -> None:
    assert {job.queue for job in JOBS.values() if job.limit > 60} <= {"recordings"}


def _asked(path: Path) -> Iterator[tuple[str, str]]:
    """Every string given as `job=` in a call, with where."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "job" and isinstance(node.value, ast.Constant):
            yield str(node.value.value), f"{path.relative_to(ROOT)}:{node.value.lineno}"
