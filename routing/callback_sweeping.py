"""The sweep: nothing waits for ever. Attempts without a sign of life are ended, lost jobs are asked for again.

The carrier is asked about a silent call before it is given up, since its webhooks may have been lost while the call
went on; only when it cannot tell either is the attempt ended as unknown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, Integer, exists, select
from sqlalchemy.orm import Session

from core.database import transaction
from core.outbox_models import OutboxRow, OutboxState
from routing.callback_asking import TellsOfCalls, ask, known_of, take
from routing.callback_ending import end_attempt
from routing.callback_legs import LegNews, agent_leg, customer_leg, is_over, note
from routing.callback_progress import conclude
from routing.callback_rows import UNDER_WAY, WAITING, Under, ask_to_place, locked, locked_attempt, move, tell
from routing.callback_rules import CallbackRules
from routing.callbacks import ask_to_judge
from routing.dial_outcomes import Outcome
from routing.models import Callback, CallbackAttempt, CallbackState
from tickets.models import Call, LegRole

ASK_AFTER = timedelta(minutes=3)
"""Silence after which the carrier is asked: an agent's phone rings 25 s, the whisper takes half a minute."""
GIVE_UP_AFTER = timedelta(minutes=15)
"""Silence after which an attempt whose call the carrier cannot tell about is ended: the carrier may queue requests."""
LEG_GRACE = timedelta(minutes=2)
"""From the end of the agent's leg to the end of the attempt without news of the customer's, once the carrier was heard;
`GIVE_UP_AFTER` while it cannot be asked."""
TALK_GRACE = timedelta(minutes=5)
JOB_GRACE = timedelta(minutes=2)
"""How long after its time a job may still be on its way."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What was mended: attempts ended, callbacks put back in line, jobs asked for again."""

    ended: int = 0
    put_back: int = 0
    asked: int = 0


def sweep(engine: Engine, carrier: TellsOfCalls, *, rules: CallbackRules, now: datetime) -> Swept:
    """Mend what a crash, a lost webhook or a lost job left behind. Safe to run at any time and by several workers."""
    ended = sum(_end_silent(engine, carrier, attempt_id, rules, now) for attempt_id in _silent(engine, now))
    with transaction(engine) as session:
        _end_calls(session, now=now)
        put_back = _put_back(session, now=now)
    with transaction(engine) as session:
        asked = _ask_again(session, now=now)
    return Swept(ended, put_back, asked)


def _silent(engine: Engine, now: datetime) -> list[int]:
    """Open attempts old enough to be looked at."""
    statement = select(CallbackAttempt.id).where(
        CallbackAttempt.ended_at.is_(None), CallbackAttempt.started_at < now - ASK_AFTER
    )
    with transaction(engine) as session:
        return list(session.scalars(statement.order_by(CallbackAttempt.id).limit(500)))


def _end_silent(engine: Engine, carrier: TellsOfCalls, attempt_id: int, rules: CallbackRules, now: datetime) -> bool:
    with transaction(engine) as session:
        asked = known_of(session, attempt_id)
    told = ask(carrier, asked)  # outside any transaction: the carrier may take its time
    with transaction(engine) as session:
        under = locked_attempt(session, attempt_id)
        if under is None or under.attempt.ended_at is not None:
            return False
        goes_on = take(session, under, told, now=now)
        return _end_if_over(session, under, rules, now, goes_on=goes_on, heard=told.heard)


def _end_if_over(
    session: Session, under: Under, rules: CallbackRules, now: datetime, *, goes_on: bool, heard: bool
) -> bool:
    if conclude(session, under, rules=rules, now=now):
        return True
    if not _is_given_up(session, under, rules, now, goes_on=goes_on, heard=heard):
        return False
    customer = customer_leg(session, under)
    if under.attempt.accepted_at is None:
        outcome, unknown = Outcome.AGENT_NOT_ACCEPTED, True
    elif customer is not None and customer.answered_at is not None:
        outcome, unknown = Outcome.CONNECTED, False
    else:
        outcome, unknown = Outcome.UNREACHABLE, True
    end_attempt(
        session, under, outcome=outcome, why="no_sign_of_life", rules=rules, now=now, unknown=unknown, alert=unknown
    )
    return True


