"""Background jobs that failed for good, and asking for one again."""

from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.problems import Problem
from api.shapes import Moment, OpaqueId, Shape
from core import outbox
from core.outbox_models import OutboxRow
from people import audit
from people.rights import Right
from tickets.paging import Page, Position
from tickets.work_of_brands import is_work_of

NOUN = Noun("jobs", "Background work that failed for good and waits for a decision.")


class JobShape(Shape):
    """One job."""

    id: OpaqueId
    job: str
    """Its name."""
    attempts: int
    last_error: str | None
    asked_at: Moment
    failed_at: Moment | None

    @classmethod
    def of(cls, row: OutboxRow) -> "JobShape":
        return cls(
            id=str(row.id),
            job=row.job,
            attempts=row.attempts,
            last_error=row.last_error,
            asked_at=row.asked_at,
            failed_at=row.ended_at,
        )


class JobList(ListOf[JobShape]):
    """A page of failed jobs, the latest first."""


@NOUN.offers("GET", "/jobs/failed", right=Right.RETRY_JOBS, query=ListQuery, answer=JobList)
def list_failed_jobs(asked: Asked[ListQuery, None]) -> object:
    """List jobs that failed for good, the latest first."""
    limit, after = asked.query.limit, asked.query.after()
    before_id, among = after.id if after else None, is_work_of(asked.who.brand_id)
    rows = outbox.failed(asked.session, before_id=before_id, limit=limit + 1, among=among)
    last = rows[limit - 1] if len(rows) > limit else None
    page = Page(rows[:limit], Position(last.asked_at, last.id) if last else None)
    return page_of(page, JobShape.of, settings=asked.parts.settings, as_type=JobList)


@NOUN.offers(
    "POST",
    "/jobs/{id}/retry",
    right=Right.RETRY_JOBS,
    status=204,
    refusals={409: "The job is not a failed one, or not any more."},
)
def retry_job(asked: Asked[None, None], id: int) -> None:
    """Ask again for a job that failed for good."""
    among = is_work_of(asked.who.brand_id)
    if not outbox.retry(asked.session, row_id=id, now=asked.now, actor=asked.who.actor, among=among):
        raise Problem(409, "not-failed", f"Job {id} is not a failed one, or not any more.")
    audit.note(
        asked.session,
        brand_id=asked.who.brand_id,
        actor=asked.who.actor,
        action="job_retried",
        subject=f"job:{id}",
        now=asked.now,
    )
