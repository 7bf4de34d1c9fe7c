"""Calls we placed whose id never reached us: their answer and webhooks were lost, and only the carrier's list has them.

Such a call is known again by who was rung from which number, and when: an agent is rung by one attempt at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from people.models import Account
from routing.callback_ending import UNKNOWN
from routing.callback_states import FINAL
from routing.models import CallbackAttempt
from tickets.models import Call

PLACED = "outbound-api"
"""The carrier's word for a call that somebody asked it to place."""
LATEST = timedelta(minutes=5)
"""From an attempt's beginning to the carrier's making of its call: a request may be slow, and a process halted."""
CLOCKS = timedelta(seconds=5)
"""How far the carrier's clock may be behind ours."""


class ShownCall(Protocol):
    """A call as the carrier shows it: core.carrier_calls.CarrierCall, core.carrier_lists.ListedCall."""

    @property
    def sid(self) -> str: ...
    @property
    def direction(self) -> str | None: ...
    @property
    def from_(self) -> str | None: ...
    @property
    def to(self) -> str | None: ...
    @property
    def parent_sid(self) -> str | None: ...
    @property
    def created_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class _Unnamed:
    """An attempt whose call may have been placed, and was never named to us."""

    attempt_id: int
    numbers: tuple[str | None, str | None]
    started_at: datetime

    def may_have_made(self, call: ShownCall, created_at: datetime) -> bool:
        in_time = self.started_at - CLOCKS <= created_at <= self.started_at + LATEST
        return in_time and (call.from_, call.to) == self.numbers


def attempts_of(session: Session, calls: Iterable[ShownCall], *, account_sid: str) -> Mapping[str, int]:
    """The attempts that made these calls, by the calls' ids, where they were never named to us.

    The calls must be known as nobody's leg. One that two attempts may have made is left out, and so are two that one
    attempt may have made.
    """
    placed = [(call, call.created_at) for call in calls if call.direction == PLACED and call.parent_sid is None]
    dated = [(call, created_at) for call, created_at in placed if created_at is not None]
    if not dated:
        return {}
    waiting = _unnamed(session, account_sid=account_sid, since=min(created_at for _, created_at in dated) - LATEST)
    made: dict[int, list[str]] = {}
    for call, created_at in dated:
        found = [one.attempt_id for one in waiting if one.may_have_made(call, created_at)]
        if len(found) == 1:
            made.setdefault(found[0], []).append(call.sid)
    return {sids[0]: attempt_id for attempt_id, sids in made.items() if len(sids) == 1}


def _unnamed(session: Session, *, account_sid: str, since: datetime) -> Sequence[_Unnamed]:
    """Attempts since then without the carrier's id of a call: open ones, and those that ended without its word."""
    statement = (
        select(CallbackAttempt.id, Call.from_number, Account.phone, CallbackAttempt.started_at)
        .join(Call, Call.id == CallbackAttempt.call_id)
        .join(Account, Account.id == CallbackAttempt.account_id)
        .where(CallbackAttempt.sid.is_(None), CallbackAttempt.started_at >= since, Call.account_sid == account_sid)
        .where(or_(CallbackAttempt.ended_at.is_(None), CallbackAttempt.outcome.in_((UNKNOWN, *FINAL))))
        .where(Call.from_number.is_not(None), Account.phone.is_not(None))
    )
    rows = session.execute(statement)
    return [_Unnamed(id, (caller_id, phone), started_at) for id, caller_id, phone, started_at in rows]
