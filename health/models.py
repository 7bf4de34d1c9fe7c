"""Rows about webhooks that were refused, and about comparisons with what the carrier knows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import DateTime, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Id, Json, Moment, Words, one_of
from core.database import Base


class Why(StrEnum):
    """Why a webhook was refused."""

    UNSIGNED = "unsigned"
    """It brought no signature: no carrier sends such."""
    WRONG_SIGNATURE = "wrong_signature"
    """Signed with another token, or for an address that is not known here; or forged."""
    OTHER_ADDRESS = "other_address"
    """Signed with our token, but for another address than PUBLIC_URL: `signed_for` has it."""
    WRONG_DIGEST = "wrong_digest"
    """A JSON body whose digest is not the one in the signed address."""
    TOO_LARGE = "too_large"
    NO_FORM = "no_form"
    """Of another type than a form, or a malformed one."""


class RefusedWebhook(Base):
    """How many webhooks one process refused in one hour, by path and reason. Nothing of what they held is kept.

    Each process writes its own count again and again, so that a write repeated counts once.
    """

    __tablename__ = "refused_webhook"
    __table_args__ = (one_of("why", Why),)

    hour: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    why: Mapped[str] = mapped_column(Text, primary_key=True)
    process: Mapped[str] = mapped_column(Text, primary_key=True)
    """A name no other process has ever had."""
    count: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[Moment]
    signed_for: Mapped[Words] = mapped_column(server_default="")
    """With `other_address`: the address the carrier signed."""


class Reconciliation(Base):
    """One comparison of our record with the carrier's lists (ivr/reconciling.py)."""

    __tablename__ = "reconciliation"
    __table_args__ = (Index("ix_reconciliation_ended_at", "ended_at"),)

    id: Mapped[Id]
    since: Mapped[Moment]
    """Calls and recordings that began from here on were compared."""
    began_at: Mapped[Moment]
    ended_at: Mapped[Moment]
    repaired: Mapped[int] = mapped_column(Integer)
    """How much the carrier knew and we did not."""
    unread: Mapped[Words] = mapped_column(server_default="")
    """Why some list could not be read; "" when all were."""
    report: Mapped[Json]
    """What was found, repaired and left, with why: ids and counts, nothing personal."""
