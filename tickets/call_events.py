"""The record's part of call progress events: SQL fragments that move a call and its legs to their end.

s  the event, by its natural key: a repeat returns nothing, and so nothing else happens.
c  the call: the first leg's events move it; the end draws a ticket's id where there is none, so that the constraint
   ``call.over_has_ticket`` always holds.   l  the leg.   k  the ticket of a call whose matter was never known.
"""

from dataclasses import dataclass
from datetime import datetime

from tickets.call_moves import TERMINAL, moved

EVENT = """
s as (
  insert into carrier_event (account_sid, leg_sid, status, sequence, happened_at, recorded_at)
  values (%(account_sid)s, %(leg_sid)s, %(status)s, %(sequence)s, %(happened_at)s, %(recorded_at)s)
  on conflict do nothing returning 1
)"""

AT = "coalesce(%(happened_at)s, %(recorded_at)s)"
BEGAN = f"{AT} - make_interval(secs => coalesce(%(duration)s, 0))"
ANSWERED = f"case %(status)s when 'in_progress' then {AT} when 'completed' then {BEGAN} end"
"""An event that tells a length is the end: what it ended began, as far as is known, that much earlier."""

CALL = f"""
c as (
  insert into call as c (
    brand_id, account_sid, sid, direction, from_number, to_number, withheld, status, ticket_id, department_id,
    attestation, demo, started_at, answered_at, ended_at, last_seen_at, duration)
  -- A second leg has parties and a direction of its own: they say nothing about the call.
  select %(brand_id)s, %(account_sid)s, %(first_sid)s, case when %(is_first_leg)s then %(direction)s else 'inbound' end,
    case when %(is_first_leg)s then %(caller)s end, case when %(is_first_leg)s then %(called)s end,
    %(is_first_leg)s and %(withheld)s,
    case when %(is_first_leg)s then %(status)s else 'in_progress' end,
    case when %(ends_call)s then coalesce(
      (select x.ticket_id from call x where x.account_sid = %(account_sid)s and x.sid = %(first_sid)s),
      nextval('ticket_id_seq')) end,
    null, %(attestation)s, %(demo)s, {BEGAN}, case when %(is_first_leg)s then {ANSWERED} end,
    case when %(ends_call)s then {AT} end, %(recorded_at)s,
    case when %(ends_call)s then %(duration)s end
  from s
  on conflict (account_sid, sid) do update set
    from_number = coalesce(c.from_number, excluded.from_number),
    to_number = coalesce(c.to_number, excluded.to_number),
    withheld = c.withheld or excluded.withheld,
    status = case when %(is_first_leg)s then {moved("c.status", "excluded.status")} else c.status end,
    ticket_id = coalesce(c.ticket_id, excluded.ticket_id),
    answered_at = coalesce(c.answered_at, excluded.answered_at),
    ended_at = coalesce(c.ended_at, excluded.ended_at),
    duration = coalesce(c.duration, excluded.duration),
    last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at)
  returning c.id, c.brand_id, c.ticket_id, c.from_number, c.department_id, c.demo, c.status, c.ended_at
)"""

LEG = f"""
l as (
  insert into leg as l (
    call_id, account_sid, sid, role, parent_sid, from_number, to_number, status, started_at, answered_at, ended_at,
    duration)
  select c.id, %(account_sid)s, %(leg_sid)s, case when %(is_first_leg)s then 'caller' else 'outside' end,
    %(parent_sid)s, %(caller)s, %(called)s, %(status)s, {BEGAN}, {ANSWERED}, case when %(is_terminal)s then {AT} end,
    case when %(is_terminal)s then %(duration)s end
  from c
  on conflict (account_sid, sid) do update set
    status = {moved("l.status", "excluded.status")},
    answered_at = coalesce(l.answered_at, excluded.answered_at),
    ended_at = coalesce(l.ended_at, excluded.ended_at),
    duration = coalesce(l.duration, excluded.duration)
)"""

TICKET = """
k as (
  insert into ticket as k (
    id, brand_id, number, department_id, channel, caller, reason, born_call_id, demo, created_at, updated_at)
  select c.ticket_id, c.brand_id, c.ticket_id, coalesce(c.department_id, %(default_department_id)s), 'phone',
    c.from_number, 'missed_call', c.id, c.demo, %(recorded_at)s, %(recorded_at)s
  from c where %(ends_call)s and c.ticket_id is not null
  on conflict (id) do nothing
  returning k.id, k.brand_id, k.number
)"""

EVENTS = f"""
e as (
  insert into event (brand_id, ticket_id, call_id, type, happened_at, recorded_at, actor, facts)
  select c.brand_id, c.ticket_id, c.id, 'call_ended', {AT}, %(recorded_at)s, 'carrier',
    jsonb_build_object('status', c.status, 'duration', %(duration)s)
  -- Told by the event that ended it, not by a second, different end, nor after silence was taken for the end.
  from c where %(ends_call)s and c.status = %(status)s and c.ended_at = {AT}
), eo as (
  insert into event (brand_id, ticket_id, call_id, type, happened_at, recorded_at, facts)
  select k.brand_id, k.id, c.id, 'ticket_opened', {AT}, %(recorded_at)s,
    jsonb_build_object('number', k.number)
  from c, k
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """All the record keeps of one call progress event; `ends_call`: it is the end of the first leg."""

    brand_id: int
    account_sid: str
    first_sid: str
    leg_sid: str
    parent_sid: str | None
    direction: str
    caller: str | None
    called: str | None
    withheld: bool
    attestation: str | None
    status: str
    sequence: int
    duration: int | None
    happened_at: datetime | None
    recorded_at: datetime
    default_department_id: int | None
    demo: bool

    @property
    def is_first_leg(self) -> bool:
        return self.leg_sid == self.first_sid

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def ends_call(self) -> bool:
        return self.is_first_leg and self.is_terminal
