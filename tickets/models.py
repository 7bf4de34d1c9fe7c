"""Rows of the record: customers, tickets, calls with legs and turns, and the timeline."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import people.models  # noqa: F401 - foreign keys lead to its tables
from core.columns import Id, Moment, TextList, Words, one_of
from core.database import Base

_WORK = "status in ('new', 'open', 'pending', 'on_hold')"

ticket_ids = Sequence("ticket_id_seq", start=1001, metadata=Base.metadata)


class TicketStatus(StrEnum):
    """States of a ticket; the allowed moves are in tickets/statuses.py."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"
    MERGED = "merged"
    SPAM = "spam"


class CallStatus(StrEnum):
    """States of a call or leg, as the carrier names them with underscores for dashes; moves in tickets/calls.py."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no_answer"
    CANCELED = "canceled"


class LegRole(StrEnum):
    """Who is at the other end of a leg."""

    CALLER = "caller"
    AGENT = "agent"
    CONSULT = "consult"
    OUTSIDE = "outside"
    SUPERVISOR = "supervisor"


class Customer(Base):
    """A person or company that calls."""

    __tablename__ = "customer"
    __table_args__ = (
        Index(
            "ix_customer_words", text("to_tsvector('simple'::regconfig, coalesce(name, ''))"), postgresql_using="gin"
        ),
    )

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    name: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    zone: Mapped[str | None] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text, server_default="standard")
    language: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    demo: Mapped[bool] = mapped_column(Boolean, server_default="false")
    created_at: Mapped[Moment]


class CustomerNumber(Base):
    """A number a customer calls from; several customers may share one (a household, a switchboard)."""

    __tablename__ = "customer_number"
    __table_args__ = (
        Index(None, "brand_id", "e164"),
        # The pieces of three digits of a number: what tickets/customer_search.py looks in.
        Index("ix_customer_number_digits", text("digit_grams(e164)"), postgresql_using="gin"),
    )

    customer_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True
    )
    e164: Mapped[str] = mapped_column(Text, primary_key=True)
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))


class Ticket(Base):
    """A promise to somebody: one matter, one owner, all its calls."""

    __tablename__ = "ticket"
    __table_args__ = (
        one_of("status", TicketStatus),
        CheckConstraint("priority between 1 and 4", name="priority_range"),
        # Rule of contact-centre practice: somebody answers for a solved ticket, or the system solved it itself.
        CheckConstraint("status <> 'solved' or assignee_id is not null or outcome is not null", name="solved_by"),
        UniqueConstraint("brand_id", "number"),
        Index("ix_ticket_newest", "brand_id", "created_at", "id"),
        Index("ix_ticket_caller", "brand_id", "caller", "id"),
        Index("ix_ticket_department", "brand_id", "department_id", "created_at", "id"),
        Index("ix_ticket_status", "brand_id", "status", "created_at", "id"),
        Index("ix_ticket_urgency", "brand_id", "priority", "created_at", "id"),
        Index("ix_ticket_changed", "brand_id", "updated_at", "id"),
        # What tickets/searching.py looks in.
        Index("ix_ticket_words", text("to_tsvector('simple'::regconfig, subject)"), postgresql_using="gin"),
        Index(
            "ix_ticket_caller_end",
            "brand_id",
            func.reverse(text("caller")).label("reversed"),
            postgresql_ops={"reversed": "text_pattern_ops"},
        ),
        Index("ix_ticket_tags", "tags", postgresql_using="gin"),
        Index("ix_ticket_work", "assignee_id", postgresql_where=text(_WORK)),
        # Each filter of tickets/worklist.py in each of its orders: a page is read from where it begins, however few
        # tickets match and wherever they lie.
        Index("ix_ticket_work_newest", "brand_id", "created_at", "id", postgresql_where=text(_WORK)),
        Index("ix_ticket_work_urgency", "brand_id", "priority", "created_at", "id", postgresql_where=text(_WORK)),
        Index("ix_ticket_work_changed", "brand_id", "updated_at", "id", postgresql_where=text(_WORK)),
        Index("ix_ticket_status_urgency", "brand_id", "status", "priority", "created_at", "id"),
        Index("ix_ticket_status_changed", "brand_id", "status", "updated_at", "id"),
        Index("ix_ticket_department_urgency", "brand_id", "department_id", "priority", "created_at", "id"),
        Index("ix_ticket_department_changed", "brand_id", "department_id", "updated_at", "id"),
        Index("ix_ticket_assignee_newest", "brand_id", "assignee_id", "created_at", "id"),
        Index("ix_ticket_assignee_urgency", "brand_id", "assignee_id", "priority", "created_at", "id"),
        Index("ix_ticket_assignee_changed", "brand_id", "assignee_id", "updated_at", "id"),
        Index("ix_ticket_priority_changed", "brand_id", "priority", "updated_at", "id"),
        Index("ix_ticket_solved", "brand_id", "solved_at", postgresql_where=text("solved_at is not null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, ticket_ids, server_default=ticket_ids.next_value(), primary_key=True)
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    """What people say: spoken, printed and searched."""
    status: Mapped[str] = mapped_column(Text, server_default="new")
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="3")
    """1 (highest) to 4."""
    type: Mapped[str | None] = mapped_column(Text)
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("department.id"))
    subject: Mapped[str] = mapped_column(Text, server_default="")
    channel: Mapped[str] = mapped_column(Text, server_default="phone")
    caller: Mapped[str | None] = mapped_column(Text)
    """E.164 of who opened it; None when withheld."""
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[TextList]
    born_call_id: Mapped[int | None] = mapped_column(BigInteger)
    """The call that opened it: its later turns may still change department and reason."""
    follow_up_of_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    demo: Mapped[bool] = mapped_column(Boolean, server_default="false")
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    solved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class Call(Base):
    """One conversation with an id of ours; `sid` is its first leg's."""

    __tablename__ = "call"
    __table_args__ = (
        one_of("status", CallStatus),
        UniqueConstraint("account_sid", "sid"),
        # A call that is over has a ticket: nothing a caller did may end nowhere.
        CheckConstraint("ended_at is null or ticket_id is not null", name="over_has_ticket"),
        Index("ix_call_open", "last_seen_at", postgresql_where=text("ended_at is null")),
        Index("ix_call_newest", "brand_id", "started_at", "id"),
        Index("ix_call_from", "brand_id", "from_number", "id"),
    )

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    account_sid: Mapped[Words]
    sid: Mapped[Words]
    direction: Mapped[str] = mapped_column(Text, server_default="inbound")
    from_number: Mapped[str | None] = mapped_column(Text)
    """E.164, or the carrier's raw text; None when withheld or not known yet."""
    to_number: Mapped[str | None] = mapped_column(Text)
    withheld: Mapped[bool] = mapped_column(Boolean, server_default="false")
    status: Mapped[str] = mapped_column(Text, server_default="ringing")
    flow: Mapped[str | None] = mapped_column(Text)
    flow_revision: Mapped[str | None] = mapped_column(Text)
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("department.id"))
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"), index=True)
    unrecorded: Mapped[bool] = mapped_column(Boolean, server_default="false")
    attestation: Mapped[str | None] = mapped_column(Text)
    """The carrier's StirVerstat, as sent."""
    outcome: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[Moment]
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[Moment]
    duration: Mapped[int | None] = mapped_column(Integer)
    """Seconds, as the carrier counts them."""
    demo: Mapped[bool] = mapped_column(Boolean, server_default="false")


