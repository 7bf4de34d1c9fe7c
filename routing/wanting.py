"""Routing's part of the caller's path: SQL that notes that a caller wants to be called back. It reads from `c`."""

CALLBACK = """
b as (
  insert into callback (
    brand_id, ticket_id, department_id, account_sid, leg_sid, turn, asked_number, requested_at, due_at)
  select c.brand_id, c.ticket_id, %(callback_department_id)s, %(account_sid)s, %(leg_sid)s, %(turn)s,
    %(callback_number)s, %(now)s, %(now)s
  from c where %(callback_number)s is not null and c.ticket_id is not null
  on conflict (account_sid, leg_sid, turn) do nothing
  returning id, ticket_id
)"""
