"""The customer's side of a placed call: they, or a machine, answer, and the dialling ends.

Every event may come twice, late, in any order, or never; `routing/callback_progress.py` hears the legs themselves.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.outbox import ask
from people.models import Brand
from routing.callback_answers import Ended, Noted, Notice, Over, Talk, talk_of
from routing.callback_ending import UNKNOWN, connect, end_attempt
from routing.callback_legs import LegNews, customer_leg, note
from routing.callback_rows import Under, locked_attempt, move, tell
from routing.callback_rules import CallbackRules
from routing.dial_outcomes import Outcome, outcome_of_dial
from routing.models import CallbackState

MACHINE_TALK_SECONDS = 60
"""A talk longer than this was one, whatever the machine detector thought."""


def customer_answered(session: Session, *, attempt_id: int, news: LegNews, now: datetime) -> Notice | Over:
    """The customer's phone was answered: what is said before the agent is heard."""
    under = locked_attempt(session, attempt_id)
    if under is None:
        return Over("gone")
    note(session, under, news, now=now)
    brand = session.get_one(Brand, under.callback.brand_id)
    return Notice(brand.name, not under.call.unrecorded)


def answered_by(session: Session, *, attempt_id: int, news: LegNews, word: str, now: datetime) -> Talk | Noted:
    """The carrier's verdict who answered (Twilio `AnsweredBy`). A machine is hung up on; anybody else is a person.

    Returns the talk when it begins now, and ought to be recorded.
    """
    under = locked_attempt(session, attempt_id)
    if under is None:
        return Noted.UNKNOWN
    note(session, under, news, now=now)
    if under.attempt.ended_at is not None:
        return Noted.LATE
    if outcome_of_dial("in-progress", answered_by=word) is not Outcome.MACHINE:
        connect(session, under, now=now)
        return talk_of(under) or Noted.RECORDED
    if under.callback.state != CallbackState.DIALLING or under.attempt.outcome is not None:
        return Noted.REPEATED
    under.attempt.outcome = Outcome.MACHINE  # the verdict; the attempt ends with the dialling
    args = {"sid": news.sid, "callback": under.callback.id}
    ask(session, job="hang_up_leg", args=args, now=now, key=f"hang_up_leg:{news.sid}", ticket_id=under.call.ticket_id)
    return Noted.RECORDED


def dialled(
    session: Session,
    *,
    attempt_id: int,
    dial_status: str,
    child: LegNews | None,
    bridged: bool | None,
    rules: CallbackRules,
    now: datetime,
) -> tuple[Ended, Talk | None]:
    """The dialling is over (Twilio `DialCallStatus`): how it ended, and the talk to be recorded if there was one.

    The answer is the stored one where a status event had ended the attempt before.
    """
    under = locked_attempt(session, attempt_id)
    if under is None:
        return Ended("gone", None, now), None
    leg = note(session, under, child, now=now) if child is not None else customer_leg(session, under)
    seconds = leg.duration if leg is not None else None
    outcome, why = outcome_of_try(under, dial_status, seconds=seconds, bridged=bridged)
    if under.attempt.accepted_at is not None and not settle_late(session, under, outcome, now=now):
        end_attempt(session, under, outcome=outcome, why=why, rules=rules, now=now)
    talked = under.attempt.outcome == Outcome.CONNECTED
    return _ended(session, under, now), talk_of(under) if talked else None


def outcome_of_try(
    under: Under, status: str, *, seconds: int | None, bridged: bool | None, sip_code: str | None = None
) -> tuple[Outcome, str]:
    """How the try ended, and the detail that is told with it."""
    if under.callback.state == CallbackState.CONNECTED:
        return Outcome.CONNECTED, ""  # a person was heard; nothing later makes that untrue
    machine = under.attempt.outcome == Outcome.MACHINE and (seconds or 0) <= MACHINE_TALK_SECONDS
    outcome = outcome_of_dial(status, answered_by="machine" if machine else None, sip_code=sip_code)
    if outcome is Outcome.CONNECTED and bridged is False:
        return Outcome.NO_ANSWER, "hung_up_before_connected"
    return outcome, status.replace("-", "_")


def settle_late(session: Session, under: Under, outcome: Outcome, *, now: datetime) -> bool:
    """An attempt given up as unknown turns out to have been a talk: nobody is called again about it."""
    if under.attempt.ended_at is None:
        return False
    if under.attempt.outcome == UNKNOWN and outcome is Outcome.CONNECTED:
        under.attempt.outcome = Outcome.CONNECTED
        if under.callback.closed_at is None and under.callback.state in (CallbackState.QUEUED, CallbackState.RESERVED):
            move(under.callback, CallbackState.SUPERSEDED, why="reached", now=now)
            tell(
                session, under.callback, "callback_superseded", now=now, call_id=under.call.id, facts={"why": "reached"}
            )
    return True


def _ended(session: Session, under: Under, now: datetime) -> Ended:
    zone = ZoneInfo(session.get_one(Brand, under.callback.brand_id).zone)
    waiting = under.callback.closed_at is None and under.callback.state == CallbackState.QUEUED
    next_at = under.callback.due_at.astimezone(zone) if waiting else None
    return Ended(under.attempt.outcome or "gone", next_at, now.astimezone(zone))
