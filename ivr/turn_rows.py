"""A turn of the conversation → the values its statement writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from callflows.flow import Turn
from callflows.outcomes import CallbackWanted, Ended, JoinTicket, Matter, MessageExpected, Unrecorded
from ivr.forms import Parties
from tickets.turns import TurnRow

RECORDING_DEADLINE = timedelta(minutes=10)
"""How long after the longest message possible its recording may take to arrive before it counts as missing."""
WORK_LEFT = frozenset({"message_left", "callback_requested"})
"""Ends that leave work: somebody is given the ticket at once, not only when the call's end is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose call this is: the brand, its departments' ids by key, and the one that takes what nobody chose."""

    brand_id: int
    departments: Mapping[str, int]
    default_department: str

    def id_of(self, key: str | None) -> int | None:
        """A department's id; an unknown key falls to the default one: the ticket must have a home."""
        if key is None:
            return None
        return self.departments.get(key, self.departments.get(self.default_department))


def turn_values(
    turn: Turn,
    *,
    number: int,
    answer: Mapping[str, Any],
    parties: Parties,
    place: Place,
    flow: str,
    revision: str,
    step: str,
    now: datetime,
    demo: bool,
) -> dict[str, Any]:
    """All parameters of `ivr.statements.TURN`. number: of the turn; step: the one that heard the caller."""
    matters = [item for item in turn.outcomes.items if isinstance(item, Matter)]
    joins = [item.number for item in turn.outcomes.items if isinstance(item, JoinTicket)]
    callbacks = [item for item in turn.outcomes.items if isinstance(item, CallbackWanted)]
    messages = [item for item in turn.outcomes.items if isinstance(item, MessageExpected)]
    ends = [item.outcome for item in turn.outcomes.items if isinstance(item, Ended)]
    about: list[Matter | CallbackWanted | MessageExpected] = [*matters, *callbacks, *messages]
    department = _last(item.department for item in about)
    matter = bool(matters or joins or callbacks or messages)
    if matter and department is None and not joins:
        department = place.default_department
    outcome = ends[-1] if ends else None
    longest = max((item.longest for item in messages), default=0)
    row = TurnRow(
        brand_id=place.brand_id,
        account_sid=parties.account_sid,
        first_sid=parties.first_sid,
        leg_sid=parties.call_sid,
        parent_sid=parties.parent_sid,
        turn=number,
        now=now,
        recorded_at=now,
        direction=parties.direction,
        caller=parties.caller,
        called=parties.called,
        withheld=parties.withheld,
        attestation=parties.attestation,
        flow=flow,
        flow_revision=revision,
        step=step,
        note=turn.note,
        answer=Jsonb(answer),
        matter=matter,
        join=joins[-1] if joins else None,
        department_id=place.id_of(department),
        subject=_last(item.subject for item in matters),
        reason=_last(item.reason for item in matters),
        priority=_last(item.priority for item in matters),
        tags=sorted({tag for item in matters for tag in item.tags}),
        unrecorded=any(isinstance(item, Unrecorded) for item in turn.outcomes.items),
        outcome=outcome,
        demo=demo,
        events=Jsonb(list(_events(turn, number, parties, flow, revision, step))),
    )
    jobs = (["identify_caller"] if matter else []) + (["assign_ticket"] if outcome in WORK_LEFT else [])
    return {
        **{name: getattr(row, name) for name in row.__dataclass_fields__},
        "part": str(number),
        "expects_recording": bool(messages),
        "deadline_at": now + timedelta(seconds=longest) + RECORDING_DEADLINE,
        "callback_number": callbacks[-1].number if callbacks else None,
        "callback_department_id": place.id_of(department) if callbacks else None,
        "jobs": jobs,
        "job_key": str(number),
    }


def _events(turn: Turn, number: int, parties: Parties, flow: str, revision: str, step: str) -> list[dict[str, Any]]:
    path = [{"step": passed.step, "choice": passed.choice} for passed in turn.outcomes.path]
    events: list[dict[str, Any]] = []
    if number == 0:
        facts = {"flow": flow, "revision": revision, "withheld": parties.withheld, "path": path}
        content = {"from": parties.caller, "to": parties.called}
        events.append({"type": "call_started", "actor": "caller", "facts": facts, "content": content})
    else:
        facts = {"turn": number, "step": step, "path": path}
        events.append({"type": "caller_turn", "actor": "caller", "facts": facts, "content": {"heard": turn.note}})
    for item in turn.outcomes.items:
        match item:
            case MessageExpected():
                events.append(_event("message_invited", {"part": str(number)}))
            case CallbackWanted():
                events.append(_event("callback_requested", {"department": item.department}, {"number": item.number}))
            case Unrecorded():
                events.append(_event("recording_refused", {}))
            case JoinTicket():
                events.append(_event("ticket_joined", {"number": item.number}))
            case Ended():
                events.append(_event("line_ended_call", {"outcome": item.outcome}))
            case Matter():
                facts = {"department": item.department, "reason": item.reason}
                events.append(_event("matter_known", {name: word for name, word in facts.items() if word}))
    return events


def _event(type: str, facts: dict[str, Any], content: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": type, "actor": "caller", "facts": facts, "content": content or {}}


def _last(values: Any) -> Any:
    """The last value that says something."""
    return next((value for value in reversed(list(values)) if value is not None), None)
