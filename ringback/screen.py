"""What `bin/run` shows: one line after the other, each with its time and the program it comes from.

Nobody may be reading: a full pipe must not stop the supervisor and with it every call, so such lines are dropped.
"""

import os
import select
import sys
from datetime import datetime

_LONGEST = 4000  # a write this short never blocks on a pipe that is ready (PIPE_BUF)


class Screen:
    """Standard output, written without ever waiting for its reader."""

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdout.fileno() if descriptor is None else descriptor
        self._dropped = 0

    def show(self, source: str, line: str) -> None:
        """Write one line of a program."""
        time = datetime.now().astimezone().strftime("%H:%M:%S")
        text = "".join(sign if sign.isprintable() or sign == "\t" else repr(sign)[1:-1] for sign in line.rstrip("\r"))
        self.plain(f"{time} {source:<9} | {text}")

    def plain(self, line: str) -> None:
        """Write a line as it is."""
        if self._dropped and self._written(f"({self._dropped} lines were dropped, as nobody read them)\n"):
            self._dropped = 0
        if not self._written(f"{line}\n"):
            self._dropped += 1

    def _written(self, text: str) -> bool:
        data = text.encode("utf-8", "replace")
        if len(data) > _LONGEST:
            data = data[: _LONGEST - 5].decode("utf-8", "ignore").encode() + "…\n".encode()
        try:
            _, ready, _ = select.select([], [self._descriptor], [], 0)
            return bool(ready) and os.write(self._descriptor, data) > 0
        except OSError:  # the reader is gone
            return False
