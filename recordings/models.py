"""Rows of the recording ledger, and of who listened."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

import tickets.models  # noqa: F401 - foreign keys lead to its tables
from core.columns import Id, Moment, Words, one_of
from core.database import Base


class RecordingState(StrEnum):
    """expected → ready → stored → deleted; or missing after the deadline. Moves are in recordings/states.py."""

    EXPECTED = "expected"
    READY = "ready"
    STORED = "stored"
    MISSING = "missing"
    DELETED = "deleted"


class Recording(Base):
    """One recording that ought to exist, from the moment it was ordered."""

    __tablename__ = "recording"
    __table_args__ = (
        one_of("state", RecordingState),
        # One row for each ordered part of a leg: a callback that comes twice, or before its call, meets the same row.
        UniqueConstraint("account_sid", "leg_sid", "part"),
        Index("uq_recording_sid", "account_sid", "sid", unique=True, postgresql_where=text("sid is not null")),
        Index("ix_recording_due", "deadline_at", postgresql_where=text("state in ('expected', 'ready')")),
    )

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    call_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("call.id"), index=True)
    account_sid: Mapped[Words]
    leg_sid: Mapped[Words]
    part: Mapped[Words]
    """The turn that ordered it, or the carrier's recording id where nobody did."""
    sid: Mapped[str | None] = mapped_column(Text)
    """The carrier's recording id, once known."""
    kind: Mapped[str] = mapped_column(Text, server_default="message")
    """``message`` or ``call``."""
    state: Mapped[str] = mapped_column(Text, server_default="expected")
    source: Mapped[str | None] = mapped_column(Text)
    channels: Mapped[int | None] = mapped_column(SmallInteger)
    duration: Mapped[float | None] = mapped_column(Float)
    """Seconds: the carrier's count until stored, then measured."""
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(Text)
    storage_key: Mapped[str | None] = mapped_column(Text)
    peaks_key: Mapped[str | None] = mapped_column(Text)
    expected_at: Mapped[Moment]
    deadline_at: Mapped[Moment]
    ready_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stored_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    carrier_deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failure: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")


class RecordingPlay(Base):
    """Somebody listened: who, which bytes, when, from where. Rows are only ever added."""

    __tablename__ = "recording_play"

    id: Mapped[Id]
    recording_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("recording.id"), index=True)
    at: Mapped[Moment]
    actor: Mapped[Words]
    address: Mapped[str] = mapped_column(Text, server_default="")
    first_byte: Mapped[int] = mapped_column(BigInteger)
    last_byte: Mapped[int] = mapped_column(BigInteger)
    from_second: Mapped[float | None] = mapped_column(Float)
    to_second: Mapped[float | None] = mapped_column(Float)
