"""Processes of a benchmark that serve no page, and what the kernel counts of a process: processor time, memory."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cpu_time import stat
from bench.serving import ROOT
from ringback.child_process import dying_with_parent

_MEGABYTE = 1_000_000
_RESET_PEAK = "5"
"""What to write into clear_refs (proc(5)): the peak is the present size again."""


@dataclass(frozen=True)
class Memory:
    """Resident megabytes of a process: now, shared pages divided among their users, and at most since `forget_peak`."""

    rss: float
    pss: float
    peak: float


@contextmanager
def started(arguments: Sequence[str], environ: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A Python process whose output can be read; ended with the block, or with us."""
    process = subprocess.Popen(
        [sys.executable, "-P", *arguments],
        env={"PYTHONPATH": str(ROOT), **environ},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=dying_with_parent(signal.SIGKILL),
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def said(process: "subprocess.Popen[str]") -> str:
    """The next line it prints. Raises RuntimeError when it ends instead."""
    assert process.stdout is not None  # noqa: S101 - it was started so
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args!r} ended with status {process.wait()}")
    return line.strip()


def cpu_seconds(pid: int, *, with_children: bool = False) -> float:
    """Processor time of all its threads so far, and on demand of the children it has waited for."""
    own, of_children = stat(pid)[1:]
    return own + of_children if with_children else own


def children_of(pid: int) -> list[int]:
    """The direct children of a process, oldest first; none when it is gone."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return sorted(found)


def memory(pid: int) -> Memory:
    """What it holds."""
    rolled, status = (_sizes(Path(f"/proc/{pid}/{name}")) for name in ("smaps_rollup", "status"))
    return Memory(rss=rolled["Rss"], pss=rolled["Pss"], peak=status["VmHWM"])


def forget_peak(pid: int) -> None:
    """Let its peak begin at what it holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)


def _sizes(file: Path) -> dict[str, float]:
    lines = (line.split() for line in file.read_text().splitlines()[1:] if line.endswith(" kB"))
    return {words[0].rstrip(":"): int(words[1]) * 1024 / _MEGABYTE for words in lines}
