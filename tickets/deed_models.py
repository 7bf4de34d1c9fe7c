"""Rows of deeds: one change a person asked of one ticket or many, kept until it is too late to take it back."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import tickets.models  # noqa: F401 - foreign keys lead to its tables
from core.columns import BigInt, Id, Json, Moment, Words, one_of
from core.database import Base


class DeedState(StrEnum):
    """Where a deed stands: forwards to done, and from there at most once back to undone."""

    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class RowState(StrEnum):
    """What became of one ticket of a deed."""

    WAITING = "waiting"
    DONE = "done"
    SAME = "same"
    """It was so already."""
    REFUSED = "refused"
    UNDONE = "undone"
    KEPT = "kept"
    """Not taken back: somebody has changed the ticket since."""


class Deed(Base):
    """One change wanted of some tickets, and who asked for it."""

    __tablename__ = "deed"
    __table_args__ = (
        one_of("state", DeedState),
        # A form that was sent twice asks once.
        UniqueConstraint("account_id", "once"),
    )

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"))
    once: Mapped[Words]
    """What the form that asked brought: made anew for each page."""
    wanted: Mapped[Json]
    """Field → value as forms write it."""
    state: Mapped[str] = mapped_column(Text, server_default="running")
    asked_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undo_asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DeedTicket(Base):
    """One ticket of a deed. No key to the ticket: ten thousand rows asked for at once would lock as many tickets."""

    __tablename__ = "deed_ticket"
    __table_args__ = (one_of("state", RowState),)

    deed_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("deed.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[BigInt]
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    version: Mapped[int | None] = mapped_column(Integer)
    """The ticket's when the person saw it; None: whatever it is by then."""
    after_version: Mapped[int | None] = mapped_column(Integer)
    """The ticket's once it was done: what must still hold for taking it back."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Columns as they were, of those that changed."""
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Why it was refused or kept, as `people.refusals.Said`: field, reason, cure."""
