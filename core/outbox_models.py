"""Rows of background work: what was asked for, and when the timetable last ran."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Id, Moment, Words, one_of
from core.database import Base


class OutboxState(StrEnum):
    """asked → handed → done | failed; handed but not done by its deadline is handed again."""

    ASKED = "asked"
    HANDED = "handed"
    DONE = "done"
    FAILED = "failed"


class OutboxRow(Base):
    """One job asked for in the transaction of its cause. The row ends only by the job's own commit."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", OutboxState),
        Index("ix_outbox_open", "due_at", postgresql_where=text("state in ('asked', 'handed')")),
        Index("ix_outbox_failed", "id", postgresql_where=text("state = 'failed'")),
    )

    id: Mapped[Id]
    job: Mapped[Words]
    """Name in workers/registry.py."""
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    """Asking again under the same key does nothing: prevents two jobs for one cause."""
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    asked_at: Mapped[Moment]
    due_at: Mapped[Moment]
    """Not before this moment; for a row that was handed, the deadline after which it is handed again."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    call_id: Mapped[int | None] = mapped_column(BigInteger)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    """Where a final failure is told on the timeline."""


class TimetableRun(Base):
    """One run of a timetable entry: its key makes a second run of the same due time impossible."""

    __tablename__ = "timetable_run"

    entry: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    started_at: Mapped[Moment]


class Revision(Base):
    """A counter per kind of configuration: every change adds one, and whoever keeps a copy sees that it is old."""

    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, server_default="1")


class Repeatable(Base):
    """The stored answer to an API request that carried an Idempotency-Key."""

    __tablename__ = "repeatable"

    token_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request: Mapped[Words]
    """SHA-256 of method, path and body: the same key with another request is refused."""
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Moment]
