"""Rows of the staff's door: who is signed in, failed tries, one-time links, things seen, drafts, preferences, views."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import people.models  # noqa: F401 - foreign keys lead to its tables
from core.columns import Id, Moment, Words, one_of
from core.database import Base


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    INVITE = "invite"
    RESET = "reset"


class SignIn(Base):
    """One browser in which somebody is signed in, from sign-in to sign-out. Only the token's SHA-256 is kept."""

    __tablename__ = "sign_in"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(Text, unique=True)
    csrf: Mapped[Words]
    """What every form of this sign-in must bring."""
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    address: Mapped[str] = mapped_column(Text, server_default="")
    browser: Mapped[str] = mapped_column(Text, server_default="")


class SignInAttempt(Base):
    """A failed try to sign in or a link asked for; many within a while lock the e-mail address or network address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "kind", "key", "at"),)

    id: Mapped[Id]
    kind: Mapped[Words]
    """``email``, ``address`` or ``link``."""
    key: Mapped[Words]
    """SHA-256 of what was tried: the table keeps nobody's address in the open."""
    at: Mapped[Moment]


class OneTimeLink(Base):
    """A link that lets its holder choose a password, once. Only the token's SHA-256 is kept."""

    __tablename__ = "one_time_link"
    __table_args__ = (one_of("purpose", LinkPurpose),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Words]
    digest: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class TicketSeen(Base):
    """Up to when a person has seen a ticket; one that changed since is unread. The ticket is a room above: no key."""

    __tablename__ = "ticket_seen"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seen_at: Mapped[Moment]


class Draft(Base):
    """What somebody was typing, saved as typed; `place` names the field, such as ``ticket:1001:note``."""

    __tablename__ = "draft"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(Text, primary_key=True)
    text: Mapped[Words]
    updated_at: Mapped[Moment]


class Preference(Base):
    """How somebody likes the console; the choices there are stand in people/preferences.py."""

    __tablename__ = "preference"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class SavedView(Base):
    """A list of tickets with a name: its address, kept by a person for themselves or for all of the brand."""

    __tablename__ = "saved_view"
    __table_args__ = (
        # Saving under a name again replaces what it stands for.
        UniqueConstraint("account_id", "name"),
        Index(None, "brand_id", postgresql_where=text("shared")),
    )

    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("brand.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[Words]
    query: Mapped[Words]
    """What follows the question mark: filters, order and columns."""
    shared: Mapped[bool] = mapped_column(Boolean, server_default="false")
    created_at: Mapped[Moment]
