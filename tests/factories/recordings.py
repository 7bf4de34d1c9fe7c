"""Recordings in any state."""

from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from recordings.models import Recording, RecordingState
from tests.clock import MONDAY_MORNING
from tickets.models import Call

_numbers = count(1)


def make_recording(session: Session, call: Call, *, state: str = RecordingState.EXPECTED, **columns: Any) -> Recording:
    """A message of `call`, with all that its `state` implies: a SID once ready, bytes and digest once stored."""
    recording = Recording(**_defaults(call) | _implied(state) | columns)
    session.add(recording)
    session.flush()
    return recording


def _defaults(call: Call) -> dict[str, Any]:
    return {
        "brand_id": call.brand_id,
        "call_id": call.id,
        "account_sid": call.account_sid,
        "leg_sid": call.sid,
        "part": str(next(_numbers)),
        "kind": "message",
        "expected_at": MONDAY_MORNING,
        "deadline_at": MONDAY_MORNING + timedelta(minutes=10),
    }


def _implied(state: str) -> dict[str, Any]:
    n = next(_numbers)
    implied: dict[str, Any] = {"state": state}
    if state in (RecordingState.READY, RecordingState.STORED, RecordingState.DELETED):
        implied |= {"sid": f"RE{n:032x}", "ready_at": MONDAY_MORNING, "duration": 4.0, "channels": 1}
    if state in (RecordingState.STORED, RecordingState.DELETED):
        implied |= {
            "stored_at": MONDAY_MORNING,
            "bytes": 64044,
            "sha256": f"{n:064x}",
            "storage_key": f"recordings/{n}.wav",
        }
    if state == RecordingState.DELETED:
        implied |= {"deleted_at": MONDAY_MORNING, "storage_key": None}
    return implied
