"""The record's part of the caller's path: SQL fragments that write a turn, its call and leg, its ticket and events.

`ivr/statements.py` puts them together with the fragments of other rooms into one statement: one round trip, one
commit. Each part reads from the one before it, which orders the locks (docs/decisions/0002-one-statement.md):

t  the turn, by its natural key. The first writer wins; a repeat gets what is stored, also under a race.
c  the call, only from a fresh turn. Its ticket's id is drawn here when the turn gives birth to it.
l  the leg.   k  the ticket, born or told more.   e, eo  the timeline.

Parameters are documented in `TurnRow`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tickets.call_moves import moved

TURN = """
t as (
  insert into turn as t (account_sid, leg_sid, number, happened_at, step, note, answer)
  values (%(account_sid)s, %(leg_sid)s, %(turn)s, %(now)s, %(step)s, %(note)s, %(answer)s)
  on conflict (account_sid, leg_sid, number) do update set answer = t.answer
  returning t.answer, (xmax = 0) as fresh
)"""

JOINED = """
from ticket j where %(join)s is not null and j.brand_id = %(brand_id)s and j.number = %(join)s and j.caller = %(caller)s
"""
"""The caller's own ticket that this call is about. Without the first condition every turn of every call would look for
it, and by whichever index seemed good when the server first planned it: perhaps through all the caller ever opened."""

TICKET_ID = f"""
case when %(matter)s then coalesce(
  (select x.ticket_id from call x where x.account_sid = %(account_sid)s and x.sid = %(first_sid)s),
  (select j.id {JOINED} and j.status not in ('closed', 'merged', 'spam')),
  nextval('ticket_id_seq'))
end"""
"""Drawn only when needed, so that people's ticket numbers have no gaps in ordinary life."""

CALL = f"""
c as (
  insert into call as c (
    brand_id, account_sid, sid, direction, from_number, to_number, withheld, status, flow, flow_revision,
    department_id, ticket_id, unrecorded, attestation, outcome, demo, started_at, answered_at, last_seen_at)
  select %(brand_id)s, %(account_sid)s, %(first_sid)s, %(direction)s, %(caller)s, %(called)s, %(withheld)s,
    'in_progress', %(flow)s, %(flow_revision)s, %(department_id)s, {TICKET_ID}, %(unrecorded)s, %(attestation)s,
    %(outcome)s, %(demo)s, %(now)s, %(now)s, %(now)s
  from t where t.fresh
  on conflict (account_sid, sid) do update set
    from_number = coalesce(c.from_number, excluded.from_number),
    to_number = coalesce(c.to_number, excluded.to_number),
    withheld = c.withheld or excluded.withheld,
    status = {moved("c.status", "excluded.status")},
    flow = coalesce(excluded.flow, c.flow),
    flow_revision = coalesce(excluded.flow_revision, c.flow_revision),
    department_id = coalesce(excluded.department_id, c.department_id),
    ticket_id = coalesce(c.ticket_id, excluded.ticket_id),
    unrecorded = c.unrecorded or excluded.unrecorded,
    attestation = coalesce(c.attestation, excluded.attestation),
    outcome = coalesce(excluded.outcome, c.outcome),
    started_at = least(c.started_at, excluded.started_at),
    answered_at = least(c.answered_at, excluded.answered_at),
    last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at)
  returning c.id, c.brand_id, c.ticket_id, c.from_number, c.ended_at
)"""

LEG = f"""
l as (
  insert into leg as l (
    call_id, account_sid, sid, role, parent_sid, from_number, to_number, status, started_at, answered_at)
  select c.id, %(account_sid)s, %(leg_sid)s, 'caller', %(parent_sid)s, %(caller)s, %(called)s, 'in_progress',
    %(now)s, %(now)s
  from c on conflict (account_sid, sid) do update set
    from_number = coalesce(l.from_number, excluded.from_number),
    to_number = coalesce(l.to_number, excluded.to_number),
    status = {moved("l.status", "excluded.status")},
    started_at = least(l.started_at, excluded.started_at),
    answered_at = least(l.answered_at, excluded.answered_at)
  -- News may have overtaken the first turn and known less; an ordinary turn has nothing to add and writes nothing.
  where l.to_number is null or l.answered_at is null or l.started_at > excluded.started_at
)"""

