"""Placing a callback: an agent is rung first, and only when they press 1 is the customer dialled.

Three steps, so that nothing is dialled twice: claim and write the attempt in one transaction; ask the carrier; write
what it said. A crash between them leaves an attempt without a sign of life, which the sweep ends. A request whose
outcome is unknown is never repeated: its webhooks are waited for.
"""

from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.carrier_errors import CarrierRefused, CarrierUnavailable
from core.clock import Clock
from core.connection_overrides import RETRIED
from core.database import transaction
from routing.callback_ending import end_attempt
from routing.callback_legs import attach
from routing.callback_reserving import Placing, Reserved, reserve
from routing.callback_rows import locked_attempt, tell
from routing.callback_rules import CallbackRules
from routing.dial_outcomes import Outcome
from routing.models import Callback, CallbackAttempt

LONGEST_CARRIER_WAIT = timedelta(minutes=30)


class PlacesCalls(Protocol):
    """The carrier, as far as it is needed here (core.carrier.Carrier)."""

    def place_call(
        self, *, to: str, from_: str, url: str, fallback_url: str, status_callback: str, timeout: int
    ) -> str: ...


def place(engine: Engine, carrier: PlacesCalls, *, callback_id: int, rules: CallbackRules, clock: Clock) -> Placing:
    """Ring an agent for a callback that is due. Safe to run twice and by several workers: one of them claims it."""
    with transaction(engine) as session:
        reserved = reserve(session, callback_id=callback_id, rules=rules, now=clock())
    if isinstance(reserved, Placing):
        return reserved
    sid: str | None = None
    failure: CarrierRefused | CarrierUnavailable | None = None
    try:
        sid = _ring(carrier, reserved, rules)
    except (CarrierRefused, CarrierUnavailable) as error:
        failure = error
    with transaction(engine) as session:
        return _note(session, reserved, sid, failure, rules, clock())


def _ring(carrier: PlacesCalls, reserved: Reserved, rules: CallbackRules) -> str:
    base = f"{rules.public_url}/voice/callback"
    named = urlencode({"attempt": reserved.attempt_id, "ticket": reserved.ticket})
    return carrier.place_call(
        to=reserved.agent_phone,
        from_=reserved.caller_id,
        url=f"{base}/agent?{named}{RETRIED}",
        fallback_url=rules.agent_fallback_url or f"{base}/fallback?{named}{RETRIED}",
        status_callback=f"{base}/status?{named}&leg=agent{RETRIED}",
        timeout=rules.agent_ring_seconds,
    )


def _note(
    session: Session,
    reserved: Reserved,
    sid: str | None,
    failure: CarrierRefused | CarrierUnavailable | None,
    rules: CallbackRules,
    now: datetime,
) -> Placing:
    """Write what the carrier answered. Its webhooks may have been quicker than its answer: then all is known."""
    under = locked_attempt(session, reserved.attempt_id)
    if under is None:
        return Placing.MISSING
    if sid is not None:
        attach(session, under, sid=sid, began_at=now)
        return Placing.RUNG
    if under.attempt.sid is not None:
        return Placing.RUNG
    if isinstance(failure, CarrierUnavailable) and failure.maybe_done:
        tell(session, under.callback, "callback_unconfirmed", now=now, call_id=under.call.id)
        return Placing.UNKNOWN
    if isinstance(failure, CarrierRefused) and (failure.invalid_number or failure.not_permitted):
        why = f"carrier_refused_{failure.code}"
        end_attempt(session, under, outcome=Outcome.AGENT_NOT_ACCEPTED, why=why, rules=rules, now=now, alert=True)
        return Placing.AGENT_REFUSED
    why = f"carrier_refused_{failure.code}" if isinstance(failure, CarrierRefused) else "carrier_away"
    wait = _carrier_wait(session, under.callback, failure, rules)
    end_attempt(
        session,
        under,
        outcome=Outcome.CARRIER_TROUBLE,
        why=why,
        rules=rules,
        now=now,
        not_before=now + wait,
        alert=True,
    )
    return Placing.CARRIER_TROUBLE


def _carrier_wait(
    session: Session, callback: Callback, failure: CarrierRefused | CarrierUnavailable | None, rules: CallbackRules
) -> timedelta:
    """Twice as long for each time the carrier failed us in a row of this callback; never shorter than it asked."""
    troubles = session.scalar(
        select(func.count()).where(
            CallbackAttempt.callback_id == callback.id, CallbackAttempt.outcome == Outcome.CARRIER_TROUBLE
        )
    )
    seconds = failure.retry_after if isinstance(failure, CarrierUnavailable) else None
    doubled: timedelta = rules.plan.carrier_gap * (1 << min(troubles or 0, 8))
    return max(timedelta(seconds=seconds or 0), min(LONGEST_CARRIER_WAIT, doubled))
