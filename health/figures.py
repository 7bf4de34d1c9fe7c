"""The figures of health: one statement, for one brand or for all of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

WEEK = timedelta(days=7)
"""How long a missing recording is told of."""

_OF_BRAND = "(cast(:brand as bigint) is null or brand_id = :brand)"
# Work about nobody's call or ticket is everybody's: tickets/work_of_brands.py says the same of rows.
_WORK_OF_BRAND = """(cast(:brand as bigint) is null
    or exists (select 1 from call where call.id = outbox.call_id and call.brand_id = :brand)
    or exists (select 1 from ticket where ticket.id = outbox.ticket_id and ticket.brand_id = :brand)
    or (outbox.call_id is null and outbox.ticket_id is null))"""

QUESTIONS = text(f"""
with refused as materialized (select * from refused_webhook where hour >= :day),
last_refused as (select * from refused order by last_at desc limit 1),
last_reconciliation as (select * from reconciliation order by ended_at desc limit 1)
select
  (select max(last_seen_at) from call where {_OF_BRAND}) as last_webhook_at,
  (select count(*) from call where ended_at is null and {_OF_BRAND}) as calls_open,
  (select count(*) from outbox where state in ('asked', 'handed')) as jobs_open,
  (select min(due_at) from outbox where state in ('asked', 'handed')) as oldest_due_at,
  (select count(*) from outbox where state = 'failed' and {_WORK_OF_BRAND}) as jobs_failed,
  (select count(*) from recording where state in ('expected', 'ready') and {_OF_BRAND}) as recordings_awaited,
  (select count(*) from recording where state = 'missing' and {_OF_BRAND}) as recordings_missing,
  (select count(*) from recording where state = 'missing' and expected_at > :week and {_OF_BRAND})
    as recordings_missing_this_week,
  (select count(*) from callback where closed_at is null and {_OF_BRAND}) as callbacks_open,
  (select max(started_at) from timetable_run) as timetable_at,
  (select coalesce(sum(count), 0) from refused) as webhooks_refused,
  (select last_at from last_refused) as refused_at,
  (select path from last_refused) as refused_path,
  (select why from last_refused) as refused_why,
  (select signed_for from last_refused) as refused_signed_for,
  (select ended_at from last_reconciliation) as reconciled_at,
  (select unread from last_reconciliation) as reconciled_unread,
  (select coalesce(sum(repaired), 0) from reconciliation where ended_at >= :day) as reconciled_repaired,
  current_setting('server_version') as server_version,
  pg_database_size(current_database()) as database_bytes
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the database tells. `webhooks_refused` and the last of them: of this hour and the 24 before it.

    reconciled_repaired: what the carrier's lists told and no webhook had, in the same time; of every brand.
    """

    last_webhook_at: datetime | None
    calls_open: int
    jobs_open: int
    oldest_due_at: datetime | None
    jobs_failed: int
    recordings_awaited: int
    recordings_missing: int
    recordings_missing_this_week: int
    callbacks_open: int
    timetable_at: datetime | None
    webhooks_refused: int
    refused_at: datetime | None
    refused_path: str | None
    refused_why: str | None
    refused_signed_for: str | None
    reconciled_at: datetime | None
    reconciled_unread: str | None
    reconciled_repaired: int
    server_version: str
    database_bytes: int


def figures(session: Session | Connection, *, brand_id: int | None, now: datetime) -> Figures:
    """Read all of them; brand_id None: of every brand. Webhooks that were refused belong to no brand. One statement."""
    day = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)
    values = {"brand": brand_id, "week": now - WEEK, "day": day}
    row = session.execute(QUESTIONS, values).one()
    return Figures(**row._mapping)  # the columns are named for the fields
