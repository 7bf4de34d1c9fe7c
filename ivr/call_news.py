"""What the carrier tells about calls and recordings, written down in one statement each."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from ivr.forms import Parties, RecordingNews, StatusChange
from recordings.ordering import FETCH_WITHIN
from tickets.call_events import StatusRow


def status_values(
    change: StatusChange, *, brand_id: int, default_department_id: int | None, demo: bool, now: datetime
) -> dict[str, Any]:
    """All parameters of `ivr.statements.STATUS`."""
    parties = change.parties
    row = StatusRow(
        brand_id=brand_id,
        account_sid=parties.account_sid,
        first_sid=parties.first_sid,
        leg_sid=parties.call_sid,
        parent_sid=parties.parent_sid,
        direction=parties.direction,
        caller=parties.caller,
        called=parties.called,
        withheld=parties.withheld,
        attestation=parties.attestation,
        status=change.status,
        sequence=change.sequence,
        duration=change.duration,
        happened_at=believable(change.happened_at, now),
        recorded_at=now,
        default_department_id=default_department_id,
        demo=demo,
    )
    return {
        **{field.name: getattr(row, field.name) for field in fields(row)},
        "is_first_leg": row.is_first_leg,
        "is_terminal": row.is_terminal,
        "ends_call": row.ends_call,
        "jobs": ["identify_caller", "assign_ticket"] if row.ends_call else [],
        "job_key": change.status,
    }


def recording_values(
    news: RecordingNews, *, brand_id: int, expected_deadline: timedelta, demo: bool, now: datetime
) -> dict[str, Any]:
    """All parameters of `ivr.statements.RECORDING`."""
    parties = news.parties
    ready, gone = news.status == "completed", news.status in ("absent", "failed")
    kind = "message" if news.source in (None, "RecordVerb") else "call"
    return {
        "brand_id": brand_id,
        "account_sid": parties.account_sid,
        "first_sid": parties.first_sid,
        "leg_sid": parties.call_sid,
        "message": kind == "message" and ready and news.duration != 0,
        "now": now,
        "demo": demo,
        "part": news.part,
        "recording_sid": news.recording_sid,
        "kind": kind,
        "state": "ready" if ready else "expected",
        "source": news.source,
        "channels": news.channels,
        "seconds": news.duration,
        "deadline_at": now + (FETCH_WITHIN if ready else timedelta(0) if gone else expected_deadline),
        "failure": news.status if gone else None,
        "job": "fetch_recording" if ready else None,
    }


def another_part(values: dict[str, Any]) -> dict[str, Any]:
    """The same news for a part of its own: the carrier made a second recording where one was ordered."""
    return {**values, "part": values["recording_sid"]}


def whose(parties: Parties) -> str | None:
    """The number of ours on this call: the one called, or on outbound calls the one shown."""
    return parties.called if parties.direction == "inbound" else parties.caller


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """The carrier's time of an event, unless its clock or ours is more than a day off."""
    return moment if moment and abs(now - moment) < timedelta(days=1) else None
