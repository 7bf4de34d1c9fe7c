"""The end of one attempt, and what follows from it: done, the next agent, the next try, or the end of the promise."""

from datetime import datetime

from sqlalchemy.orm import Session

from routing.callback_judging import allowed_at
from routing.callback_rows import Under, move, tell, wait_until
from routing.callback_rules import CallbackRules
from routing.callback_states import FINAL
from routing.dial_outcomes import Outcome
from routing.models import CallbackState
from routing.retries import Next, Tried, after
from routing.windows import AskForZone
from tickets.changes import change
from tickets.models import Ticket, TicketStatus

UNKNOWN = "unknown"
"""Outcome of an attempt of which nothing was heard any more."""


def end_attempt(
    session: Session,
    under: Under,
    *,
    outcome: Outcome,
    why: str = "",
    rules: CallbackRules,
    now: datetime,
    not_before: datetime | None = None,
    alert: bool = False,
    unknown: bool = False,
) -> Next | None:
    """End the attempt once, tell it, and go on with the callback. None when it had ended before.

    unknown: nothing was heard, so the attempt's outcome is told as unknown, and the plan goes on as for `outcome`.
    """
    callback, attempt = under.callback, under.attempt
    if attempt.ended_at is not None:
        return None
    attempt.ended_at = now
    attempt.outcome = UNKNOWN if unknown else outcome.value
    _end_call_never_made(under, now)
    if CallbackState(callback.state) in FINAL:
        attempt.outcome = callback.state if attempt.accepted_at is None else attempt.outcome
        return Next(None, CallbackState(callback.state), callback.why)
    if outcome is Outcome.AGENT_NOT_ACCEPTED:
        callback.agent_rounds += 1
    following = after(outcome, tried=Tried(callback.attempts, callback.agent_rounds), now=now, plan=rules.plan)
    _tell_attempt(session, under, why=why, now=now, alert=alert or following.alarm)
    if outcome is Outcome.CONNECTED:
        _complete(session, under, now=now)
        return following
    return _go_on(session, under, following, rules, now, not_before)


def _end_call_never_made(under: Under, now: datetime) -> None:
    """A call the carrier never named has no end of its own to be told of."""
    if under.attempt.sid is None and under.call.ended_at is None:
        under.call.status, under.call.ended_at = "failed", now


def _tell_attempt(session: Session, under: Under, *, why: str, now: datetime, alert: bool) -> None:
    attempt = under.attempt
    reached_for = "callback_not_accepted" if attempt.outcome == Outcome.AGENT_NOT_ACCEPTED else "callback_attempted"
    facts = {"attempt": attempt.number, "try": under.callback.attempts, "outcome": attempt.outcome, "why": why}
    if attempt.outcome == Outcome.AGENT_NOT_ACCEPTED:
        facts["account"] = attempt.account_id
    tell(session, under.callback, reached_for, now=now, call_id=under.call.id, alert=alert, facts=facts)


def _complete(session: Session, under: Under, *, now: datetime) -> None:
    """Kept: customer and agent have talked, so somebody works on the ticket."""
    connect(session, under, now=now)
    move(under.callback, CallbackState.COMPLETED, why="talked", now=now)
    tell(session, under.callback, "callback_completed", now=now, call_id=under.call.id)


def connect(session: Session, under: Under, *, now: datetime) -> None:
    """Customer and agent talk: told once, and a new ticket is open from now on."""
    callback = under.callback
    if callback.state != CallbackState.DIALLING:
        return
    move(callback, CallbackState.CONNECTED, why="", now=now)
    tell(session, callback, "callback_connected", now=now, call_id=under.call.id)
    ticket = session.get_one(Ticket, callback.ticket_id)
    if ticket.status == TicketStatus.NEW:
        change(session, ticket=ticket, actor="system", now=now, status=TicketStatus.OPEN)


def _go_on(
    session: Session,
    under: Under,
    following: Next,
    rules: CallbackRules,
    now: datetime,
    not_before: datetime | None,
) -> Next:
    callback = under.callback
    if following.at is not None and callback.e164 is not None:
        wanted = max(following.at, not_before or following.at)
        at = allowed_at(session, callback=callback, e164=callback.e164, rules=rules, now=wanted)
        if not isinstance(at, AskForZone):
            wait_until(session, callback, due_at=at, why=following.reason, now=now)
            return Next(at, following.state, following.reason)
        following = Next(None, CallbackState.BLOCKED, "zone", alarm=True)
    move(callback, following.state, why=following.reason, now=now)
    facts = {"reason": following.reason}
    alert = following.state != CallbackState.COMPLETED
    tell(session, callback, f"callback_{following.state}", now=now, call_id=under.call.id, alert=alert, facts=facts)
    return following