def _is_given_up(
    session: Session, under: Under, rules: CallbackRules, now: datetime, *, goes_on: bool, heard: bool
) -> bool:
    agent = agent_leg(session, under)
    if agent is not None and is_over(agent) and not goes_on:
        return (agent.ended_at or now) < now - (LEG_GRACE if heard else GIVE_UP_AFTER)
    since = under.attempt.accepted_at
    if since is None:
        return not goes_on and under.attempt.started_at < now - GIVE_UP_AFTER
    longest = timedelta(seconds=rules.plan.ring_seconds + rules.longest_seconds)
    return since < now - longest - TALK_GRACE


def _end_calls(session: Session, *, now: datetime) -> None:
    """Calls that go on in our books though their attempt is over: the end of the agent's leg was never told."""
    statement = (
        select(CallbackAttempt.id)
        .join(Call, Call.id == CallbackAttempt.call_id)
        .where(Call.ended_at.is_(None), CallbackAttempt.ended_at < now - TALK_GRACE)
    )
    for attempt_id in session.scalars(statement.limit(500)).all():
        under = locked_attempt(session, attempt_id)
        if under is None or under.attempt.sid is None or under.call.ended_at is not None:
            continue
        news = LegNews(
            sid=under.attempt.sid, role=LegRole.AGENT, status="completed", happened_at=under.attempt.ended_at
        )
        note(session, under, news, now=now)


def _put_back(session: Session, *, now: datetime) -> int:
    """Callbacks under way without an open attempt: none should be, and none may stay so."""
    open_attempt = exists().where(CallbackAttempt.callback_id == Callback.id, CallbackAttempt.ended_at.is_(None))
    statement = select(Callback.id).where(Callback.state.in_(UNDER_WAY), ~open_attempt)
    count = 0
    for callback_id in session.scalars(statement).all():
        callback = locked(session, callback_id)
        if callback is None or callback.state not in UNDER_WAY or _has_open_attempt(session, callback_id):
            continue  # it moved while its lock was waited for
        connected = callback.state == CallbackState.CONNECTED
        move(callback, CallbackState.COMPLETED if connected else CallbackState.QUEUED, why="swept", now=now)
        tell(session, callback, "callback_put_back", now=now, alert=True, facts={"state": callback.state})
        if not connected:
            callback.due_at = now
            ask_to_place(session, callback, now=now)
        count += 1
    return count


def _has_open_attempt(session: Session, callback_id: int) -> bool:
    statement = select(CallbackAttempt.id).where(
        CallbackAttempt.callback_id == callback_id, CallbackAttempt.ended_at.is_(None)
    )
    return session.scalar(statement.limit(1)) is not None


def _ask_again(session: Session, *, now: datetime) -> int:
    """Callbacks whose time has come and that no job is going to look at."""
    job = exists().where(
        OutboxRow.job.in_(("judge_callback", "place_callback")),
        OutboxRow.state.in_((OutboxState.ASKED, OutboxState.HANDED)),
        OutboxRow.args["callback"].astext.cast(Integer) == Callback.id,
    )
    statement = (
        select(Callback)
        .where(Callback.closed_at.is_(None), Callback.due_at < now - JOB_GRACE, ~job)
        .where(Callback.state.in_((CallbackState.REQUESTED, *WAITING)))
        .order_by(Callback.due_at)
        .limit(500)
    )
    key = f":sweep:{int(now.timestamp())}"
    asked = 0
    for callback in session.scalars(statement):
        is_judged = callback.state != CallbackState.REQUESTED
        again = ask_to_place if is_judged else ask_to_judge
        if again(session, callback, now=now, key=key):
            tell(session, callback, "callback_job_lost", now=now, facts={"state": callback.state})
            asked += 1
    return asked
