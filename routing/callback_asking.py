"""Asking the carrier about an attempt that fell silent: its call, found even without an id, and the leg below it.

A webhook lost for good must not have somebody called again who was reached: what the carrier knows comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.carrier_calls import CarrierCall
from core.carrier_errors import CarrierRefused, CarrierUnavailable
from people.models import Account
from routing.callback_finding import attempts_of
from routing.callback_legs import LegNews, attach, note, note_whole
from routing.callback_rows import Under
from routing.dial_outcomes import Outcome, outcome_of_dial
from routing.models import CallbackAttempt, CallbackState
from tickets.models import Call, Leg, LegRole


class TellsOfCalls(Protocol):
    """The carrier, as far as it is needed here (core.carrier.Carrier)."""

    def call(self, sid: str) -> CarrierCall: ...
    def calls_between(self, *, from_: str, to: str) -> Sequence[CarrierCall]: ...
    def calls_below(self, sid: str) -> Sequence[CarrierCall]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What was known of an attempt as the carrier was asked; `rung` is (our number, the agent's)."""

    sid: str | None
    accepted: bool
    rung: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the carrier told; `agent` are the calls that may be the attempt's own, `customer` the legs below it.

    heard: it told all that was asked, or that there is no such call.
    """

    heard: bool
    agent: Sequence[CarrierCall] = ()
    customer: Sequence[CarrierCall] = ()


def known_of(session: Session, attempt_id: int) -> Asked:
    """What to ask the carrier about."""
    sid, accepted_at, caller_id, phone = session.execute(
        select(CallbackAttempt.sid, CallbackAttempt.accepted_at, Call.from_number, Account.phone)
        .outerjoin(Call, Call.id == CallbackAttempt.call_id)
        .outerjoin(Account, Account.id == CallbackAttempt.account_id)
        .where(CallbackAttempt.id == attempt_id)
    ).one()
    return Asked(sid, accepted_at is not None, (caller_id, phone) if caller_id and phone else None)


def ask(carrier: TellsOfCalls, asked: Asked) -> Told:
    """Ask the carrier, outside any transaction: it may take its time."""
    try:
        if asked.sid is None:
            return Told(True, carrier.calls_between(from_=asked.rung[0], to=asked.rung[1]) if asked.rung else ())
        call = carrier.call(asked.sid)
    except CarrierUnavailable:
        return Told(False)
    except CarrierRefused as refusal:
        return Told(refusal.status == HTTPStatus.NOT_FOUND)
    if not (asked.accepted and call.is_over):
        return Told(True, [call])
    try:
        return Told(True, [call], carrier.calls_below(call.sid))
    except (CarrierUnavailable, CarrierRefused):
        return Told(False, [call])


def take(session: Session, under: Under, told: Told, *, now: datetime) -> bool:
    """Write what was told of an attempt whose callback is locked; whether a leg of it goes on at the carrier."""
    call = _its_own(session, under, told.agent)
    if call is None:
        return False
    attach(session, under, sid=call.sid, began_at=call.created_at or now)
    if not call.is_over:
        return True
    legs = [leg for leg in reversed(told.customer) if leg.parent_sid == call.sid]
    for leg in legs:
        _take_customers(session, under, leg, now)
    note_whole(session, under, _news(call, LegRole.AGENT), now=now)
    return not all(leg.is_over for leg in legs)


def _take_customers(session: Session, under: Under, leg: CarrierCall, now: datetime) -> None:
    if leg.is_over:
        note_whole(session, under, _news(leg, LegRole.OUTSIDE), now=now)
    elif leg.status == "in-progress":
        note(session, under, _news(leg, LegRole.OUTSIDE), now=now)
    is_machine = outcome_of_dial("completed", answered_by=leg.answered_by) is Outcome.MACHINE
    if is_machine and under.attempt.outcome is None and under.callback.state == CallbackState.DIALLING:
        under.attempt.outcome = Outcome.MACHINE  # the verdict, as its webhook would have brought it


def _its_own(session: Session, under: Under, calls: Sequence[CarrierCall]) -> CarrierCall | None:
    """The attempt's call among those told; a webhook may have named it meanwhile."""
    if under.attempt.sid is not None:
        return next((call for call in calls if call.sid == under.attempt.sid), None)
    account_sid = under.call.account_sid
    taken = set(
        session.scalars(
            select(Leg.sid).where(Leg.account_sid == account_sid, Leg.sid.in_([call.sid for call in calls]))
        )
    )
    made = attempts_of(session, [call for call in calls if call.sid not in taken], account_sid=account_sid)
    return next((call for call in calls if made.get(call.sid) == under.attempt.id), None)


def _news(call: CarrierCall, role: LegRole) -> LegNews:
    return LegNews(
        sid=call.sid,
        role=role,
        status=call.status.replace("-", "_"),
        happened_at=call.ended_at,
        duration=call.duration,
    )
