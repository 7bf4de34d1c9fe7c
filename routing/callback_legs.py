"""The legs of a call we placed, the agent's and the customer's below it. Events may come twice, late, or never."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.callback_rows import Under
from tickets.call_moves import TERMINAL, may_move
from tickets.models import CarrierEvent, Leg, LegRole
from tickets.timeline import add_event


@dataclass(frozen=True, slots=True, kw_only=True)
class LegNews:
    """What the carrier said about one leg. `status` is ours (``in_progress``); `duration` in seconds, at its end."""

    sid: str
    role: LegRole
    status: str
    sequence: int = 0
    happened_at: datetime | None = None
    duration: int | None = None
    sip_code: str | None = None
    """The network's answer at the end (RFC 3261), such as 404 for a number nobody has."""


def attach(session: Session, under: Under, *, sid: str, began_at: datetime) -> bool:
    """Learn the carrier's id of the agent's leg, from its answer or from a webhook that was quicker.

    False when this attempt has another id already: then the event is not about it.
    """
    attempt, call = under.attempt, under.call
    if attempt.sid is not None:
        return attempt.sid == sid
    attempt.sid = call.sid = sid
    session.flush()
    _leg(session, under, sid=sid, role=LegRole.AGENT, status="queued", at=began_at)
    return True


def agent_leg(session: Session, under: Under) -> Leg | None:
    """The agent's leg, once the carrier has named it."""
    return _of_role(session, under, LegRole.AGENT)


def customer_leg(session: Session, under: Under) -> Leg | None:
    """The customer's leg, once the carrier has told of it."""
    return _of_role(session, under, LegRole.OUTSIDE)


def is_over(leg: Leg | None) -> bool:
    """Whether the leg is known to have ended."""
    return leg is not None and leg.status in TERMINAL


def is_new(session: Session, under: Under, news: LegNews, *, now: datetime) -> bool:
    """Keep the carrier's event under its natural key; False for a repeat."""
    statement = (
        insert(CarrierEvent)
        .values(
            account_sid=under.call.account_sid,
            leg_sid=news.sid,
            status=news.status,
            sequence=news.sequence,
            happened_at=news.happened_at,
            recorded_at=now,
        )
        .on_conflict_do_nothing()
        .returning(CarrierEvent.leg_sid)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def note(session: Session, under: Under, news: LegNews, *, now: datetime) -> Leg:
    """Bring a leg up to date by the table of moves; what came late changes nothing that is known already."""
    at = news.happened_at or now
    leg = _leg(session, under, sid=news.sid, role=news.role, status="queued", at=at)
    if may_move(leg.status, news.status):
        leg.status = news.status
    if news.status in ("in_progress", "completed") and leg.answered_at is None:
        leg.answered_at = at
    if news.status in TERMINAL and leg.ended_at is None:
        leg.ended_at = at
    leg.duration = leg.duration if news.duration is None else news.duration
    _note_call(session, under, leg, now=now)
    session.flush()
    return leg


def note_whole(session: Session, under: Under, news: LegNews, *, now: datetime) -> Leg:
    """Note the end of a leg of which nothing may have been told before: one that lasted was answered, as long ago."""
    if news.duration and news.happened_at is not None:
        answered_at = news.happened_at - timedelta(seconds=news.duration)
        note(session, under, replace(news, status="in_progress", happened_at=answered_at, duration=None), now=now)
    return note(session, under, news, now=now)


def settle(session: Session, under: Under, leg: Leg, news: LegNews, *, now: datetime) -> bool:
    """Take the end of a leg from the carrier's books; False when it is known already.

    An end without a duration was guessed here: the true one takes its place, also on the call.
    """
    was_guessed = leg.ended_at is not None
    if was_guessed and (leg.duration is not None or news.duration is None):
        return False
    call_was_guessed = leg.role == LegRole.AGENT and under.call.ended_at is not None
    note_whole(session, under, news, now=now)
    if was_guessed:
        leg.status, leg.ended_at = news.status, news.happened_at or leg.ended_at
    if call_was_guessed:
        under.call.status, under.call.ended_at, under.call.duration = leg.status, leg.ended_at, leg.duration
    session.flush()
    return True


def _note_call(session: Session, under: Under, leg: Leg, *, now: datetime) -> None:
    """The call lives as long as its first leg, the agent's; it is answered when the customer answers."""
    call = under.call
    call.last_seen_at = max(call.last_seen_at, now)
    if leg.role == LegRole.OUTSIDE:
        call.answered_at = call.answered_at or leg.answered_at
        return
    if may_move(call.status, leg.status):
        call.status = leg.status
    if not is_over(leg) or call.ended_at is not None:
        return
    call.ended_at, call.duration = leg.ended_at, leg.duration
    add_event(
        session,
        type="call_ended",
        brand_id=call.brand_id,
        ticket_id=call.ticket_id,
        call_id=call.id,
        happened_at=leg.ended_at or now,
        recorded_at=now,
        actor="carrier",
        facts={"status": call.status, "duration": call.duration},
    )


def _of_role(session: Session, under: Under, role: LegRole) -> Leg | None:
    return session.scalar(
        select(Leg).where(Leg.call_id == under.call.id, Leg.role == role).order_by(Leg.id.desc()).limit(1)
    )


def _leg(session: Session, under: Under, *, sid: str, role: LegRole, status: str, at: datetime) -> Leg:
    """The leg's row, made where there is none; the callback's lock keeps two webhooks from making it at once."""
    known = session.scalar(select(Leg).where(Leg.account_sid == under.call.account_sid, Leg.sid == sid))
    if known is not None:
        return known
    leg = Leg(
        call_id=under.call.id,
        account_sid=under.call.account_sid,
        sid=sid,
        role=role,
        parent_sid=under.attempt.sid if role == LegRole.OUTSIDE else None,
        from_number=under.call.from_number,
        to_number=under.callback.e164 if role == LegRole.OUTSIDE else None,
        status=status,
        started_at=at,
    )
    session.add(leg)
    session.flush()
    return leg
