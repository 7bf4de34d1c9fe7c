"""Who of some people is at work by the calendar, and when the next of them will be: shifts and absences, read once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from people import models
from people.hours import Interval, Schedule, next_opening
from people.shifts import Absence, Shift, absent, on_shift


@dataclass
class Calendar:
    """The shifts and coming absences of one person."""

    shifts: list[Shift] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)

    def at_work(self, now: datetime) -> bool:
        return on_shift(self.shifts, self.absences, now)

    def next_start(self, now: datetime) -> datetime | None:
        """The first moment from `now` on at which this person is at work; None when there is none in sight."""
        starts = (_next_start(shift, self.absences, now) for shift in self.shifts)
        return min((start for start in starts if start is not None), default=None)


def calendars(session: Session, account_ids: Collection[int], *, now: datetime) -> dict[int, Calendar]:
    """The calendar of each of the accounts, empty for those without shifts. Two statements."""
    found: defaultdict[int, Calendar] = defaultdict(Calendar)
    for shift in session.scalars(select(models.Shift).where(models.Shift.account_id.in_(account_ids))):
        hours = Shift(shift.weekday, shift.starts, shift.ends, ZoneInfo(shift.zone))
        found[shift.account_id].shifts.append(hours)
    coming = select(models.Absence).where(models.Absence.account_id.in_(account_ids), models.Absence.ends_at > now)
    for absence in session.scalars(coming):
        found[absence.account_id].absences.append(Absence(absence.starts_at, absence.ends_at))
    return {account_id: found[account_id] for account_id in account_ids}


def _next_start(shift: Shift, absences: list[Absence], now: datetime) -> datetime | None:
    """The shift's next start, or the end of an absence within it; each absence can put it off only once."""
    schedule = Schedule(shift.zone, (Interval(shift.weekday, shift.starts, shift.ends),))
    start = next_opening(schedule, now)
    while start is not None and (away := absent(absences, start)) is not None:
        start = next_opening(schedule, away.ends_at)
    return start
