"""Children that never outlive us, and how to end them.

A parent killed with SIGKILL can do nothing for its children, so the kernel does it: each child asks, before it
becomes its program, for a signal at its parent's death (prctl PR_SET_PDEATHSIG, Linux only).
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1

# Loaded here, before any fork: between fork and exec nothing may be imported or looked up.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def dying_with_parent(death: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` that has the kernel send `death` to the child when we die.

    Call it in the main thread: the kernel watches the *thread* that forked, and a child of a thread that ends
    would be stopped with it. subprocess runs it after changing the user, which is needed: a change clears it.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children that die with their parent can only be started from the main thread")
    parent = os.getpid()

    def before_exec() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
        if os.getppid() != parent:  # it died while we were being made
            os._exit(1)

    return before_exec


def follow_parent(death: signal.Signals) -> None:
    """From inside a running process: have the kernel send `death` to us when the parent dies.

    For processes made by fork, such as granian's workers and RQ's work horses, which do not inherit the wish.
    """
    parent = os.getppid()
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def end(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Wait for a process that was asked to stop; kill it when the seconds are over."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def users_of(folder: Path, *, program: str) -> list[int]:
    """Live processes of `program` that work in `folder`; a zombie works nowhere and does not count."""
    wanted, found = folder.resolve(), []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == wanted and _program(entry) == program:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _program(entry: Path) -> str:
    return (entry / "comm").read_text("utf-8", "replace").strip()
