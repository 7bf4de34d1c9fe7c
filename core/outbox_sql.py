"""The outbox's part of the caller's path: SQL that asks for jobs in the statement of their cause.

`jobs`: names of jobs about the call `c`; their key is the leg and turn, so a repeat asks for nothing.
"""

CALL_JOBS = """
o as (
  insert into outbox (job, args, key, asked_at, due_at, call_id, ticket_id)
  select j.name, jsonb_build_object('call', c.id), j.name || ':' || %(account_sid)s || ':' || %(leg_sid)s || ':'
    || %(job_key)s, %(recorded_at)s, %(recorded_at)s, c.id, c.ticket_id
  from c, unnest(%(jobs)s::text[]) as j (name)
  on conflict (key) do nothing
)"""

CALLBACK_JOB = """
ob as (
  insert into outbox (job, args, key, asked_at, due_at, ticket_id)
  select 'judge_callback', jsonb_build_object('callback', b.id), 'judge_callback:' || b.id, %(recorded_at)s,
    %(recorded_at)s, b.ticket_id
  from b on conflict (key) do nothing
)"""

MESSAGE_JOB = """
om as (
  insert into outbox (job, args, key, asked_at, due_at, call_id, ticket_id)
  select 'assign_ticket', jsonb_build_object('call', c.id), 'assign_ticket:' || %(account_sid)s || ':' || %(leg_sid)s
    || ':' || %(recording_sid)s, %(now)s, %(now)s, c.id, c.ticket_id
  -- A turn that knew of the message, or a ticket still to come, asks by itself.
  from c where %(message)s and c.ticket_id is not null and c.outcome = 'message_left' and not exists (
    select 1 from call x where x.account_sid = %(account_sid)s and x.sid = %(first_sid)s and x.outcome = 'message_left')
  on conflict (key) do nothing
)"""
"""A message nobody announced: its ticket may have been taken for given up, and be nobody's."""

RECORDING_JOB = """
o as (
  insert into outbox (job, args, key, asked_at, due_at, call_id, ticket_id)
  select %(job)s, jsonb_build_object('recording', r.id), %(job)s || ':' || r.id || ':' || %(recording_sid)s,
    %(now)s, %(now)s, c.id, c.ticket_id
  from c, r where %(job)s is not null
  on conflict (key) do nothing returning 1
)"""
