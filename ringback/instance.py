"""One running Ringback as the machine sees it: which processes belong to it, and which are left of a dead one.

Every process the supervisor starts carries the instance's data folder in its environment. Children that outlive a
supervisor killed with SIGKILL are found by it at the next start.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

MARK = "RINGBACK_INSTANCE"
_PR_SET_CHILD_SUBREAPER = 36


def is_supervised() -> bool:
    """Whether `bin/run` started this process: its lines are read by a person then."""
    return MARK in os.environ


def mark(data: Path) -> str:
    """What the environment variable `MARK` holds for the instance of this data folder."""
    return str(data.resolve())


def adopt_orphans() -> None:
    """Become the parent of our descendants' orphans (Linux), so that none can slip away."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(*, known: Iterable[int]) -> None:
    """Collect adopted processes that ended, leaving the `known` children to whoever waits for them.

    It is asked several times a second, so the kernel says who ended: looking through /proc took 5 % of a core.
    """
    known = set(known)
    try:
        while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in known:
            os.waitpid(ended.si_pid, 0)
    except ChildProcessError:  # there are no children
        return


def end_orphans() -> None:
    """Kill and collect every child still there, until none is: the last step of stopping."""
    for _ in range(200):
        pids = _children()
        if not pids:
            return
        for pid in pids:
            _signal(pid, signal.SIGKILL)
        for pid in pids:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue
        time.sleep(0.01)


def end_leftovers(data: Path) -> int:
    """End what a dead supervisor of the same data folder left running; return how many processes that were.

    Call it while holding the instance's lock: then nobody living can have started them.
    """
    found = _marked(data)
    for sign, seconds in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 2.0)):
        give_up_at = time.monotonic() + seconds
        for pid in _marked(data):
            _signal(pid, sign)
        while _marked(data) and time.monotonic() < give_up_at:
            time.sleep(0.02)
    return len(found)


def _children() -> list[int]:
    return [pid for pid in _processes() if _parent(pid) == os.getpid()]


def _marked(data: Path) -> list[int]:
    wanted, ours = f"{MARK}={mark(data)}".encode(), _ancestors()
    return [pid for pid in _processes() if pid not in ours and wanted in _environment(pid)]


def _ancestors() -> set[int]:
    pid, found = os.getpid(), set()
    while pid > 0 and pid not in found:
        found.add(pid)
        pid = _parent(pid)
    return found


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return -1


def _environment(pid: int) -> list[bytes]:
    """A process's environment; empty for a zombie's and for processes of other users."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except OSError:  # it is gone
        return
