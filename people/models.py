"""Rows about who answers: brands, carrier accounts, numbers, departments, people, shifts, hours, tokens, audit."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Id, Moment, Words, one_of
from core.database import Base


class Role(StrEnum):
    """What an account or token may do; the rights of each are in people/rights.py."""

    AGENT = "agent"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Brand(Base):
    """A company that is answered for. One is made at set-up."""

    __tablename__ = "brand"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[Words]
    zone: Mapped[Words]
    country: Mapped[Words]


class CarrierAccount(Base):
    """An account at a carrier. The environment's own account is the first row and keeps no tokens here."""

    __tablename__ = "carrier_account"

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    account_sid: Mapped[str] = mapped_column(Text, unique=True)
    tokens: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed under SECRET_KEY; None: the environment's."""
    api_base: Mapped[str | None] = mapped_column(Text)


class Schedule(Base):
    """Opening hours: a week of intervals in a zone, dated exceptions, and an emergency switch."""

    __tablename__ = "schedule"

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    name: Mapped[Words]
    zone: Mapped[Words]
    closed_now: Mapped[bool] = mapped_column(Boolean, server_default="false")
    holiday_country: Mapped[str | None] = mapped_column(Text)
    holiday_subdivision: Mapped[str | None] = mapped_column(Text)


class ScheduleInterval(Base):
    """One stretch of open time in the week; closes <= opens means it crosses midnight, equal means 24 hours."""

    __tablename__ = "schedule_interval"

    id: Mapped[Id]
    schedule_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schedule.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)


class ScheduleException(Base):
    """A dated exception: closed (both times None) or special hours; several rows a date are several intervals."""

    __tablename__ = "schedule_exception"
    __table_args__ = (Index(None, "schedule_id", "day"),)

    id: Mapped[Id]
    schedule_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schedule.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    opens: Mapped[time | None] = mapped_column(Time)
    closes: Mapped[time | None] = mapped_column(Time)
    name: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text, server_default="hand")
    """``hand`` or ``holidays``: those of the library are written anew each year, hand-made ones stay."""


class Department(Base):
    """A group of people that answers for one kind of matter."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("brand_id", "key"),)

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    key: Mapped[Words]
    name: Mapped[Words]
    schedule_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schedule.id"))
    missed_is_work: Mapped[bool] = mapped_column(Boolean, server_default="true")
    """False: tickets of calls that were given up are solved at once, with outcome ``abandoned``."""
    callback_number: Mapped[str | None] = mapped_column(Text)
    """Caller ID of outgoing calls; None: the brand's first number."""


class PhoneNumber(Base):
    """A number of ours: its brand and the flow that answers it."""

    __tablename__ = "phone_number"

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    e164: Mapped[str] = mapped_column(Text, unique=True)
    flow: Mapped[str] = mapped_column(Text, server_default="main")
    name: Mapped[str] = mapped_column(Text, server_default="")


class Account(Base):
    """A person who works here: an agent, reviewer, supervisor or administrator."""

    __tablename__ = "account"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    email: Mapped[str] = mapped_column(Text, unique=True)
    """Lower case."""
    name: Mapped[Words]
    role: Mapped[Words]
    phone: Mapped[str | None] = mapped_column(Text)
    """E.164: where calls reach this person."""
    password: Mapped[str | None] = mapped_column(Text)
    """Argon2 hash; None until the one-time link was used."""
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    demo: Mapped[bool] = mapped_column(Boolean, server_default="false")
    created_at: Mapped[Moment]


class Membership(Base):
    """A person belongs to a department."""

    __tablename__ = "membership"

    department_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("department.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Shift(Base):
    """A weekly stretch of work in the person's zone; ends <= starts crosses midnight, equal means 24 hours."""

    __tablename__ = "shift"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    zone: Mapped[Words]


class Absence(Base):
    """A person is away from `starts_at` until, and not including, `ends_at`."""

    __tablename__ = "absence"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    why: Mapped[str] = mapped_column(Text, server_default="")


class Token(Base):
    """A program's key to the API; only its SHA-256 is kept."""

    __tablename__ = "token"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    name: Mapped[Words]
    role: Mapped[Words]
    digest: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuditEntry(Base):
    """Who changed or looked at what, from where; rows are only ever added."""

    __tablename__ = "audit_entry"

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    at: Mapped[Moment]
    actor: Mapped[Words]
    """``account:7``, ``token:3`` or ``system``."""
    action: Mapped[Words]
    subject: Mapped[Words]
    """What it was done to, such as ``ticket:1001``."""
    address: Mapped[str] = mapped_column(Text, server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
