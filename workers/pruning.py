"""Rows of background work that nobody needs any more. What failed stays until somebody asks again for it."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

BATCH = 5000

KEPT: dict[str, tuple[str, timedelta]] = {
    # A repeated cause is the same cause for as long as its row is there: carriers repeat within hours, not weeks.
    "outbox": ("state = 'done' and ended_at", timedelta(days=7)),
    # Only the latest due time is ever asked for, so older runs prevent nothing.
    "timetable_run": ("due_at", timedelta(days=7)),
    # As long as the API promises to know an Idempotency-Key again.
    "repeatable": ("created_at", timedelta(hours=24)),
    # What counts failures looks back less than a day; a sign-in or link that is over helps nobody.
    "sign_in_attempt": ("at", timedelta(days=1)),
    "sign_in": ("least(expires_at, ended_at)", timedelta(days=14)),
    "one_time_link": ("expires_at", timedelta(days=14)),
    "reconciliation": ("ended_at", timedelta(days=30)),
    "draft": ("updated_at", timedelta(days=90)),
    # Long after it is too late to take back; its page still tells what was refused.
    "deed": ("asked_at", timedelta(days=7)),
}
"""Table → which moment counts, and for how long after it rows are kept."""


def prune(session: Session, *, now: datetime, batch: int = BATCH) -> int:
    """Delete at most `batch` rows of each table; how many, 0 when all is done."""
    deleted = 0
    for table, (moment, kept) in KEPT.items():
        statement = text(
            f"delete from {table} where ctid = any(array("
            f"select ctid from {table} where {moment} < :before limit :batch for update skip locked))"
        )
        deleted += session.execute(statement, {"before": now - kept, "batch": batch}).rowcount  # type: ignore[attr-defined]
    return deleted
