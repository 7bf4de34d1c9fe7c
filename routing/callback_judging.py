"""A promise is judged before anything is dialled: is it a number, may it be called, how often, and when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.models import PhoneNumber
from people.numbers import NumberProblem, to_e164
from people.refusals import said
from routing.callback_limits import judge_other_number, promised_so_far
from routing.callback_rows import WAITING, ask_to_place, lock_choosing, locked, move, tell, wait_until
from routing.callback_rules import CallbackRules
from routing.destinations import Refused, judge_volume
from routing.destinations import judge as judge_destination
from routing.models import Callback, CallbackState
from routing.windows import AskForZone, next_allowed
from tickets.models import Customer, Ticket


class Judged(StrEnum):
    """What became of a request."""

    QUEUED = "queued"
    JOINED = "joined"
    """The same number waits in the same department already; that promise keeps the earlier place."""
    BLOCKED = "blocked"
    INVALID = "invalid"
    ALREADY = "already"
    """It was judged, or cancelled, before."""
    MISSING = "missing"


def judge(session: Session, *, callback_id: int, rules: CallbackRules, now: datetime) -> Judged:
    """Judge a requested callback and put it in line, join it to an open one, or refuse it with the reason.

    Redoable: a second judgement changes nothing.
    """
    found = session.get(Callback, callback_id)
    if found is None:
        return Judged.MISSING
    lock_choosing(session, found.brand_id)
    callback = locked(session, callback_id)
    if callback is None or callback.state != CallbackState.REQUESTED:
        return Judged.ALREADY
    e164 = to_e164(callback.asked_number, rules.country)
    if isinstance(e164, NumberProblem):
        return _refuse(session, callback, CallbackState.INVALID, Refused(e164.reason, e164.said), now)
    refusal = _refusal(session, callback, e164, rules, now)
    if refusal is not None:
        return _refuse(session, callback, CallbackState.BLOCKED, refusal, now)
    when = allowed_at(session, callback=callback, e164=e164, rules=rules, now=now)
    if isinstance(when, AskForZone):
        return _refuse(session, callback, CallbackState.BLOCKED, Refused("zone", when.sentence), now)
    standing = _standing(session, callback, e164)
    if standing is not None:
        return _join(session, callback, standing, when, now)
    return _queue(session, callback, e164, when, rules, now)


def allowed_at(
    session: Session, *, callback: Callback, e164: str, rules: CallbackRules, now: datetime
) -> datetime | AskForZone:
    """The first moment from `now` on at which the customer may be called, by their own zone where it is known."""
    zone = session.scalar(
        select(Customer.zone).join(Ticket, Ticket.customer_id == Customer.id).where(Ticket.id == callback.ticket_id)
    )
    return next_allowed(e164, zone, now, window=rules.window)


def _refusal(session: Session, callback: Callback, e164: str, rules: CallbackRules, now: datetime) -> Refused | None:
    verdict = judge_destination(e164, policy=rules.dialling)
    # Switched off altogether is no fault of this number's: it waits in line and is held there.
    if isinstance(verdict, Refused) and verdict.code != "stopped":
        return verdict
    if _is_our_own(session, e164):
        return Refused("own_number", said("This is one of our own numbers; calling it would only ring here."))
    return judge_other_number(session, callback=callback, e164=e164, rules=rules, now=now)


def _is_our_own(session: Session, e164: str) -> bool:
    return session.scalar(select(PhoneNumber.id).where(PhoneNumber.e164 == e164)) is not None


def _refuse(session: Session, callback: Callback, state: CallbackState, refusal: Refused, now: datetime) -> Judged:
    """Nothing is dialled; the ticket says which number, and why, in words."""
    move(callback, state, why=refusal.code, now=now)
    tell(
        session,
        callback,
        f"callback_{state}",
        now=now,
        alert=state == CallbackState.BLOCKED,
        facts=refusal.facts,
        content={"number": callback.asked_number},
    )
    return Judged(state.value)


def _standing(session: Session, callback: Callback, e164: str) -> Callback | None:
    """The open promise for this number in this department, locked."""
    return session.scalar(
        select(Callback)
        .where(Callback.brand_id == callback.brand_id, Callback.e164 == e164, Callback.id != callback.id)
        .where(Callback.department_id.is_not_distinct_from(callback.department_id), Callback.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _join(session: Session, callback: Callback, standing: Callback, when: datetime, now: datetime) -> Judged:
    """The second request updates the first: earlier place, earlier time (they are at the phone), one promise."""
    callback.e164 = standing.e164
    move(callback, CallbackState.SUPERSEDED, why="joined", now=now)
    standing.requested_at = min(standing.requested_at, callback.requested_at)
    if standing.state in WAITING and when < standing.due_at:
        standing.due_at = when
        ask_to_place(session, standing, now=now)
    first, second = session.get_one(Ticket, standing.ticket_id), session.get_one(Ticket, callback.ticket_id)
    tell(session, callback, "callback_joined", now=now, facts={"to": standing.id, "ticket": first.number})
    if first.id != second.id:
        tell(session, standing, "callback_asked_again", now=now, facts={"ticket": second.number})
    return Judged.JOINED


def _queue(
    session: Session, callback: Callback, e164: str, when: datetime, rules: CallbackRules, now: datetime
) -> Judged:
    so_far = promised_so_far(session, callback=callback, e164=e164, now=now)
    verdict = judge_volume(e164, so_far=so_far, policy=rules.dialling)
    if isinstance(verdict, Refused) and verdict.code != "stopped":
        return _refuse(session, callback, CallbackState.BLOCKED, verdict, now)
    callback.e164 = e164
    wait_until(session, callback, due_at=when, why="window" if when > now else "", now=now)
    tell(session, callback, "callback_queued", now=now, facts={"due_at": when.isoformat()})
    return Judged.QUEUED
