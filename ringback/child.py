"""One supervised program: started, watched, started again with growing pauses, ended."""

import os
import signal
import subprocess
import sys

from core.config import ROOT
from ringback.child_process import dying_with_parent
from ringback.programs import Program

_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 15.0)
_STEADY_SECONDS = 30.0


class Child:
    """A program and its process. Times are seconds of a monotonic clock, handed in."""

    def __init__(self, program: Program, environment: dict[str, str]) -> None:
        self.program, self._environment = program, environment
        self.process: subprocess.Popen[bytes] | None = None
        self.is_done = self._is_stopping = False
        self._failures, self._started_at, self._start_at = 0, 0.0, 0.0
        self._rest = b""

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def is_running(self) -> bool:
        return self.process is not None

    @property
    def has_failed(self) -> bool:
        """Whether it ended at least once in a way it should not have."""
        return self._failures > 0

    def is_due(self, now: float) -> bool:
        return self.process is None and not self.is_done and now >= self._start_at

    def start(self, now: float) -> None:
        """Start it in a process group of its own: Ctrl-C in the terminal reaches the supervisor alone."""
        self._started_at = now
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ringback.cli", *self.program.arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
        os.set_blocking(self.output, False)

    @property
    def output(self) -> int:
        """The descriptor it writes to; only while it runs."""
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} is not running")
        return self.process.stdout.fileno()

    def lines(self) -> list[str]:
        """The whole lines it has written since last asked; never waits."""
        try:
            while part := os.read(self.output, 65536):
                self._rest += part
        except BlockingIOError:
            pass
        *lines, self._rest = self._rest.split(b"\n")
        if len(self._rest) > 65536:
            lines, self._rest = [*lines, self._rest], b""
        return [line.decode("utf-8", "replace") for line in lines]

    def ended(self, now: float) -> str | None:
        """If it has ended: note when to start it again and say how it ended, in words. None while it runs."""
        if self.process is None or self.process.poll() is None:
            return None
        status = self.process.returncode
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process, self._rest = None, b""
        if self._is_stopping or (self.program.once and status == 0):
            self.is_done = True
            return "stopped" if self._is_stopping else "done"
        self._failures = 1 if now - self._started_at > _STEADY_SECONDS else self._failures + 1
        pause = _PAUSES[min(self._failures, len(_PAUSES)) - 1]
        self._start_at = now + pause
        how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        return f"ended {how}, starting it again in {pause:g} s"

    def ask_to_stop(self) -> None:
        """SIGTERM to the program itself, which knows how to end its own processes; it is not started again."""
        self._is_stopping = True
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """SIGKILL to the program and whatever it started in its group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
