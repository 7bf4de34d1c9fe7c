"""The product's programs, as they run in production, each of which may be killed or stopped at any moment."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.processes import children_of
from ringback.child_process import dying_with_parent, end

ROOT = Path(__file__).resolve().parent.parent.parent
PAUSE_SECONDS = 0.5


class Program:
    """One `ringback` command: started again a moment after it ended, like a supervisor would."""

    def __init__(self, name: str, arguments: Sequence[str], *, environ: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._arguments, self._environ, self._log = tuple(arguments), dict(environ), log
        self._process: subprocess.Popen[bytes] | None = None
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def children(self) -> list[int]:
        """The processes it has made."""
        return children_of(self.pid) if self.pid is not None else []

    def keep_alive(self) -> None:
        """Start it when it does not run and its pause is over. Call it often, in the main thread."""
        if self.pid is not None:
            return
        now = time.monotonic()
        if self._process is not None:
            self._process, self._start_at = None, now + PAUSE_SECONDS
        if now >= self._start_at:
            self._start()

    def stop(self, *, seconds: float = 12.0) -> None:
        """An orderly end, or after so many seconds any end."""
        if self._process is not None:
            self._process.terminate()
            end(self._process, seconds=seconds)
            self._process = None

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ringback.cli", *self._arguments],
                env=self._environ,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGKILL),
            )


def send(pids: Sequence[int], what: signal.Signals) -> None:
    """A signal to each of them that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)
