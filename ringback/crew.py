"""Processes made by fork that do one kind of work each, and the parent that replaces those that end.

The parent only watches: it opens no connection and starts no thread, so a child forked at any time starts clean, with
all modules loaded.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from core import logs
from ringback.child_process import follow_parent

STOP_SECONDS = 6.0
LOOK_SECONDS = 0.1
LONGEST_PAUSE = 10.0
LIVED_WELL = 30.0

log = logs.get(__name__)


@dataclass
class Member:
    """One child: its name and what it does; then its process and when it may be started again."""

    name: str
    does: Callable[[], None]
    pid: int | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = field(default=0.0)


class Crew:
    """Children that are replaced when they end, and all end with us."""

    def __init__(self, members: Sequence[tuple[str, Callable[[], None]]]) -> None:
        self._members = [Member(name, does) for name, does in members]
        self._stopping = False

    def run(self) -> None:
        """Keep every member running until SIGTERM or SIGINT; call it in the main thread of a process without others."""
        before = {sign: signal.signal(sign, self._stop) for sign in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._stopping:
                self._look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._end()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _look(self) -> None:
        for member in self._members:
            if member.pid is not None and _has_ended(member.pid):
                self._plan_again(member)
            if member.pid is None and time.monotonic() >= member.start_at and not self._stopping:
                member.started_at = time.monotonic()
                member.pid = _forked(member.does)

    @staticmethod
    def _plan_again(member: Member) -> None:
        """Start again at once; one that keeps ending soon after its start waits longer each time."""
        lived = time.monotonic() - member.started_at
        member.pause = 0.0 if lived >= LIVED_WELL else min(max(0.25, member.pause * 2), LONGEST_PAUSE)
        member.start_at = time.monotonic() + member.pause
        log.warning("member_ended", member=member.name, pid=member.pid, lived=round(lived, 1), again_in=member.pause)
        member.pid = None

    def _end(self) -> None:
        """SIGTERM to all, SIGKILL to those that are left: what they had in hand is done again later."""
        pids = [member.pid for member in self._members if member.pid is not None and not _has_ended(member.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        give_up_at = time.monotonic() + STOP_SECONDS
        while pids and time.monotonic() < give_up_at:
            pids = [pid for pid in pids if not _has_ended(pid)]
            time.sleep(0.02)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _has_ended(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def _forked(does: Callable[[], None]) -> int:
    """Fork a child that does it and ends. SIGTERM stays blocked until the child has handlers of its own again."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _live(does, parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    return pid


def _live(does: Callable[[], None], parent: int) -> NoReturn:
    """The child's whole life. It leaves by os._exit, so that nothing of the parent's is run or closed twice."""
    status = 1
    try:
        follow_parent(signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask to be told
            os._exit(1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        does()
        status = 0
    except Exception:
        log.exception("member_failed")
    finally:
        os._exit(status)
