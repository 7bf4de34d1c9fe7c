"""The ledger's part of the caller's path: SQL that notes an ordered recording, and the carrier's news about it.

Both parts read from `c` (the call's id and brand), which the record's fragments provide.
"""

from datetime import timedelta

FETCH_WITHIN = timedelta(hours=24)
"""How long a recording the carrier has may stay unfetched before it counts as missing."""

EXPECTED = """
r as (
  insert into recording (brand_id, call_id, account_sid, leg_sid, part, kind, expected_at, deadline_at)
  select c.brand_id, c.id, %(account_sid)s, %(leg_sid)s, %(part)s, 'message', %(now)s, %(deadline_at)s
  from c where %(expects_recording)s
  -- The carrier's news may have overtaken the turn that ordered the recording: then the row is there already.
  on conflict (account_sid, leg_sid, part) do nothing
)"""

NEWS = """
r as (
  insert into recording as r (
    brand_id, call_id, account_sid, leg_sid, part, sid, kind, state, source, channels, duration, expected_at,
    deadline_at, ready_at, failure)
  select c.brand_id, c.id, %(account_sid)s,
    -- One that the carrier's list told of first is known under the leg and the part it was taken for.
    coalesce(x.leg_sid, %(leg_sid)s), coalesce(x.part, %(part)s),
    %(recording_sid)s, %(kind)s, %(state)s, %(source)s,
    %(channels)s, %(seconds)s, %(now)s, %(deadline_at)s, case when %(state)s = 'ready' then %(now)s end, %(failure)s
  from c left join recording x on x.account_sid = %(account_sid)s and x.sid = %(recording_sid)s
  on conflict (account_sid, leg_sid, part) do update set
    sid = excluded.sid,
    -- Allowed moves on news: expected or missing may become ready. An absent one is due at once: the ledger's own
    -- search then calls it missing and raises the alarm, so there is one way to become missing.
    state = case when excluded.state = 'ready' and r.state in ('expected', 'missing') then 'ready' else r.state end,
    source = coalesce(r.source, excluded.source),
    channels = coalesce(r.channels, excluded.channels),
    duration = coalesce(r.duration, excluded.duration),
    ready_at = coalesce(r.ready_at, excluded.ready_at),
    deadline_at = case
      when excluded.state = 'ready' and r.state in ('expected', 'missing') then excluded.deadline_at
      when excluded.failure is not null and r.state = 'expected' then excluded.deadline_at
      else r.deadline_at end,
    failure = case
      when excluded.state = 'ready' and r.state in ('expected', 'missing') then null
      else coalesce(excluded.failure, r.failure) end
  where r.sid is null or r.sid = excluded.sid
  returning r.id, r.state, r.duration
)"""

EVENTS = """
e as (
  insert into event (brand_id, ticket_id, call_id, type, happened_at, recorded_at, actor, facts)
  select c.brand_id, c.ticket_id, c.id, 'recording_ready', %(now)s, %(now)s, 'carrier',
    jsonb_strip_nulls(jsonb_build_object('recording', r.id, 'duration', r.duration))
  from c, r, o
)"""
"""Told once: `o`, the job that fetches it, has a row only when the news was new."""
