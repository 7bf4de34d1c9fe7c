"""Health: is everything running, what failed, and the cure."""

from console.language import _
from console.nouns import NotHere, Noun
from console.refusals import words
from console.visit import Answer, Moved, Visit, shown
from core import outbox
from health.checks import checks
from health.figures import WEEK, figures
from health.journal import journal
from people import audit
from people.rights import Right
from recordings.queries import recordings
from tickets.work_of_brands import is_work_of, ticket_numbers

NOUN = Noun("health")
MOST = 50
MOST_MISSING = 5


@NOUN.page("GET", "/health", needs=Right.RETRY_JOBS)
def show_health(visit: Visit) -> Answer:
    settings = visit.settings
    seen = figures(visit.session, brand_id=visit.brand_id, now=visit.now)
    found = checks(seen, data=settings.data, public_url=settings.public_url, now=visit.now)
    if (kept := visit.parts.more.get("journal")) is not None:
        found.insert(1, journal(kept(), visit.now))
    failed = outbox.failed(visit.session, limit=MOST, among=is_work_of(visit.brand_id))
    numbers = ticket_numbers(visit.session, failed)
    missing = _without_sound(visit) if seen.recordings_missing_this_week else []
    return shown("health/health.html", checks=found, words=words, failed=failed, numbers=numbers, missing=missing)


def _without_sound(visit: Visit) -> list[int]:
    """The latest tickets of which a recording is missing this week."""
    page = recordings(visit.session, brand_id=visit.brand_id, state="missing", limit=MOST_MISSING)
    of_this_week = [view for view in page.items if view.recording.expected_at > visit.now - WEEK]
    return list(dict.fromkeys(view.ticket for view in of_this_week if view.ticket is not None))


@NOUN.page("POST", "/health/jobs/<int:job_id>/retry", needs=Right.RETRY_JOBS)
def retry_job(visit: Visit, job_id: int) -> Answer:
    among = is_work_of(visit.brand_id)
    if not outbox.retry(visit.session, row_id=job_id, now=visit.now, actor=visit.actor, among=among):
        raise NotHere(_("failed job of this number (any more)"))
    audit.note(
        visit.session,
        brand_id=visit.brand_id,
        actor=visit.actor,
        action="job_retried",
        subject=f"job:{job_id}",
        now=visit.now,
        address=visit.address,
    )
    return Moved(to="/health", told=_("Asked again"))
