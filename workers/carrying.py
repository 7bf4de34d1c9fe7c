"""What RQ calls in a warm worker: one try of one row, with the process's clients and a limit that nothing outlasts."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

from rq import get_current_job

from workers.running import Handed, run
from workers.work import Equipment

HUNG_AFTER = 15.0
"""Seconds beyond a job's limit after which a process that did not heed it is ended; its row is handed again."""

_equipment: list[Equipment] = []


def equip(equipment: Equipment) -> None:
    """Give this process what its jobs share. RQ names functions by text, so it cannot be handed along with each job."""
    _equipment[:] = [equipment]


def carry(row_id: int, attempts: int) -> str:
    """Run the row; RQ limits the time by an alarm that raises in the job."""
    job = get_current_job()
    with _ended_if_hung(float(job.timeout) if job and job.timeout else 600.0):
        return run(_equipment[0], Handed(row_id, attempts)).value


@contextmanager
def _ended_if_hung(limit: float) -> Iterator[None]:
    """A job stuck where no signal is heard would block its worker for ever: a watchdog prints its stack and exits."""
    faulthandler.dump_traceback_later(limit + HUNG_AFTER, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
