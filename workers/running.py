"""One try of one row: take it, do the job, end the row or say when it is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from core import logs
from core.outbox_models import OutboxRow, OutboxState
from workers.errors import Verdict, judge, where
from workers.failure import tell
from workers.job import Job
from workers.registry import UNKNOWN
from workers.work import Equipment, Overtaken, Work

GRACE = timedelta(seconds=30)
"""From a job's time limit to its row being handed again: time for the limit to strike and for the error to be kept."""

WORKER_LOST = Verdict("Its worker died or hung in every try", attempts=1)

TAKE = text(f"""
    with sooner as materialized (select set_config('synchronous_commit', 'off', true))
    update outbox set state = 'handed', attempts = attempts + 1,
      due_at = cast(:late as timestamptz)
        + make_interval(secs => coalesce((cast(:limits as jsonb) -> job)::int, {UNKNOWN.limit}))
    from sooner
    where id = :id and attempts = :attempts and state in ('asked', 'handed')
    returning job, args, call_id, ticket_id
""")
"""It does not wait for the disk. A server that crashes may forget that a row was taken, never that it was asked for or
ended: the try's own end finds another count of tries and undoes itself, and the row is handed again."""

ALONE = {"synchronize_session": False}
"""A statement on a session that holds no such objects."""

log = logs.get(__name__)


class Ran(StrEnum):
    """How a try ended."""

    DONE = "done"
    LATER = "later"
    FAILED = "failed"
    TAKEN = "taken"
    """Another worker has or had this try, or the row has ended: nothing was done."""
    OVERTAKEN = "overtaken"
    """The row went to another worker or ended in mid-job: what this try wrote with its end was rolled back."""
    UNSAID = "unsaid"
    """The database is away, so how it ended is not written: the row is handed again after its deadline."""


@dataclass(frozen=True)
class Handed:
    """What travels through RQ: a row, and how many tries it had when it was handed over."""

    row_id: int
    attempts: int


def run(equipment: Equipment, handed: Handed) -> Ran:
    """Run the row if it still stands at that many tries. The row is the truth, so handing it over twice is harmless."""
    with logs.bound(outbox=handed.row_id, attempt=handed.attempts + 1):
        try:
            work = _take(equipment, handed)
            if work is None:
                return Ran.TAKEN
            with logs.bound(job=work.job, call_id=work.call_id, ticket_id=work.ticket_id):
                ran = _try(work)
                log.info("job_ran", ended=ran.value)
                return ran
        except DBAPIError as error:
            log.warning("job_unsaid", error=judge(error).reason)
            return Ran.UNSAID


def _take(equipment: Equipment, handed: Handed) -> Work | None:
    """Count the try before it begins, so that a job that kills its worker uses up its attempts like any other."""
    values = {"id": handed.row_id, "attempts": handed.attempts, "late": equipment.clock() + GRACE}
    with equipment.statement() as connection:
        row = connection.execute(TAKE, values | {"limits": equipment.limits}).one_or_none()
    if row is None:
        return None
    return Work(
        equipment=equipment,
        outbox_id=handed.row_id,
        attempt=handed.attempts + 1,
        job=row.job,
        args=row.args,
        call_id=row.call_id,
        ticket_id=row.ticket_id,
    )


def _try(work: Work) -> Ran:
    job = work.equipment.job(work.job)
    if work.attempt > job.attempts:
        return _tried_in_vain(work, job, WORKER_LOST)
    try:
        job.function()(work)
        if not work.ended:
            work.done_alone()
        return Ran.DONE
    except Overtaken:
        return Ran.OVERTAKEN
    except Exception as error:
        verdict = judge(error)
        # A database error's text holds the statement's values, callers' numbers among them: not for the log.
        trace = verdict.unforeseen and not isinstance(error, SQLAlchemyError)
        log.warning("job_error", reason=verdict.reason, at=where(error), exc_info=trace)
        return _tried_in_vain(work, job, verdict)


def _tried_in_vain(work: Work, job: Job, verdict: Verdict) -> Ran:
    now = work.now()
    attempts = min(job.attempts, verdict.attempts or job.attempts)
    with work.transaction() as session:
        if work.attempt >= attempts:
            if not _write(session, work, state=OutboxState.FAILED, reason=verdict.reason, ended_at=now):
                return Ran.OVERTAKEN
            tell(session, work, reason=f"{job.failure}. {verdict.reason}", now=now)
            return Ran.FAILED
        wait = max(job.wait(row_id=work.outbox_id, attempt=work.attempt), verdict.after or timedelta())
        kept = _write(session, work, state=OutboxState.ASKED, reason=verdict.reason, due_at=now + wait)
        return Ran.LATER if kept else Ran.OVERTAKEN


def _write(session: Session, work: Work, *, state: OutboxState, reason: str, **moments: datetime) -> bool:
    statement = (
        update(OutboxRow)
        .where(
            OutboxRow.id == work.outbox_id,
            OutboxRow.attempts == work.attempt,
            OutboxRow.state == OutboxState.HANDED,
        )
        .values(state=state, last_error=reason, **moments)
        .returning(OutboxRow.id)
    )
    return session.execute(statement, execution_options=ALONE).scalar_one_or_none() is not None
