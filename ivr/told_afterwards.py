"""One line of the carrier's lists, taken as the webhook that ought to have told it: same parser, values, statement.

A webhook that comes late all the same finds its own key taken and changes nothing, and the other way round.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.carrier_lists import ListedCall, ListedRecording
from ivr import statements
from ivr.call_news import another_part, recording_values, status_values, whose
from ivr.forms import STATUSES, RecordingNews, StatusChange, recording_news, status_change
from ivr.turn_rows import RECORDING_DEADLINE
from people.directory import Directory
from people.directory_loading import InSession
from recordings.bringing_back import bring_back
from recordings.models import Recording, RecordingState
from routing.callback_customer_calls import settle_late
from routing.callback_finding import CLOCKS, attempts_of
from routing.callback_legs import LegNews, attach, note_whole, settle
from routing.callback_rows import locked_attempt
from routing.dial_outcomes import outcome_of_dial
from routing.models import CallbackAttempt
from tickets.models import Call, Leg, LegRole
from tickets.timeline import add_event


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was repaired, and on which.

    ``call`` (never heard of), its ``end`` or ``duration``, ``leg`` (of a call we placed), ``recording``, ``fetch``.
    """

    what: str
    sid: str
    call_id: int


def tell_end(
    session: Session, *, listed: ListedCall, directory: Directory, demo: bool, now: datetime
) -> Repaired | None:
    """Write the end of an inbound call that was never told, and the call where it was never heard of.

    None when a webhook was quicker. Raises `ivr.forms.FormProblem` when the line says nothing of use.
    """
    change = status_change(_status_form(listed))
    known = session.execute(
        select(Call.id, Call.ended_at, Call.duration, Call.last_seen_at)
        .where(Call.account_sid == listed.account_sid, Call.sid == listed.sid)
        .with_for_update()
    ).one_or_none()
    if known is not None and known.ended_at is not None and known.duration is not None:
        return None
    values = _status_values(change, listed, directory, demo, now)
    [(fresh, call_id, _ticket)] = InSession(session).execute(statements.STATUS, values)
    if not fresh:
        return None
    what = "call" if known is None else "end" if known.ended_at is None else "duration"
    _note(session, call_id, what, {}, seen_at=known.last_seen_at if known else listed.ended_at or now, now=now)
    return Repaired(what, listed.sid, call_id)


def tell_leg(session: Session, *, listed: ListedCall, now: datetime) -> Repaired | None:
    """Write the end of a leg of a call we placed that was never told, or only guessed; the sweep ends its attempt.

    The customer's leg, below one that is known, is written whole where nothing of it was told; so is the agent's, where
    an attempt waits for the id of just such a call. None when a webhook was quicker, or no attempt made the call.
    """
    attempt_id = _attempt_of(session, listed)
    under = locked_attempt(session, attempt_id) if attempt_id is not None else None
    if under is None:
        return None
    if listed.parent_sid is None and not attach(session, under, sid=listed.sid, began_at=listed.created_at or now):
        return None
    leg = session.scalar(select(Leg).where(Leg.account_sid == listed.account_sid, Leg.sid == listed.sid))
    seen_at = under.call.last_seen_at
    news = LegNews(
        sid=listed.sid,
        role=LegRole(leg.role) if leg is not None else LegRole.OUTSIDE,
        status=STATUSES[listed.status],
        happened_at=listed.ended_at,
        duration=listed.duration,
    )
    if leg is None:
        note_whole(session, under, news, now=now)
    elif not settle(session, under, leg, news, now=now):
        return None
    if news.role == LegRole.OUTSIDE:
        settle_late(session, under, outcome_of_dial(listed.status), now=now)
    _note(session, under.call.id, "leg", {}, seen_at=seen_at, now=now)
    return Repaired("leg", listed.sid, under.call.id)


def tell_recording(session: Session, *, listed: ListedRecording, demo: bool, now: datetime) -> Repaired | None:
    """Write news of a recording that was never told of, or have one fetched that counts as missing.

    None when there is nothing to repair. Its call must be known. Raises `ivr.forms.FormProblem` like `tell_end`.
    """
    call = session.scalars(
        select(Call)
        .join(Leg, Leg.call_id == Call.id)
        .where(Leg.account_sid == listed.account_sid, Leg.sid == listed.call_sid)
        .with_for_update(of=Call)  # whoever hears of a recording by webhook waits for the same row
    ).one()
    row = session.scalar(
        select(Recording).where(Recording.account_sid == listed.account_sid, Recording.sid == listed.sid)
    )
    seen_at = call.last_seen_at
    if row is not None and row.state == RecordingState.MISSING:
        if listed.status != "completed" or not bring_back(session, recording_id=row.id, now=now):
            return None
        _note(session, call.id, "fetch", {"recording": row.id}, seen_at=seen_at, now=now)
        return Repaired("fetch", listed.sid, call.id)
    if row is not None and (row.state != RecordingState.EXPECTED or row.failure is not None):
        return None
    form = _recording_form(listed, call.sid)
    news = recording_news(form, row.part if row is not None else _part(session, listed))
    recording_id = _write(session, news, call.brand_id, demo, now)
    _note(session, call.id, "recording", {"recording": recording_id}, seen_at=seen_at, now=now)
    return Repaired("recording", listed.sid, call.id)


