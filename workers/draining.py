"""Runs what is due here and now, in order, without Redis: for tests, stories and rehearsals."""

from dataclasses import dataclass

from sqlalchemy import select

from core.outbox import IS_OPEN
from core.outbox_models import OutboxRow
from workers.running import Handed, Ran, run
from workers.work import Equipment

MOST = 10_000


@dataclass(frozen=True)
class Drained:
    """One try: the row, its job and how it ended."""

    row_id: int
    job: str
    ran: Ran


class NeverIdleError(RuntimeError):
    """Jobs went on asking for jobs that are due at once."""


def drain(equipment: Equipment) -> list[Drained]:
    """Run every row that is due by the equipment's clock, oldest first, and what those ask for, until nothing is due.

    Rows of a later moment wait until the clock is moved. Raises NeverIdleError after 10 000 tries.
    """
    tries: list[Drained] = []
    while (row := _next(equipment)) is not None:
        if len(tries) == MOST:
            raise NeverIdleError(f"still not idle after {MOST} jobs; the last was {row.job}")
        ran = run(equipment, Handed(row.id, row.attempts))
        tries.append(Drained(row.id, row.job, ran))
    return tries


def _next(equipment: Equipment) -> OutboxRow | None:
    with equipment.transaction() as session:
        return session.scalar(
            select(OutboxRow)
            .where(IS_OPEN, OutboxRow.due_at <= equipment.clock())
            .order_by(OutboxRow.due_at, OutboxRow.id)
            .limit(1)
        )
