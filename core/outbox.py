"""Background work is asked for here, in the transaction of its cause, and read and retried here by people.

The caller's path writes the same row with a fragment of SQL of its own; everybody else calls `ask`. `workers` hands the
rows on and ends them. A job that cannot do its work raises `TryAgain` or `Never`, or any error that carries the same
attribute `try_again`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.outbox_models import OutboxRow, OutboxState

IS_OPEN = text("outbox.state in ('asked', 'handed')")
IS_FAILED = text("outbox.state = 'failed'")
"""Written out as in the partial indexes, which a prepared statement with the words as parameters could not use."""


class JobError(Exception):
    """Why a job did not do its work, in words a supervisor understands."""


class TryAgain(JobError):
    """Not now, perhaps later. `after`: the shortest sensible wait; None leaves it to the job's backoff."""

    try_again = True

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Never(JobError):
    """Not until somebody changes something: the job fails at once and is told on the timeline."""

    try_again = False


def ask(
    session: Session,
    *,
    job: str,
    args: Mapping[str, Any],
    now: datetime,
    due_at: datetime | None = None,
    key: str | None = None,
    call_id: int | None = None,
    ticket_id: int | None = None,
) -> bool:
    """Ask for a job; it exists once the caller's transaction commits, and never if that rolls back.

    job: a name in workers/registry.py. args: JSON values, ids rather than objects. due_at: not before this moment
    (default: at once). key: a name for the cause; asking under it again does nothing, and the answer is False.
    call_id, ticket_id: where a final failure is told.
    """
    statement = (
        insert(OutboxRow)
        .values(
            job=job,
            args=dict(args),
            key=key,
            asked_at=now,
            due_at=due_at or now,
            call_id=call_id,
            ticket_id=ticket_id,
        )
        .on_conflict_do_nothing(index_elements=[OutboxRow.key])
        .returning(OutboxRow.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def retry(
    session: Session, *, row_id: int, now: datetime, actor: str, among: ColumnElement[bool] | None = None
) -> bool:
    """Ask again for a job that failed for good, with all its attempts before it; False when it is not failed.

    The row keeps the last error and who asked again, until its next error or its end. among: which rows there are for
    whoever asks; None: all.
    """
    statement = (
        update(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.state == OutboxState.FAILED, true() if among is None else among)
        .values(
            state=OutboxState.ASKED,
            due_at=now,
            attempts=0,
            ended_at=None,
            last_error=func.concat(OutboxRow.last_error, f" (asked again by {actor})"),
        )
        .returning(OutboxRow.id)
    )
    return session.execute(statement, execution_options={"synchronize_session": False}).scalar_one_or_none() is not None


def failed(
    session: Session, *, before_id: int | None = None, limit: int = 50, among: ColumnElement[bool] | None = None
) -> Sequence[OutboxRow]:
    """Jobs that failed for good, the newest first; `before_id` is the last row of the page before; among: as above."""
    statement = select(OutboxRow).where(IS_FAILED, true() if among is None else among)
    if before_id is not None:
        statement = statement.where(OutboxRow.id < before_id)
    return session.scalars(statement.order_by(OutboxRow.id.desc()).limit(limit)).all()