def _attempt_of(session: Session, listed: ListedCall) -> int | None:
    """The attempt that made the call: by the id of one of its legs, else by who was rung, and when."""
    known = session.scalar(
        select(CallbackAttempt.id)
        .join(Leg, Leg.call_id == CallbackAttempt.call_id)
        .where(Leg.account_sid == listed.account_sid)
        .where(Leg.sid.in_([sid for sid in (listed.sid, listed.parent_sid) if sid]))
        .limit(1)
    )
    return known or attempts_of(session, [listed], account_sid=listed.account_sid).get(listed.sid)


def _status_form(listed: ListedCall) -> dict[str, str]:
    form = {
        "AccountSid": listed.account_sid,
        "CallSid": listed.sid,
        "From": listed.from_,
        "To": listed.to,
        "Direction": listed.direction,
        "CallStatus": listed.status,
        # The number of the one event that an inbound call's number asks for: a late webhook has the same key.
        "SequenceNumber": "0",
        "Timestamp": format_datetime(listed.ended_at) if listed.ended_at else "",
    }
    return form | ({"CallDuration": str(listed.duration)} if listed.duration is not None else {})


def _status_values(
    change: StatusChange, listed: ListedCall, directory: Directory, demo: bool, now: datetime
) -> dict[str, Any]:
    brand = directory.brand_of(whose(change.parties))
    values = status_values(
        change,
        brand_id=brand.id,
        default_department_id=directory.department_ids(brand).get(directory.default_department(brand)),
        demo=demo,
        now=now,
    )
    # A list may tell of last week's call; a webhook of last week would be a clock gone wrong.
    return {**values, "happened_at": listed.ended_at if listed.ended_at and listed.ended_at <= now else None}


def _recording_form(listed: ListedRecording, first_sid: str) -> dict[str, str]:
    form = {
        "AccountSid": listed.account_sid,
        "CallSid": listed.call_sid,
        "RecordingSid": listed.sid,
        "RecordingStatus": listed.status,
        "RecordingSource": listed.source,
    }
    if listed.call_sid != first_sid:
        form["ParentCallSid"] = first_sid
    if listed.duration is not None:
        form["RecordingDuration"] = str(listed.duration)
    if listed.channels is not None:
        form["RecordingChannels"] = str(listed.channels)
    return form


def _part(session: Session, listed: ListedRecording) -> str:
    """The turn that ordered it: the last one on its leg before it began that still waits; "" where none does.

    The list does not tell the address that the webhook would have come to, which names the turn.
    """
    kind = "message" if listed.source in ("", "RecordVerb") else "call"
    waiting = session.execute(
        select(Recording.part, Recording.expected_at)
        .where(
            Recording.account_sid == listed.account_sid,
            Recording.leg_sid == listed.call_sid,
            Recording.sid.is_(None),
            Recording.kind == kind,
            Recording.state.in_((RecordingState.EXPECTED, RecordingState.MISSING)),
        )
        .order_by(Recording.expected_at, Recording.id)
    ).all()
    before = [part for part, at in waiting if listed.began_at is not None and at <= listed.began_at + CLOCKS]
    if before:
        return str(before[-1])
    return str(waiting[0].part) if len(waiting) == 1 else ""


def _write(session: Session, news: RecordingNews, brand_id: int, demo: bool, now: datetime) -> int | None:
    values = recording_values(news, brand_id=brand_id, expected_deadline=RECORDING_DEADLINE, demo=demo, now=now)
    rows = InSession(session).execute(statements.RECORDING, values)
    if rows[0][0] is None:
        rows = InSession(session).execute(statements.RECORDING, another_part(values))
    written: int | None = rows[0][0]
    return written


def _note(
    session: Session, call_id: int, what: str, facts: dict[str, Any], *, seen_at: datetime, now: datetime
) -> None:
    """Say on the timeline that nobody told it in time. A list is no sign of life: that of a webhook stays."""
    session.flush()
    session.expire_all()
    call = session.get_one(Call, call_id)
    session.execute(update(Call).where(Call.id == call_id).values(last_seen_at=seen_at))
    add_event(session, type="told_afterwards", brand_id=call.brand_id, ticket_id=call.ticket_id, call_id=call_id,
              happened_at=now, facts={"what": what, **facts})  # fmt: skip
