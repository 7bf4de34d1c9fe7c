"""How much was promised and dialled before: what the limits against toll fraud are counted from."""

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from people.refusals import said
from routing.callback_rules import CallbackRules
from routing.destinations import DialledSoFar, Refused, prefix_of
from routing.models import Callback, CallbackAttempt, CallbackState
from tickets.models import Call, CustomerNumber, Leg, LegRole

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

REFUSED_STATES = (CallbackState.BLOCKED, CallbackState.INVALID)
NOT_ATTESTED = "TN-Validation-Failed"
"""The carrier's word for a caller ID that did not prove true (Twilio, StirVerstat)."""


def promised_so_far(session: Session, *, callback: Callback, e164: str, now: datetime) -> DialledSoFar:
    """What counts when a callback is promised: others to the number and its prefix, and what was dialled today."""
    day = dialled_today(session, brand_id=callback.brand_id, now=now)
    prefix = prefix_of(e164)
    return DialledSoFar(
        number_day=_count(session, _promises(callback, now - DAY).where(Callback.e164 == e164)),
        # A range, not a pattern: the index on the number serves it.
        prefix_hour=_count(
            session,
            _promises(callback, now - HOUR).where(
                Callback.e164.between(f"{prefix}0000", f"{prefix}9999"), func.length(Callback.e164) == len(e164)
            ),
        ),
        calls_day=day.calls_day,
        minutes_day=day.minutes_day,
    )


def dialled_today(session: Session, *, brand_id: int, now: datetime) -> DialledSoFar:
    """Customers' phones rung in the last 24 hours, and the minutes talked, rounded up as carriers bill."""
    calls = _count(
        session,
        select(CallbackAttempt.id)
        .join(Callback, Callback.id == CallbackAttempt.callback_id)
        .where(Callback.brand_id == brand_id, CallbackAttempt.accepted_at > now - DAY),
    )
    minutes = session.scalar(
        select(func.coalesce(func.sum(func.ceil(Leg.duration / 60.0)), 0))
        .join(Call, Call.id == Leg.call_id)
        .where(Call.brand_id == brand_id, Call.direction == "outbound", Leg.role == LegRole.OUTSIDE)
        .where(Call.started_at > now - DAY)
    )
    return DialledSoFar(calls_day=calls, minutes_day=int(minutes or 0))


def judge_other_number(
    session: Session, *, callback: Callback, e164: str, rules: CallbackRules, now: datetime
) -> Refused | None:
    """Whether a caller may have another number than their own called (docs/decisions/0004); None: yes.

    A request by staff, or to the caller's own number or one on file for the same customer, passes.
    """
    source = origin_call(session, callback)
    if source is None or source.from_number == e164 or _on_file_together(session, source, e164):
        return None
    if (source.attestation or "").startswith(NOT_ATTESTED):
        return Refused(
            "not_attested", said("The caller's own number failed verification, so no other number is called.")
        )
    limit = rules.other_numbers_day if source.from_number else rules.other_numbers_withheld_day
    if _other_numbers(session, callback, source, now) >= limit:
        return Refused(
            "limit_caller", said("The limit of %(limit)s callbacks to other numbers in a day is reached.", limit=limit)
        )
    return None


def origin_call(session: Session, callback: Callback) -> Call | None:
    """The call in which it was asked for; None when staff or a program asked."""
    if callback.leg_sid is None:
        return None
    return session.scalar(
        select(Call)
        .join(Leg, Leg.call_id == Call.id)
        .where(Leg.account_sid == callback.account_sid, Leg.sid == callback.leg_sid)
    )


def _promises(callback: Callback, since: datetime) -> Select[int]:
    """Other callbacks of the brand asked for since then, without those refused or merged into another."""
    return select(Callback.id).where(
        Callback.brand_id == callback.brand_id,
        Callback.id != callback.id,
        Callback.requested_at > since,
        Callback.state.not_in(REFUSED_STATES),
        Callback.why != "joined",
    )


def _on_file_together(session: Session, source: Call, e164: str) -> bool:
    """Whether one customer has both numbers."""
    other = aliased(CustomerNumber)
    statement = (
        select(CustomerNumber.customer_id)
        .join(other, other.customer_id == CustomerNumber.customer_id)
        .where(CustomerNumber.brand_id == source.brand_id)
        .where(CustomerNumber.e164 == source.from_number, other.e164 == e164)
    )
    return session.scalar(statement.limit(1)) is not None


def _other_numbers(session: Session, callback: Callback, source: Call, now: datetime) -> int:
    statement = (
        _promises(callback, now - DAY)
        .join(Leg, and_(Leg.account_sid == Callback.account_sid, Leg.sid == Callback.leg_sid))
        .join(Call, Call.id == Leg.call_id)
        .where(Call.from_number.is_not_distinct_from(source.from_number))
        .where(Callback.e164.is_distinct_from(Call.from_number), Callback.e164.is_not(None))
    )
    return _count(session, statement)


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0
