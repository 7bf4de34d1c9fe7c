"""The record's part of any other webhook: SQL that notes a sign of life of a call, known or not.

A recording event may overtake its call. The call's row then begins here, the first webhook joins it, and if none ever
comes the sweeper ends it and gives it a ticket.
"""

SIGHTING = """
c as (
  insert into call as c (brand_id, account_sid, sid, status, demo, started_at, last_seen_at)
  values (%(brand_id)s, %(account_sid)s, %(first_sid)s, 'ringing', %(demo)s, %(now)s, %(now)s)
  on conflict (account_sid, sid) do update set last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at)
  returning c.id, c.brand_id, c.ticket_id
)"""
