"""The agent's side of a placed call: they answer, and take the callback or pass it on.

One verb for each webhook; each may come twice or late. The callback's row is locked first, so that events of one
callback follow one another, and each verb answers from what is stored.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from people.models import Department
from routing.callback_answers import Over, ToDial, Whisper, part_of
from routing.callback_ending import end_attempt
from routing.callback_legs import LegNews, attach, customer_leg, note
from routing.callback_rows import Under, locked_attempt, move, tell
from routing.callback_rules import CallbackRules
from routing.dial_outcomes import Outcome
from routing.models import CallbackState
from tickets.models import Customer, LegRole, Ticket


def agent_answered(
    session: Session, *, attempt_id: int, sid: str, rules: CallbackRules, now: datetime
) -> Whisper | Over:
    """The agent picked up: what to tell them, or why there is nothing to do any more."""
    under = locked_attempt(session, attempt_id)
    if under is None or not attach(session, under, sid=sid, began_at=now):
        return Over("gone")
    note(session, under, LegNews(sid=sid, role=LegRole.AGENT, status="in_progress"), now=now)
    return _obstacle(under, rules) or _whisper(session, under, now)


def accept(session: Session, *, attempt_id: int, sid: str, rules: CallbackRules, now: datetime) -> ToDial | Over:
    """The agent pressed 1: whom to dial. A cancel that was quicker has won; a repeat is told the same as before.

    Once the customer's leg exists, the carrier has its orders: no second answer makes it dial again.
    """
    under = locked_attempt(session, attempt_id)
    if under is None or not attach(session, under, sid=sid, began_at=now):
        return Over("gone")
    callback, attempt = under.callback, under.attempt
    if attempt.accepted_at is not None:
        if attempt.ended_at is not None or customer_leg(session, under) is not None:
            return Over("called")
        return _to_dial(under, rules)
    obstacle = _obstacle(under, rules)
    if obstacle is not None:
        return obstacle
    to_dial = _to_dial(under, rules)
    if isinstance(to_dial, Over):
        return to_dial
    move(callback, CallbackState.DIALLING, why="", now=now)
    callback.attempts += 1
    attempt.accepted_at = now
    facts = {"attempt": attempt.number, "try": callback.attempts, "account": attempt.account_id}
    tell(session, callback, "callback_dialled", now=now, call_id=under.call.id, facts=facts)
    return to_dial


def pass_on(session: Session, *, attempt_id: int, sid: str, why: str, rules: CallbackRules, now: datetime) -> Over:
    """The agent pressed 2, or nothing: not accepted, which is no try to reach the customer."""
    under = locked_attempt(session, attempt_id)
    if under is None or not attach(session, under, sid=sid, began_at=now):
        return Over("gone")
    if under.attempt.accepted_at is not None:
        return Over("called")
    if under.attempt.ended_at is None:
        end_attempt(session, under, outcome=Outcome.AGENT_NOT_ACCEPTED, why=why, rules=rules, now=now)
    # A repeat is told what the first was told.
    outcome = under.attempt.outcome or "gone"
    return Over("passed" if why == "passed" and outcome == Outcome.AGENT_NOT_ACCEPTED else outcome)


def _obstacle(under: Under, rules: CallbackRules) -> Over | None:
    if under.attempt.ended_at is not None:
        return Over(under.attempt.outcome or "gone")
    if under.attempt.accepted_at is not None:
        return Over("called")
    if under.callback.state != CallbackState.RESERVED:
        return Over(under.callback.state)
    return Over("stopped") if rules.dialling.stopped else None


def _whisper(session: Session, under: Under, now: datetime) -> Whisper:
    callback = under.callback
    ticket = session.get_one(Ticket, callback.ticket_id)
    customer = session.get(Customer, ticket.customer_id) if ticket.customer_id is not None else None
    department = session.get(Department, callback.department_id) if callback.department_id is not None else None
    return Whisper(
        ticket=ticket.number,
        name=customer.name if customer is not None else None,
        last_digits=(callback.e164 or callback.asked_number)[-4:],
        department=department.name if department is not None else None,
        minutes=max(0, int((now - callback.requested_at).total_seconds() // 60)),
        tries=callback.attempts,
    )


def _to_dial(under: Under, rules: CallbackRules) -> ToDial | Over:
    caller_id = under.call.from_number
    if under.callback.e164 is None or caller_id is None:
        return Over("gone")
    return ToDial(
        e164=under.callback.e164,
        caller_id=caller_id,
        recorded=not under.call.unrecorded,
        part=part_of(under),
        ring_seconds=rules.plan.ring_seconds,
        longest_seconds=rules.longest_seconds,
    )
