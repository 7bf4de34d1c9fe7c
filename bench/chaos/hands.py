"""Processes that do jobs by a moved clock: `python -m bench.chaos.hands PLACE FILE DATABASE_URL ENDPOINT_URL`.

They claim rows as the relay does and run them as a worker does, without Redis between. FILE is shared with whoever
moves the clock: how far it is ahead, and for each hand whether it has something to do.
"""

import dataclasses
import logging
import mmap
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.chaos.programs import ROOT
from ringback.child_process import dying_with_parent, end

HANDS = 4
BATCH = 20
PAUSE_SECONDS = 0.02

_AHEAD = struct.Struct("d")


class MovedClock:
    """The real time, moved on by whole steps; shared by all who open the same file."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(_AHEAD.size + HANDS))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _AHEAD.size + HANDS)

    def __call__(self) -> datetime:
        [ahead] = _AHEAD.unpack_from(self._shared)
        return datetime.now(UTC) + timedelta(seconds=ahead)

    def move_to(self, moment: datetime) -> None:
        """It is at least so late from now on."""
        [ahead] = _AHEAD.unpack_from(self._shared)
        _AHEAD.pack_into(self._shared, 0, ahead + max(1.0, (moment - self()).total_seconds()))

    def note(self, hand: int, *, busy: bool) -> None:
        """This hand has, or has not, something to do."""
        self._shared[_AHEAD.size + hand] = busy

    @property
    def busy(self) -> bool:
        """Whether any hand has something to do."""
        return any(self._shared[_AHEAD.size :])


class Hands:
    """The processes, started at once; `stop` ends them."""

    def __init__(
        self, file: Path, *, environ: Mapping[str, str], database_url: str, endpoint_url: str, log: Path
    ) -> None:
        with log.open("ab") as to:
            self._processes = [
                subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "bench.chaos.hands",
                        str(place),
                        str(file),
                        database_url,
                        endpoint_url,
                    ],
                    env=dict(environ),
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=to,
                    stderr=subprocess.STDOUT,
                    preexec_fn=dying_with_parent(signal.SIGKILL),
                )
                for place in range(HANDS)
            ]

    def check(self) -> None:
        """Raises RuntimeError when one has ended: none should."""
        for process in self._processes:
            if process.poll() is not None:
                raise RuntimeError(f"a hand ended with status {process.returncode}; see hands.log")

    def stop(self) -> None:
        """End them, between two jobs."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            end(process, seconds=12.0)


def work(place: int, clock: MovedClock, *, database_url: str, endpoint_url: str) -> None:
    """Claim and run what is due, until SIGTERM."""
    from core import carrier_lists
    from core.config import load
    from core.database import make_engine
    from workers.relay import claim
    from workers.running import Handed, run
    from workers.work import Equipment

    carrier_lists.PAUSE = 0.0  # the simulated carrier needs no mercy
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda signum, frame: stopped.append(signum))
    settings = dataclasses.replace(
        load(os.environ, Path(os.devnull)), log_level="error", database_url=database_url, s3_endpoint_url=endpoint_url
    )
    equipment = Equipment(engine=make_engine(database_url, pool_size=2), settings=settings, clock=clock)
    while not stopped:
        # Noted before the look: whoever sees nothing due and nobody busy knows that nothing is in anybody's hands.
        clock.note(place, busy=True)
        due = claim(equipment.engine, now=clock(), limit=BATCH)
        for row in due:
            run(equipment, Handed(row.id, row.attempts))
        if not due:
            clock.note(place, busy=False)
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    number, shared, database, endpoint = sys.argv[1:]
    work(int(number), MovedClock(Path(shared)), database_url=database, endpoint_url=endpoint)
