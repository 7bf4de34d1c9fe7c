"""Rows of routing: who was given a ticket, which callbacks were promised, and every attempt to keep the promise."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import tickets.models  # noqa: F401 - foreign keys lead to its tables
from core.columns import Id, Moment, Words, one_of
from core.database import Base


class CallbackState(StrEnum):
    """States of a callback; the allowed moves are in routing/callback_states.py."""

    REQUESTED = "requested"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RESERVED = "reserved"
    DIALLING = "dialling"
    CONNECTED = "connected"
    COMPLETED = "completed"
    EXHAUSTED = "exhausted"
    INVALID = "invalid"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    BLOCKED = "blocked"


class Assignment(Base):
    """A ticket was given to somebody, by whom and why; the open row is the present owner."""

    __tablename__ = "assignment"
    __table_args__ = (
        # One owner at a time, also when two workers race.
        Index("uq_assignment_open", "ticket_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_assignment_account", "account_id", "assigned_at"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    assigned_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(Text, server_default="system")
    why: Mapped[str] = mapped_column(Text, server_default="")


class Callback(Base):
    """A promise to call somebody back."""

    __tablename__ = "callback"
    __table_args__ = (
        one_of("state", CallbackState),
        # The turn that asked for it: a repeated webhook asks once.
        UniqueConstraint("account_sid", "leg_sid", "turn"),
        # One open promise for a number in a department; a second request updates the first.
        Index(
            "uq_callback_open",
            "brand_id",
            "e164",
            "department_id",
            unique=True,
            postgresql_where=text("e164 is not null and closed_at is null"),
        ),
        Index("ix_callback_due", "due_at", postgresql_where=text("closed_at is null")),
        Index("ix_callback_number", "e164", "requested_at"),
    )

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("department.id"))
    account_sid: Mapped[str | None] = mapped_column(Text)
    leg_sid: Mapped[str | None] = mapped_column(Text)
    turn: Mapped[int | None] = mapped_column(Integer)
    asked_number: Mapped[Words]
    """As keyed, said or seen."""
    e164: Mapped[str | None] = mapped_column(Text)
    """Normalised by the worker; None until judged, or when it cannot be a number."""
    state: Mapped[str] = mapped_column(Text, server_default="requested")
    why: Mapped[str] = mapped_column(Text, server_default="")
    """The reason for the present state, a stable word such as ``premium`` or ``no_answer``."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """Tries to reach the customer; an agent who did not accept is not one."""
    agent_rounds: Mapped[int] = mapped_column(Integer, server_default="0")
    requested_at: Mapped[Moment]
    due_at: Mapped[Moment]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CallbackAttempt(Base):
    """One try: which agent was rung, which call it made, how it ended."""

    __tablename__ = "callback_attempt"
    __table_args__ = (UniqueConstraint("callback_id", "number"),)

    id: Mapped[Id]
    callback_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("callback.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    call_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("call.id"))
    sid: Mapped[str | None] = mapped_column(Text)
    """The carrier's id of the agent's leg, once the carrier has answered."""
    started_at: Mapped[Moment]
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
