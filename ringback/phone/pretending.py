"""When a call happens: now, on a Sunday night, or on the next public holiday, in the brand's own zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.directory import Brand, Directory

KINDS = ("now", "sunday", "holiday")
_NIGHT = time(23, 10)
_MORNING = time(11, 0)
_SUNDAY = 6


def moments(directory: Directory, brand: Brand, *, now: datetime) -> dict[str, datetime | None]:
    """The time each choice pretends; None: none. Without `holiday` where no department's hours know one to come."""
    zone = ZoneInfo(brand.zone)
    found: dict[str, datetime | None] = {"now": None, "sunday": _next_sunday(now.astimezone(zone))}
    if day := _next_holiday(directory, brand, now.astimezone(zone).date()):
        found["holiday"] = datetime.combine(day, _MORNING, zone)
    return found


def holiday_name(directory: Directory, brand: Brand, day: date) -> str:
    """What the hours call a day they are closed on; empty when it has no name."""
    days = (each for department in directory.departments_of(brand).values() for each in department.schedule.exceptions)
    return next((each.name for each in days if each.date == day and each.name), "")


def _next_sunday(here: datetime) -> datetime:
    night = datetime.combine(here.date() + timedelta(days=(_SUNDAY - here.weekday()) % 7), _NIGHT, here.tzinfo)
    return night if night > here else night + timedelta(days=7)


def _next_holiday(directory: Directory, brand: Brand, today: date) -> date | None:
    days = (each for department in directory.departments_of(brand).values() for each in department.schedule.exceptions)
    return min((each.date for each in days if not each.hours and each.date > today), default=None)
