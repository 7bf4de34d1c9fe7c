"""Values for the caller's statements, with sensible defaults."""

from datetime import timedelta

from psycopg.types.json import Jsonb

from tests.clock import MONDAY_MORNING

ACCOUNT = "AC" + "0" * 32
CALLER, CALLED = "+14155550100", "+14155550199"


def turn(brand_id, number=0, *, sid="CA1", answer=None, **changed):
    row = {
        "account_sid": ACCOUNT, "first_sid": sid, "leg_sid": sid, "parent_sid": None, "turn": number,
        "now": MONDAY_MORNING + timedelta(seconds=number), "recorded_at": MONDAY_MORNING, "step": "menu", "note": "",
        "answer": Jsonb(answer or {"number": number}), "brand_id": brand_id, "direction": "inbound", "caller": CALLER,
        "called": CALLED, "withheld": False, "flow": "main", "flow_revision": "r1", "department_id": None,
        "unrecorded": False, "attestation": None, "outcome": None, "demo": False, "matter": False, "join": None,
        "subject": None, "reason": None, "priority": None, "tags": [],
        "events": Jsonb([{"type": "caller_turn", "actor": "caller", "facts": {"turn": number}}]),
        "expects_recording": False, "part": str(number), "deadline_at": MONDAY_MORNING + timedelta(minutes=10),
        "callback_number": None, "callback_department_id": None, "jobs": [], "job_key": str(number),
    }  # fmt: skip
    return row | changed


def status(brand_id, word="completed", *, sid="CA1", first_sid=None, sequence=0, **changed):
    first = first_sid or sid
    terminal = word in ("completed", "busy", "failed", "no_answer", "canceled")
    row = {
        "brand_id": brand_id, "account_sid": ACCOUNT, "first_sid": first, "leg_sid": sid,
        "parent_sid": first_sid, "direction": "inbound", "caller": CALLER, "called": CALLED, "withheld": False,
        "attestation": None, "status": word, "sequence": sequence, "duration": 13 if terminal else None,
        "happened_at": None, "recorded_at": MONDAY_MORNING + timedelta(seconds=30), "default_department_id": None,
        "demo": False, "is_first_leg": first == sid, "is_terminal": terminal, "ends_call": terminal and first == sid,
        "jobs": ["assign_ticket"] if terminal else [], "job_key": word,
    }  # fmt: skip
    return row | changed


def recording(brand_id, state="ready", *, sid="CA1", part="2", recording_sid="RE1", **changed):
    row = {
        "brand_id": brand_id, "account_sid": ACCOUNT, "first_sid": sid, "leg_sid": sid,
        "now": MONDAY_MORNING + timedelta(seconds=20), "demo": False, "part": part, "recording_sid": recording_sid,
        "message": state == "ready", "kind": "message", "state": state, "source": "RecordVerb", "channels": 1,
        "seconds": 3.5,
        "deadline_at": MONDAY_MORNING + timedelta(days=1), "failure": None,
        "job": "fetch_recording" if state == "ready" else None,
    }  # fmt: skip
    return row | changed


def is_turn(statement: str) -> bool:
    """Whether this writes a turn, in whole or without what its values leave out."""
    return "insert into turn as t" in statement
