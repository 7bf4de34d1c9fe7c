"""Which agent is rung for a callback: on shift, reachable by phone, not on another attempt, least recently rung first.

Whoever let a callback pass is not asked again for the same one for a while, so that it goes round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from people.models import Absence, Account, Membership, Shift
from people.shifts import Absence as Away
from people.shifts import Shift as Hours
from people.shifts import on_shift
from routing.destinations import Allowed, DialPolicy, judge
from routing.dial_outcomes import Outcome
from routing.models import Callback, CallbackAttempt


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who can be rung: where, and when they last were."""

    account_id: int
    phone: str
    rung_at: datetime | None


def choose_agent(
    session: Session, *, callback: Callback, policy: DialPolicy, rest: timedelta, now: datetime
) -> Agent | None:
    """The agent to ring now, or None. The caller holds the lock that lets one worker choose at a time.

    rest: for how long somebody who did not take this callback is left alone with it. A phone the dial policy refuses
    is not rung, whoever entered it.
    """
    members = _members(session, callback)
    busy = _busy(session, [member.id for member in members])
    rung = _last_rung(session, [member.id for member in members])
    resting = _passed_since(session, callback, now - rest)
    free = [
        Agent(member.id, member.phone, rung.get(member.id))
        for member in members
        if member.phone and member.id not in busy | resting
    ]
    at_work = _at_work(session, [agent.account_id for agent in free], now)
    ready = [agent for agent in sorted(free, key=_by_rest) if agent.account_id in at_work]
    return next((agent for agent in ready if isinstance(judge(agent.phone, policy=policy), Allowed)), None)


def _by_rest(agent: Agent) -> tuple[bool, float, int]:
    """Never rung first, then the longest ago; the id decides between equals, so that the choice can be explained."""
    return (agent.rung_at is not None, agent.rung_at.timestamp() if agent.rung_at else 0.0, agent.account_id)


def _members(session: Session, callback: Callback) -> Sequence[Account]:
    """Active people of the callback's department, or of the brand where it has none."""
    statement = select(Account).where(Account.brand_id == callback.brand_id, Account.active, Account.phone.is_not(None))
    if callback.department_id is not None:
        statement = statement.join(Membership, Membership.account_id == Account.id).where(
            Membership.department_id == callback.department_id
        )
    return session.scalars(statement).all()


def _busy(session: Session, account_ids: list[int]) -> set[int]:
    statement = select(CallbackAttempt.account_id).where(
        CallbackAttempt.ended_at.is_(None), CallbackAttempt.account_id.in_(account_ids)
    )
    return {account_id for account_id in session.scalars(statement) if account_id is not None}


def _last_rung(session: Session, account_ids: list[int]) -> dict[int, datetime]:
    statement = (
        select(CallbackAttempt.account_id, func.max(CallbackAttempt.started_at))
        .where(CallbackAttempt.account_id.in_(account_ids))
        .group_by(CallbackAttempt.account_id)
    )
    return {account_id: at for account_id, at in session.execute(statement) if account_id is not None}


def _passed_since(session: Session, callback: Callback, since: datetime) -> set[int]:
    statement = select(CallbackAttempt.account_id).where(
        CallbackAttempt.callback_id == callback.id,
        CallbackAttempt.outcome == Outcome.AGENT_NOT_ACCEPTED,
        CallbackAttempt.ended_at > since,
    )
    return {account_id for account_id in session.scalars(statement) if account_id is not None}


def _at_work(session: Session, account_ids: list[int], now: datetime) -> set[int]:
    shifts: dict[int, list[Hours]] = {}
    for shift in session.scalars(select(Shift).where(Shift.account_id.in_(account_ids))):
        hours = Hours(shift.weekday, shift.starts, shift.ends, ZoneInfo(shift.zone))
        shifts.setdefault(shift.account_id, []).append(hours)
    away: dict[int, list[Away]] = {}
    for absence in session.scalars(select(Absence).where(Absence.account_id.in_(account_ids), Absence.ends_at > now)):
        away.setdefault(absence.account_id, []).append(Away(absence.starts_at, absence.ends_at))
    return {account_id for account_id in shifts if on_shift(shifts[account_id], away.get(account_id, ()), now)}
