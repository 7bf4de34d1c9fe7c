"""How soon a web process answers, against the same server with every library and module imported first; its memory.

Both are granian as we start it, with one worker; the clock runs from the start of the process to the first answer on
/healthz. Beside them a Python process that imports everything and ends. Memory is that of each worker of our server
with two, after some requests, as the kernel counts it (/proc/PID/smaps_rollup).
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.processes import children_of, cpu_seconds, memory, started
from bench.serving import ROOT, environ_of, settings_for
from ringback import embedded
from ringback.installation import prepare
from tests.ports import free_port

ROUNDS = 7
GOAL = 0.65
_REQUESTS = 200
_IMPORT = ["-c", "from bench import heavy; heavy.import_everything()"]
_OURS, _HEAVY = ["-m", "ringback.cli", "serve"], ["-m", "bench.heavy"]
_WHO = ("first answer of a web process", "the same, everything imported", "a process that imports everything")


@dataclass(frozen=True)
class Taken:
    """Wall and processor seconds, of the server and its workers together."""

    seconds: float
    cpu: float


def run(*, rounds: int = ROUNDS) -> Iterator[str]:
    """Milliseconds to the first answer with their ratio, then megabytes of each worker."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        database_url, redis_url = stack.enter_context(embedded.servers(Path(folder)))
        port = free_port()
        settings = replace(settings_for(Path(folder), port=port), database_url=database_url, redis_url=redis_url)
        prepare(settings)
        environ = environ_of(settings) | {"WEB_CONCURRENCY": "1"}
        taken: dict[str, list[Taken]] = {name: [] for name in _WHO}
        for number in range(rounds + 1):
            one = [_first_answer(_OURS, environ, port), _first_answer(_HEAVY, environ, port), _imports(environ)]
            if number:  # the first round warms the disk's cache
                for samples, sample in zip(taken.values(), one, strict=True):
                    samples.append(sample)
        yield from _told(taken)
        yield from _memory(environ | {"WEB_CONCURRENCY": "2"}, port)


def _told(taken: dict[str, list[Taken]]) -> Iterator[str]:
    medians = {
        name: Taken(statistics.median(one.seconds for one in all), statistics.median(one.cpu for one in all))
        for name, all in taken.items()
    }
    for name, one in medians.items():
        yield f"{'boot: ' + name:<44} {one.seconds * 1000:8.0f} ms   processor {one.cpu * 1000:8.0f} ms"
    ours, *others = medians.values()
    for name, other in zip(("everything imported", "the imports alone"), others, strict=True):
        ratio, cpu = ours.seconds / other.seconds, ours.cpu / other.cpu
        goal = f"goal {GOAL:g}×: {'reached' if ratio <= GOAL else 'MISSED'}" if name == "everything imported" else ""
        yield f"{'boot: against ' + name:<44} ratio {ratio:6.2f}×   of processor time {cpu:6.2f}×   {goal}".rstrip()


def _first_answer(arguments: list[str], environ: dict[str, str], port: int) -> Taken:
    began = time.perf_counter()
    with started(arguments, environ) as server:
        _await_answer(port)
        seconds = time.perf_counter() - began
        return Taken(seconds, sum(map(cpu_seconds, (server.pid, *children_of(server.pid)))))


def _imports(environ: dict[str, str]) -> Taken:
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-P", *_IMPORT], env={"PYTHONPATH": str(ROOT), **environ}, check=True, cwd=ROOT)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(time.perf_counter() - began, cpu)


def _memory(environ: dict[str, str], port: int) -> Iterator[str]:
    with started(_OURS, environ) as server:
        for _ in range(_REQUESTS):
            _await_answer(port)
        for number, pid in enumerate(_workers(server.pid), 1):
            held = memory(pid)
            yield f"{f'boot: worker {number} of 2':<44} RSS {held.rss:6.1f} MB   PSS {held.pss:6.1f} MB"


def _workers(pid: int) -> list[int]:
    """The web workers: granian's other children import nothing of ours."""
    return [child for child in children_of(pid) if b"resource_tracker" not in _command(child)]


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _await_answer(port: int) -> None:
    give_up_at = time.monotonic() + 300
    while time.monotonic() < give_up_at:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise RuntimeError(f"nothing answers on port {port}")
