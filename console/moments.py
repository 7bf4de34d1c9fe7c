"""Times, durations and phone numbers as people read them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from console.language import _, current, mark, ngettext
from people.numbers import international

_DAYS = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))
_MONTHS = (
    *(mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun")),
    *(mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec")),
)


def brief(moment: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """As lists show it: `14:32` today, `Tue 14:32` within a week, `12 Nov` this year, `12 Nov 2025` before."""
    here, today = moment.astimezone(zone), now.astimezone(zone)
    days = (today.date() - here.date()).days
    if days == 0:
        return f"{here:%H:%M}"
    if 0 < days < 7 or -7 < days < 0:
        return f"{_(_DAYS[here.weekday()])} {here:%H:%M}"
    day = f"{here.day} {_(_MONTHS[here.month - 1])}"
    return day if here.year == today.year else f"{day} {here.year}"


def full(moment: datetime, *, zone: ZoneInfo) -> str:
    """The whole stamp, with the zone's abbreviation: `Sun 22 Nov 2026, 14:32:07 CET`."""
    here = moment.astimezone(zone)
    day = f"{_(_DAYS[here.weekday()])} {here.day} {_(_MONTHS[here.month - 1])} {here.year}"
    return f"{day}, {here:%H:%M:%S} {here.tzname()}"


def weekday(number: int) -> str:
    """`Mon` for 0."""
    return _(_DAYS[number])


def day_of(day: date) -> str:
    """A day to come: `Fri 25 Dec`."""
    return f"{_(_DAYS[day.weekday()])} {day.day} {_(_MONTHS[day.month - 1])}"


def clock_time(moment: datetime, *, zone: ZoneInfo) -> str:
    """`14:32:07`."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


def machine(moment: datetime) -> str:
    """For the datetime attribute of <time>."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def duration(length: timedelta | float | None) -> str:
    """`0:42`, `12:05`, `3 h 10 min`, `2 days`; a dash for none."""
    if length is None:
        return "–"
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02d}"
    if seconds < 48 * 3600:
        hours, minutes = seconds // 3600, seconds % 3600 // 60
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    days = seconds // 86400
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def phone(number: str | None) -> str:
    """The international form, with spaces that do not break; withheld numbers as a word."""
    if not number:
        return _("Withheld number")
    return international(number).replace(" ", "\u00a0")


def count(number: int) -> str:
    """`12,345`."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale="en" if current.get() == "zz" else current.get())
