"""Progress of the legs of a placed call: heard in any order, and read together to tell how the attempt ended."""

from datetime import datetime

from sqlalchemy.orm import Session

from people.refusals import said
from routing.callback_answers import Noted, Talk, talk_of
from routing.callback_customer_calls import outcome_of_try
from routing.callback_ending import end_attempt
from routing.callback_legs import LegNews, agent_leg, attach, customer_leg, is_new, is_over, note
from routing.callback_rows import Under, locked_attempt, move, tell
from routing.callback_rules import CallbackRules
from routing.destinations import Refused
from routing.dial_outcomes import Outcome, outcome_of_dial
from routing.models import CallbackState
from tickets.models import LegRole


def leg_changed(
    session: Session, *, attempt_id: int, news: LegNews, rules: CallbackRules, now: datetime
) -> Talk | Noted:
    """A progress event of the agent's or the customer's leg. Returns the talk when this event ended it well."""
    under = locked_attempt(session, attempt_id)
    if under is None:
        return Noted.UNKNOWN
    if news.role == LegRole.AGENT and not attach(session, under, sid=news.sid, began_at=now):
        return Noted.UNKNOWN
    if not is_new(session, under, news, now=now):
        return Noted.REPEATED
    leg = note(session, under, news, now=now)
    if under.attempt.ended_at is not None:
        return _late(session, under, news, now=now)
    if is_over(leg):
        conclude(session, under, sip_code=news.sip_code, rules=rules, now=now)
    return (talk_of(under) if under.attempt.outcome == Outcome.CONNECTED else None) or Noted.RECORDED


def conclude(
    session: Session, under: Under, *, sip_code: str | None = None, rules: CallbackRules, now: datetime
) -> bool:
    """End the attempt if its legs say how it ended; False while they do not.

    A customer's leg that was answered waits for the end of the dialling, which knows more, or of the agent's leg.
    """
    agent, customer = agent_leg(session, under), customer_leg(session, under)
    if under.attempt.accepted_at is None:
        if agent is None or not is_over(agent):
            return False
        end_attempt(session, under, outcome=Outcome.AGENT_NOT_ACCEPTED, why=agent.status, rules=rules, now=now)
        return True
    if customer is None or not is_over(customer):
        return False
    if customer.status == "completed" and not is_over(agent):
        return False
    outcome, why = outcome_of_try(
        under, customer.status.replace("_", "-"), seconds=customer.duration, bridged=None, sip_code=sip_code
    )
    end_attempt(session, under, outcome=outcome, why=why, rules=rules, now=now)
    return True


def _late(session: Session, under: Under, news: LegNews, *, now: datetime) -> Noted:
    """A number the network does not know is not dialled again, also when that is learnt after the try was planned."""
    unassigned = outcome_of_dial(news.status, sip_code=news.sip_code) is Outcome.INVALID
    if news.role == LegRole.OUTSIDE and unassigned and under.callback.state == CallbackState.QUEUED:
        move(under.callback, CallbackState.BLOCKED, why=Outcome.INVALID, now=now)
        facts = Refused("invalid", said("The network says that nobody has this number.")).facts
        tell(session, under.callback, "callback_blocked", now=now, call_id=under.call.id, alert=True, facts=facts)
    return Noted.LATE
