"""Calls as the carrier shows them, and the ids it gives."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.carrier_errors import CarrierRefused

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The carrier's words for a call that has ended."""

_SID = re.compile(r"[A-Za-z0-9:_-]{2,64}")


class NotASid(CarrierRefused):
    """Not a carrier's id: it would have become part of an address."""


@dataclass(frozen=True, kw_only=True)
class CarrierCall:
    """A call as the carrier sees it. `status` is the carrier's word; `duration` in seconds once it is over.

    The carrier's answer can lag behind its own callbacks: trust a callback over this.
    """

    sid: str
    status: str
    direction: str | None
    from_: str | None
    to: str | None
    parent_sid: str | None
    duration: int | None
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    answered_by: str | None = None
    """The carrier's word for who answered, where it was asked to find out: ``human``, ``machine_start``, ``fax`` …"""

    @property
    def is_over(self) -> bool:
        return self.status in OVER


def checked_sid(sid: str) -> str:
    """The id itself, safe within an address; NotASid when it is not. Carriers differ in form: no more is asked."""
    if not _SID.fullmatch(sid):
        raise NotASid("not a carrier's id")
    return sid


def call_of(call: Any) -> CarrierCall:
    """What the carrier's library shows of a call. Raises ValueError and the like when it is nonsense."""
    return CarrierCall(
        sid=sid_of(call),
        status=str(call.status or ""),
        direction=call.direction,
        from_=call._from,
        to=call.to,
        parent_sid=call.parent_call_sid,
        duration=int(call.duration) if call.duration not in (None, "") else None,
        created_at=call.date_created or call.start_time,
        started_at=call.start_time,
        ended_at=call.end_time,
        answered_by=call.answered_by,
    )


def sid_of(call: Any) -> str:
    """The id of whatever the carrier shows. Raises ValueError when it has none."""
    if not isinstance(call.sid, str) or not _SID.fullmatch(call.sid):
        raise ValueError("a call without an id")
    return call.sid
