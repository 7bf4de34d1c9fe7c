"""Claiming a callback that is due, and an agent for it; or saying what keeps it, and when it is looked at again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from people.models import Department, PhoneNumber
from people.numbers import looks_e164
from people.refusals import said
from routing.callback_agents import Agent, choose_agent
from routing.callback_judging import allowed_at
from routing.callback_limits import dialled_today, origin_call
from routing.callback_rows import lock_choosing, locked, move, tell, wait_until
from routing.callback_rules import CallbackRules
from routing.destinations import Allowed, DialledSoFar, Refused, judge, judge_volume
from routing.models import Callback, CallbackAttempt, CallbackState
from routing.windows import AskForZone
from tickets.models import Call, Ticket


class Placing(StrEnum):
    """What became of a try to place a callback."""

    RUNG = "rung"
    AGENT_REFUSED = "agent_refused"
    """The carrier does not ring that agent's phone; the next agent's turn."""
    CARRIER_TROUBLE = "carrier_trouble"
    UNKNOWN = "unknown"
    """The carrier may have taken the request: its webhooks decide, or the sweep."""
    NO_AGENT = "no_agent"
    HELD = "held"
    """Dialling is switched off, or a limit is reached, or there is no number to call from."""
    OUTSIDE_HOURS = "outside_hours"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    NOT_DUE = "not_due"
    NOT_WAITING = "not_waiting"
    """Another worker has it, or it is over."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Reserved:
    """An attempt that was written and committed; now the agent may be rung."""

    attempt_id: int
    ticket: int
    agent_phone: str
    caller_id: str


def reserve(session: Session, *, callback_id: int, rules: CallbackRules, now: datetime) -> Reserved | Placing:
    """Claim the callback and an agent for it, or say why not and when it is looked at again."""
    found = session.get(Callback, callback_id)
    if found is None:
        return Placing.MISSING
    lock_choosing(session, found.brand_id)
    callback = locked(session, callback_id)
    if callback is None or callback.e164 is None:
        return Placing.NOT_WAITING
    if callback.state == CallbackState.SCHEDULED and callback.due_at <= now:
        move(callback, CallbackState.QUEUED, why="", now=now)
    if callback.state != CallbackState.QUEUED:
        return Placing.NOT_WAITING
    if callback.due_at > now:
        return Placing.NOT_DUE
    return _obstacle(session, callback, callback.e164, rules, now) or _claim(session, callback, rules, now)


def _obstacle(session: Session, callback: Callback, e164: str, rules: CallbackRules, now: datetime) -> Placing | None:
    """Whatever keeps it from being dialled now; rules may have changed since it was judged."""
    if now - callback.requested_at > rules.keep_for:
        move(callback, CallbackState.EXPIRED, why="too_late", now=now)
        tell(session, callback, "callback_expired", now=now, alert=True)
        return Placing.EXPIRED
    verdict = judge(e164, policy=rules.dialling)
    if isinstance(verdict, Allowed):
        today = dialled_today(session, brand_id=callback.brand_id, now=now)
        volume = judge_volume(
            e164,
            so_far=DialledSoFar(calls_day=today.calls_day, minutes_day=today.minutes_day),
            policy=rules.dialling,
        )
        if isinstance(volume, Refused):
            return _hold(session, callback, volume, rules, now)
    elif verdict.code == "stopped":
        return _hold(session, callback, verdict, rules, now)
    else:
        return _block(session, callback, verdict, now)
    when = allowed_at(session, callback=callback, e164=e164, rules=rules, now=now)
    if isinstance(when, AskForZone):
        return _block(session, callback, Refused("zone", when.sentence), now)
    if when > now:
        wait_until(session, callback, due_at=when, why="window", now=now)
        tell(session, callback, "callback_queued", now=now, facts={"due_at": when.isoformat(), "why": "window"})
        return Placing.OUTSIDE_HOURS
    return None


def _hold(session: Session, callback: Callback, refusal: Refused, rules: CallbackRules, now: datetime) -> Placing:
    """Keep the promise in line, and say so once."""
    if callback.why != refusal.code:
        tell(session, callback, "callback_held", now=now, alert=True, facts=refusal.facts)
    wait_until(session, callback, due_at=now + rules.hold, why=refusal.code, now=now)
    return Placing.HELD


def _block(session: Session, callback: Callback, refusal: Refused, now: datetime) -> Placing:
    move(callback, CallbackState.BLOCKED, why=refusal.code, now=now)
    content = {"number": callback.e164}
    tell(session, callback, "callback_blocked", now=now, alert=True, facts=refusal.facts, content=content)
    return Placing.BLOCKED


def _claim(session: Session, callback: Callback, rules: CallbackRules, now: datetime) -> Reserved | Placing:
    caller_id = caller_id_of(session, callback)
    if caller_id is None:
        return _hold(
            session, callback, Refused("no_number", said("There is no number of ours to call from.")), rules, now
        )
    agent = choose_agent(session, callback=callback, policy=rules.dialling, rest=rules.agent_rest, now=now)
    if agent is None:
        if callback.why != "no_agent":
            tell(session, callback, "callback_waits_for_agent", now=now)
        wait_until(session, callback, due_at=now + rules.agent_wait, why="no_agent", now=now)
        return Placing.NO_AGENT
    ticket = session.get_one(Ticket, callback.ticket_id)
    attempt = _write_attempt(session, callback, ticket, agent, caller_id, rules, now)
    move(callback, CallbackState.RESERVED, why="", now=now)
    return Reserved(attempt.id, ticket.number, agent.phone, caller_id)


def caller_id_of(session: Session, callback: Callback) -> str | None:
    """Our number the customer sees: the department's, else the one they called, else the brand's first; or None."""
    own = session.scalar(select(Department.callback_number).where(Department.id == callback.department_id))
    if own:
        return own
    called = session.scalar(
        select(Call.to_number).where(Call.account_sid == callback.account_sid, Call.sid == callback.leg_sid)
    )
    if called and looks_e164(called):
        return called
    return session.scalar(
        select(PhoneNumber.e164).where(PhoneNumber.brand_id == callback.brand_id).order_by(PhoneNumber.id).limit(1)
    )


def _write_attempt(
    session: Session,
    callback: Callback,
    ticket: Ticket,
    agent: Agent,
    caller_id: str,
    rules: CallbackRules,
    now: datetime,
) -> CallbackAttempt:
    """The attempt and its call, whose id at the carrier is a placeholder until the carrier names one."""
    before = session.scalar(
        select(func.coalesce(func.max(CallbackAttempt.number), 0)).where(CallbackAttempt.callback_id == callback.id)
    )
    attempt = CallbackAttempt(
        callback_id=callback.id, number=(before or 0) + 1, account_id=agent.account_id, started_at=now
    )
    session.add(attempt)
    session.flush()
    origin = origin_call(session, callback)
    call = Call(
        brand_id=callback.brand_id,
        account_sid=rules.account_sid,
        sid=f"pending-{attempt.id}",
        direction="outbound",
        from_number=caller_id,
        to_number=callback.e164,
        status="queued",
        department_id=callback.department_id,
        ticket_id=ticket.id,
        customer_id=ticket.customer_id,
        unrecorded=origin is not None and origin.unrecorded,
        started_at=now,
        last_seen_at=now,
        demo=ticket.demo,
    )
    session.add(call)
    session.flush()
    attempt.call_id = call.id
    facts = {"attempt": attempt.number, "account": agent.account_id}
    tell(session, callback, "callback_agent_rung", now=now, call_id=call.id, facts=facts)
    return attempt
