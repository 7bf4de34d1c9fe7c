"""When a person may be called: 08:00 to 21:00 where they are, by the clock on their wall.

The customer's own zone decides if it is known. Else the number's region does, and as an area code is no location, every
zone it can mean must be inside the window. US law asks this of sales calls only (47 CFR 64.1200(c)(1)); it is kept for
callbacks too, unless the customer chose the time. Loads `phonenumbers.timezone` (50 ms, 2 MB): for jobs.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from people.hours import Interval, Schedule, is_open, next_opening
from people.refusals import Said, said
from routing.split_area_codes import SPLIT_AREA_CODES

SEARCH = timedelta(days=8)
"""How far ahead a common hour of several zones is looked for: longer than the days before and after a clock change."""

NORTH_AMERICA = 1
"""The one country code that many countries share by area code."""


@dataclass(frozen=True, slots=True)
class CallingWindow:
    """The hours in which people are called, local time, half-open: 08:00:00 is inside, 21:00:00 is not."""

    opens: time = time(8)
    closes: time = time(21)


@dataclass(frozen=True, slots=True)
class AskForZone:
    """No moment suits all zones this number can mean (`zones`, possibly none): a person has to find out."""

    number: str
    zones: tuple[str, ...]

    @property
    def sentence(self) -> Said:
        """What is wrong and what to do about it."""
        if not self.zones:
            return said("It is not known where this number is. Ask the customer for their time zone.")
        return said(
            "This number can be in %(zones)s time zones that are never all awake at once. Ask the customer.",
            zones=len(self.zones),
        )


DEFAULT_WINDOW = CallingWindow()


def next_allowed(
    number: str, zone: str | None, now: datetime, *, window: CallingWindow = DEFAULT_WINDOW
) -> datetime | AskForZone:
    """The first moment (UTC) from `now` on at which `number` may be called: `now` itself when inside the window.

    `zone` is the customer's own (IANA name) or None. A zone nobody knows counts as none.
    """
    zones = _known((zone,)) if zone else ()
    zones = zones or _known(zones_of(number))
    if not zones:
        return AskForZone(number, ())
    schedules = [_schedule(name, window) for name in zones]
    at = now.astimezone(UTC)
    while at <= now + SEARCH:
        closed = [schedule for schedule in schedules if not is_open(schedule, at)]
        if not closed:
            return at
        # All must be open, so the latest of the next openings is the earliest that can suit.
        openings = [next_opening(schedule, at) for schedule in closed]
        at = max(opening for opening in openings if opening is not None)
    return AskForZone(number, zones)


def zones_of(number: str) -> tuple[str, ...]:
    """All zones (IANA names) an E.164 number can be in; none when that is not known."""
    import phonenumbers  # lazily, as in routing/destinations.py
    from phonenumbers import timezone

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    if parsed.country_code == NORTH_AMERICA:
        # Mobile numbers are answered with every zone of a country code, which here reaches from Guam to Newfoundland;
        # an island's area code tells more, whatever kind of line it is.
        found = timezone.time_zones_for_geographical_number(parsed)
        found += SPLIT_AREA_CODES.get(number[2:5], ())
    else:
        found = timezone.time_zones_for_number(parsed)
    return tuple(name for name in dict.fromkeys(found) if name != timezone.UNKNOWN_TIMEZONE)


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if _zone(name) is not None)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1024)
def _schedule(name: str, window: CallingWindow) -> Schedule:
    return Schedule(ZoneInfo(name), tuple(Interval(weekday, window.opens, window.closes) for weekday in range(7)))
