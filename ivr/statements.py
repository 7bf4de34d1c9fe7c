"""The statements of the caller's path: each room's fragments put together, so that a webhook is one round trip."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from core import outbox_sql
from recordings import ordering
from routing import wanting
from tickets import call_events, sightings, turns

TYPES = {
    "text": "account_sid first_sid leg_sid parent_sid step note direction caller called attestation flow flow_revision "
    "subject reason outcome part callback_number job_key job status recording_sid kind state source failure",
    "bigint": "brand_id department_id callback_department_id default_department_id join",
    "integer": "turn sequence duration channels priority",
    "double precision": "seconds",
    "boolean": "withheld matter unrecorded demo expects_recording message is_first_leg is_terminal ends_call",
    "timestamptz": "now recorded_at happened_at deadline_at",
    "jsonb": "answer events",
    "text[]": "tags jobs",
}
"""PostgreSQL types of the parameters: a null says nothing of its type, and every parameter may be one somewhere."""


def _typed(statement: str) -> str:
    types = {name: kind for kind, names in TYPES.items() for name in names.split()}
    return re.sub(r"%\((\w+)\)s(?!::)", lambda found: f"{found[0]}::{types[found[1]]}", statement)


def _with(*parts: str, then: str) -> str:
    return _typed("with" + ",".join(parts) + then)


@cache
def _turn(*, matter: bool, recording: bool, callback: bool) -> str:
    """In this order: the server runs parts nobody reads from the last to the first, and rows are numbered so."""
    return _with(
        turns.TURN,
        turns.CALL,
        turns.LEG,
        *([turns.TICKET] if matter else []),
        turns.EVENTS,
        *([turns.TICKET_OPENED] if matter else []),
        *([ordering.EXPECTED] if recording else []),
        *([wanting.CALLBACK] if callback else []),
        outbox_sql.CALL_JOBS,
        *([outbox_sql.CALLBACK_JOB] if callback else []),
        then=" select t.answer, t.fresh, c.id, "
        + ("k.number from t left join c on true left join k on true" if matter else "null from t left join c on true"),
    )


TURN = _turn(matter=True, recording=True, callback=True)
"""Writes a turn and all it means. Returns the stored answer, whether it was fresh, call id and ticket number."""


def turn(values: Mapping[str, Any]) -> str:
    """`TURN` without the parts that would write nothing of these values.

    The server makes every table of a statement ready with all its indexes, rows or no rows: a ticket's alone cost
    more than all that a step through a menu writes. Each of the eight is kept prepared by each connection that met it,
    at about half a megabyte of the server's memory.
    """
    return _turn(
        matter=bool(values["matter"]),
        recording=bool(values["expects_recording"]),
        callback=values["callback_number"] is not None,
    )


STATUS = _with(
    call_events.EVENT,
    call_events.CALL,
    call_events.LEG,
    call_events.TICKET,
    call_events.EVENTS,
    outbox_sql.CALL_JOBS,
    then=" select (select count(*) from s), c.id, c.ticket_id from (select 1) as one left join c on true",
)
"""Writes a call progress event. Returns 1 for a new event, 0 for a repeat, then the call's and its ticket's id."""

RECORDING = _with(
    sightings.SIGHTING,
    sightings.LEG,
    ordering.NEWS,
    outbox_sql.RECORDING_JOB,
    outbox_sql.MESSAGE_JOB,
    ordering.EVENTS,
    then=" select r.id, r.state from c left join r on true",
)
"""Writes news of a recording. Returns its id and state; None when the part already belongs to another recording."""

FACTS = _typed("""
select
  (select jsonb_agg(jsonb_build_array(x.number, x.status, x.created_at) order by x.over, x.number desc)
   from (select k.number, k.status, k.created_at, k.status in ('solved', 'closed') as over from ticket k
         where k.brand_id = %(brand_id)s and k.caller = %(caller)s and k.status not in ('merged', 'spam')
         order by over, k.id desc limit 20) x),
  (select k.number from call c join ticket k on k.id = c.ticket_id
   where c.account_sid = %(account_sid)s and c.sid = %(first_sid)s)
""")
"""Reads what a step may want to know: tickets opened from exactly this number, and this call's own ticket."""