TICKET = f"""
k as (
  insert into ticket as k (
    id, brand_id, number, department_id, subject, channel, caller, reason, priority, tags, born_call_id,
    follow_up_of_id, demo, created_at, updated_at)
  select c.ticket_id, c.brand_id, c.ticket_id,
    -- A ticket that was closed while its caller heard of it is followed up where it was at home.
    coalesce(%(department_id)s, (select j.department_id {JOINED})),
    coalesce(%(subject)s, ''), 'phone', c.from_number,
    %(reason)s, coalesce(%(priority)s, 3), %(tags)s, c.id,
    (select j.id {JOINED} and j.status = 'closed'),
    %(demo)s, %(now)s, %(now)s
  from c where c.ticket_id is not null and %(matter)s
  on conflict (id) do update set
    department_id = case when k.born_call_id = excluded.born_call_id
      then coalesce(%(department_id)s, k.department_id) else k.department_id end,
    reason = case when k.born_call_id = excluded.born_call_id then coalesce(%(reason)s, k.reason) else k.reason end,
    subject = case when k.born_call_id = excluded.born_call_id
      then coalesce(%(subject)s, k.subject) else k.subject end,
    priority = case when k.born_call_id = excluded.born_call_id
      then coalesce(%(priority)s, k.priority) else k.priority end,
    tags = array(select distinct unnest(k.tags || excluded.tags) order by 1),
    -- A customer who calls again reopens the matter; a call taken for given up that did leave something is work again.
    status = case
      when k.born_call_id is distinct from excluded.born_call_id and k.status in ('pending', 'on_hold', 'solved')
      then 'open'
      when k.status = 'solved' and k.outcome = 'abandoned' then 'open'
      else k.status end,
    outcome = case when k.status = 'solved' and k.outcome = 'abandoned' then null else k.outcome end,
    solved_at = case
      when k.status = 'solved' and (k.born_call_id is distinct from excluded.born_call_id or k.outcome = 'abandoned')
      then null else k.solved_at end,
    updated_at = excluded.updated_at,
    version = k.version + 1
  returning k.id, k.brand_id, k.number, (xmax = 0) as fresh
)"""

EVENTS = """
e as (
  insert into event (brand_id, ticket_id, call_id, type, happened_at, recorded_at, actor, facts, content)
  select c.brand_id, c.ticket_id, c.id, x.type, %(now)s, %(recorded_at)s, coalesce(x.actor, 'system'),
    coalesce(x.facts, '{}'), coalesce(x.content, '{}')
  from c, jsonb_to_recordset(%(events)s) as x (type text, actor text, facts jsonb, content jsonb)
)"""

TICKET_OPENED = """
eo as (
  insert into event (brand_id, ticket_id, call_id, type, happened_at, recorded_at, facts)
  select k.brand_id, k.id, c.id, 'ticket_opened', %(now)s, %(recorded_at)s, jsonb_build_object('number', k.number)
  from c, k where k.fresh
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """All the record keeps of one turn.

    first_sid: the conversation's first leg; leg_sid: the one that spoke. now: when the carrier asked; recorded_at:
    when it was written down, in the database or in the journal. matter: the turn gives birth to a ticket, or tells it
    more; join: number of an open ticket this call is about. answer, events: JSON.
    """

    brand_id: int
    account_sid: str
    first_sid: str
    leg_sid: str
    parent_sid: str | None
    turn: int
    now: datetime
    recorded_at: datetime
    direction: str
    caller: str | None
    called: str | None
    withheld: bool
    attestation: str | None
    flow: str | None
    flow_revision: str | None
    step: str
    note: str
    answer: Any
    matter: bool
    join: int | None
    department_id: int | None
    subject: str | None
    reason: str | None
    priority: int | None
    tags: list[str]
    unrecorded: bool
    outcome: str | None
    demo: bool
    events: Any
