"""How the installation is doing, each line with its cure, read in one statement and a look at the disk."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from console.language import _

LATE = timedelta(minutes=5)
LITTLE_SPACE = 0.10

QUESTIONS = text("""
select
  (select max(last_seen_at) from call where brand_id = :brand),
  (select count(*) from call where brand_id = :brand and ended_at is null),
  (select count(*) from outbox where state in ('asked', 'handed')),
  (select min(due_at) from outbox where state in ('asked', 'handed')),
  (select count(*) from outbox where state = 'failed'),
  (select count(*) from recording where brand_id = :brand and state in ('expected', 'ready')),
  (select count(*) from recording where brand_id = :brand and state = 'missing' and expected_at > :week),
  (select count(*) from callback where brand_id = :brand and closed_at is null),
  (select max(started_at) from timetable_run),
  current_setting('server_version'),
  pg_database_size(current_database())
""")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page. tone: ok, warn or bad; cure: what to do, "" when well. at: a moment to show with it."""

    name: str
    seen: str
    tone: str = "ok"
    cure: str = ""
    at: datetime | None = None


def lines(session: Session, *, brand_id: int, data: Path, now: datetime) -> list[Line]:
    """Every line, the order of their importance."""
    values = {"brand": brand_id, "week": now - timedelta(days=7)}
    seen, calls, jobs, oldest, failed, awaited, missing, callbacks, ticked, version, size = session.execute(
        QUESTIONS, values
    ).one()
    return [
        _webhooks(seen, calls),
        _jobs(jobs, oldest, now),
        _failed(failed),
        _timetable(ticked, now),
        _recordings(awaited, missing),
        Line(_("Callbacks"), _("%(count)s promised and not kept yet") % {"count": callbacks}),
        _disk(data),
        Line(_("Database"), f"PostgreSQL {version.split()[0]}, {size / 1e6:,.0f} MB"),
    ]


def _webhooks(seen: datetime | None, calls: int) -> Line:
    if seen is None:
        cure = _("Point a number here (Numbers), or in the demo: bin/ringback call.")
        return Line(_("Last webhook"), _("never"), "warn", cure)
    return Line(_("Last webhook"), _("%(count)s calls in progress") % {"count": calls}, at=seen)


def _jobs(jobs: int, oldest: datetime | None, now: datetime) -> Line:
    waiting = _("%(count)s waiting") % {"count": jobs}
    if oldest is not None and now - oldest > LATE:
        cure = _("Is a worker running? bin/ringback worker, and Redis?")
        return Line(_("Background work"), waiting, "bad", cure, at=oldest)
    return Line(_("Background work"), waiting)


def _failed(failed: int) -> Line:
    if failed:
        cure = _("Read why below, mend the cause, and try again.")
        return Line(_("Failed jobs"), _("%(count)s failed for good") % {"count": failed}, "bad", cure)
    return Line(_("Failed jobs"), _("none"))


def _timetable(ticked: datetime | None, now: datetime) -> Line:
    if ticked is None or now - ticked > LATE:
        cure = _("Is the timetable running? bin/ringback timetable")
        return Line(_("Timetable"), _("stands still"), "bad", cure, at=ticked)
    return Line(_("Timetable"), _("running"), at=ticked)


def _recordings(awaited: int, missing: int) -> Line:
    waiting = _("%(count)s on their way") % {"count": awaited}
    if missing:
        cure = _("See the tickets' timelines; the carrier keeps recordings and can be asked.")
        text_ = _("%(missing)s missing this week, %(waiting)s") % {"missing": missing, "waiting": waiting}
        return Line(_("Recordings"), text_, "warn", cure)
    return Line(_("Recordings"), waiting)


def _disk(data: Path) -> Line:
    usage = shutil.disk_usage(data if data.exists() else data.anchor)
    free = _("%(free)s GB free of %(total)s GB") % {
        "free": f"{usage.free / 1e9:,.0f}",
        "total": f"{usage.total / 1e9:,.0f}",
    }
    if usage.free < LITTLE_SPACE * usage.total:
        return Line(_("Disk"), free, "bad", _("Make room, or give RINGBACK_DATA a larger disk."))
    return Line(_("Disk"), free)