class Leg(Base):
    """One connection of a call, with the carrier's identity for it."""

    __tablename__ = "leg"
    __table_args__ = (
        one_of("status", CallStatus),
        one_of("role", LegRole),
        UniqueConstraint("account_sid", "sid"),
    )

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("call.id"), index=True)
    account_sid: Mapped[Words]
    sid: Mapped[Words]
    role: Mapped[str] = mapped_column(Text, server_default="caller")
    parent_sid: Mapped[str | None] = mapped_column(Text)
    from_number: Mapped[str | None] = mapped_column(Text)
    to_number: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="ringing")
    started_at: Mapped[Moment]
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    duration: Mapped[int | None] = mapped_column(Integer)


class Turn(Base):
    """One exchange on a leg: what was heard and what was answered. The first writer wins; repeats read it back."""

    __tablename__ = "turn"

    account_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    leg_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    happened_at: Mapped[Moment]
    step: Mapped[Words]
    note: Mapped[str] = mapped_column(Text, server_default="")
    """What the caller did, secrets masked."""
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Prompts, values and the next position: the reply is rendered from these."""


class CarrierEvent(Base):
    """A status event the carrier sent; its key makes repeats harmless."""

    __tablename__ = "carrier_event"

    account_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    leg_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[str] = mapped_column(Text, primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    happened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[Moment]


class Event(Base):
    """One line of the timeline that every page reads. `facts` are never personal; `content` may be emptied."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_ticket", "ticket_id", "happened_at", "id"),
        Index("ix_event_call", "call_id", "happened_at", "id"),
    )

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    call_id: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[Words]
    version: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    happened_at: Mapped[Moment]
    recorded_at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(Text, server_default="system")
    """``caller``, ``carrier``, ``system``, ``account:7`` or ``token:3``."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
