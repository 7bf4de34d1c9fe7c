"""Write the coming year's public holidays into the exceptions of the schedules that keep them.."""

from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from people import revision
from people.holidays import UnknownCountryError, holidays_between
from people.models import Schedule, ScheduleException

log = structlog.get_logger(__name__)

SOURCE = "holidays"
AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done: schedules whose rows changed, and those whose country or subdivision nobody knows."""

    changed: int
    unknown: int


def keep_holidays(session: Session, *, today: date) -> Kept:
    """Bring the holidays from `today` to `AHEAD` up to date. Running it again changes nothing.

    Exceptions made by hand stay, past holidays too. A schedule with an unknown country keeps the rows it has.
    """
    changed = unknown = 0
    for schedule in session.scalars(select(Schedule).order_by(Schedule.id).with_for_update()):
        try:
            changed += _keep(session, schedule, today)
        except UnknownCountryError as problem:
            log.error("holidays_unknown", schedule=schedule.id, why=str(problem))
            unknown += 1
    if changed:
        revision.add_one(session)
    return Kept(changed, unknown)


def _keep(session: Session, schedule: Schedule, today: date) -> bool:
    wanted: set[tuple[date, str]] = set()
    if schedule.holiday_country:
        found = holidays_between(schedule.holiday_country, schedule.holiday_subdivision, today, today + AHEAD)
        wanted = set(found)
    coming = (
        ScheduleException.schedule_id == schedule.id,
        ScheduleException.source == SOURCE,
        ScheduleException.day >= today,
    )
    rows = session.execute(select(ScheduleException.day, ScheduleException.name).where(*coming)).all()
    if {(row.day, row.name) for row in rows} == wanted and len(rows) == len(wanted):
        return False
    session.execute(delete(ScheduleException).where(*coming))
    session.add_all(
        ScheduleException(schedule_id=schedule.id, day=day, name=name, source=SOURCE) for day, name in sorted(wanted)
    )
    session.flush()
    return True
