"""Promises about the registry: every name in use is in it, and every line of it works."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.job import FILL, Job
from workers.registry import JOBS, UNKNOWN

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = (
    *(
        "api",
        "callflows",
        "console",
        "core",
        "ivr",
        "people",
        "recordings",
        "ringback",
        "routing",
        "tickets",
        "workers",
    ),
)
IN_SQL = re.compile(r"select '(\w+)', jsonb_build_object")


def test_every_job_asked_for_anywhere_is_in_the_registry() -> None:
    asked = {name: place for room in ROOMS for path in (ROOT / room).rglob("*.py") for name, place in _asked(path)}
    assert {name: place for name, place in asked.items() if name not in JOBS} == {}
    assert {"assign_ticket", "fetch_recording", "judge_callback"} <= set(asked), "the scan misses some"


def test_every_job_in_the_registry_is_asked_for_somewhere() -> None:
    asked = {name for room in ROOMS for path in (ROOT / room).rglob("*.py") for name, _ in _asked(path)}
    assert set(JOBS) - asked == set()


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
    """Every name given as `job` or `jobs` (argument, key, variable, constant) or asked for in SQL, with where."""
    source = path.read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        for value in _values(node):
            for name in _texts(value):
                yield name, f"{path.relative_to(ROOT)}:{value.lineno}"
    for name in IN_SQL.findall(source):
        yield name, str(path.relative_to(ROOT))


def _values(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.keyword(arg="job" | "jobs", value=value):
            yield value
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in ("job", "jobs") or name.endswith("_JOB"):
            yield value
        case ast.For(target=ast.Name(id="job"), iter=value):
            yield value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("job", "jobs"):
                    yield value


def _texts(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)) if text.isidentifier():
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_texts(body), *_texts(orelse))
        case ast.BinOp(left=left, right=right):
            yield from (*_texts(left), *_texts(right))
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            for element in elements:
                yield from _texts(element)
