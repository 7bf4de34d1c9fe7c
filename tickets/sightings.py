"""The record's part of any other webhook: SQL that notes a sign of life of a call, known or not.

A recording event may overtake its call. The call's row then begins here, the first webhook joins it, and if none ever
comes the sweeper ends it and gives it a ticket.
"""

SIGHTING = """
c as (
  insert into call as c (brand_id, account_sid, sid, status, outcome, demo, started_at, last_seen_at)
  values (%(brand_id)s, %(account_sid)s, %(first_sid)s, 'in_progress', case when %(message)s then 'message_left' end,
    %(demo)s, %(now)s, %(now)s)
  on conflict (account_sid, sid) do update set
    -- Who left a message gave nothing up, whatever became of the turn that would have said so.
    outcome = case
      when %(message)s and c.direction = 'inbound' and coalesce(c.outcome, 'abandoned_in_ivr') = 'abandoned_in_ivr'
      then 'message_left' else c.outcome end,
    last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at)
  returning c.id, c.brand_id, c.ticket_id, c.outcome
)"""

LEG = """
l as (
  insert into leg (call_id, account_sid, sid, role, status, started_at)
  select c.id, %(account_sid)s, %(leg_sid)s, case when %(leg_sid)s = %(first_sid)s then 'caller' else 'outside' end,
    'in_progress', %(now)s
  from c on conflict (account_sid, sid) do nothing
)"""
