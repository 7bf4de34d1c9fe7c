"""When a department is open: weekly hours, exceptions by date, an emergency switch, and business time.

The rules, in the order in which they decide:

1. The emergency switch (`closed_now`) closes, whatever else is written. It is about answering calls now;
   business time (`open_seconds`, `add_open_time`) takes no notice of it, because it has no history.
2. A date with an exception is open during the hours listed for that date and at no other moment (none: closed
   all day). An interval that began the evening before, weekly or exceptional, therefore ends at the midnight
   that begins such a date. To stay open across it, list 00:00–02:00 in the second date's own exception.
3. Every other date has its weekly intervals. An interval belongs to the date on which it opens; one that closes
   at or before its opening time closes on the next date (equal times: 24 hours), and runs on to its end there.

Clock changes: a written time means the first instant at which the zone's clock shows that time or a later one.
So 01:30 in the repeated hour is its first passing, 02:30 in the skipped hour is the moment of the change, an
interval is never torn in two, and 00:00–06:00 lasts 7 hours in New York on 2026-11-01 and 5 on 2026-03-08.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

HORIZON = timedelta(days=400)
"""How far ahead an opening or a closing is looked for: over a year, so that a yearly holiday is met once."""


class NeverOpenError(ValueError):
    """Business time was asked of a schedule with no opening within `HORIZON`. Never will, until hours change."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from `opens` until just before `closes`, local time; `closes` ≤ `opens` means on the next date."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Interval:
    """Weekly hours that open on `weekday` (0 is Monday)."""

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday {self.weekday} is not between 0 (Monday) and 6 (Sunday)")


@dataclass(frozen=True, slots=True)
class DayException:
    """What holds on one date in place of the week. No `hours` means closed; `name` is for people."""

    date: date
    hours: tuple[Hours, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Schedule:
    """A department's hours in its own zone. Where two exceptions name one date, the later in order counts."""

    zone: ZoneInfo
    week: tuple[Interval, ...]
    exceptions: tuple[DayException, ...] = ()
    closed_now: bool = False

    @cached_property
    def weekly(self) -> tuple[tuple[Hours, ...], ...]:
        """The seven days' hours, each in order of opening."""
        days: list[list[Hours]] = [[] for _ in range(7)]
        for interval in self.week:
            days[interval.weekday].append(Hours(interval.opens, interval.closes))
        return tuple(_in_order(day) for day in days)

    @cached_property
    def by_date(self) -> Mapping[date, tuple[Hours, ...]]:
        """Excepted dates and their hours, each in order of opening."""
        return {exception.date: _in_order(exception.hours) for exception in self.exceptions}


def is_open(schedule: Schedule, now: datetime) -> bool:
    """Whether calls are answered at `now` (aware). Cheap: it looks at two dates and needs nothing loaded."""
    if schedule.closed_now:
        return False
    now = _utc(now)
    today = now.astimezone(schedule.zone).date()
    return any(opens <= now < closes for day in (today - DAY, today) for opens, closes in _day_spans(schedule, day))


def next_opening(schedule: Schedule, now: datetime) -> datetime | None:
    """The first open instant from `now` on (UTC): `now` itself while open.

    None while the emergency switch is on (nobody knows until when) and when there is none within `HORIZON`.
    """
    if schedule.closed_now:
        return None
    now = _utc(now)
    for opens, _closes in _spans(schedule, now, until=now + HORIZON):
        return max(opens, now)
    return None


def closes_at(schedule: Schedule, now: datetime) -> datetime | None:
    """The end (UTC) of the open time that holds at `now`. None when closed, and when no end is in sight."""
    if not is_open(schedule, now):
        return None
    now = _utc(now)
    limit = now + HORIZON
    for _opens, closes in _spans(schedule, now, until=limit):
        return closes if closes < limit else None
    return None


def open_seconds(schedule: Schedule, start: datetime, end: datetime) -> int:
    """Whole seconds of open time between two instants (0 when `end` is not after `start`)."""
    # In UTC: the difference of two times of one zone is that of their clocks, which forgets a clock change.
    start, end = _utc(start), _utc(end)
    total = timedelta()
    for opens, closes in _spans(schedule, start, until=end):
        total += max(min(closes, end) - max(opens, start), timedelta())
    return total // SECOND


def add_open_time(schedule: Schedule, start: datetime, seconds: int) -> datetime:
    """The instant (UTC) by which `seconds` of open time have passed since `start`; 0 gives `start`.

    A promise that is used up exactly at closing time falls due at closing time, not at the next opening.
    Raises `NeverOpenError` when the hours run out.
    """
    at = _utc(start)
    left = timedelta(seconds=seconds)
    while left > timedelta():
        reached = at
        for opens, closes in _spans(schedule, at, until=at + HORIZON):
            reached = max(opens, at)
            if closes - reached >= left:
                return reached + left
            left -= closes - reached
            reached = closes
        if reached == at:
            raise NeverOpenError(f"no open time within {HORIZON.days} days of {at.isoformat()}")
        at = reached
    return at


Span = tuple[datetime, datetime]


def _spans(schedule: Schedule, start: datetime, *, until: datetime) -> Iterator[Span]:
    """Open spans (UTC) that end after `start` and begin before `until`, in order, those that touch joined."""
    joined: Span | None = None
    day = start.astimezone(schedule.zone).date() - DAY
    last = until.astimezone(schedule.zone).date()
    while day <= last:
        for opens, closes in _day_spans(schedule, day):
            if closes <= start or opens >= until:
                continue
            if joined is None:
                joined = opens, closes
            elif opens <= joined[1]:
                joined = joined[0], max(joined[1], closes)
            else:
                yield joined
                joined = opens, closes
        day += DAY
    if joined is not None:
        yield joined


def _day_spans(schedule: Schedule, day: date) -> Iterator[Span]:
    """The spans (UTC) that open on one local date, in order; those that a clock change swallows are left out."""
    hours = schedule.by_date.get(day)
    if hours is None:
        hours = schedule.weekly[day.weekday()]
    if not hours:
        return
    tomorrow = day + DAY
    cut = tomorrow in schedule.by_date
    for span in hours:
        opens = first_instant(schedule.zone, datetime.combine(day, span.opens))
        if span.closes > span.opens:
            closes = first_instant(schedule.zone, datetime.combine(day, span.closes))
        else:
            end = time() if cut else span.closes
            closes = first_instant(schedule.zone, datetime.combine(tomorrow, end))
        if opens < closes:
            yield opens, closes


def first_instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first instant (UTC) at which the clock of `zone` shows `wall` (naive) or a later time."""
    earlier = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if earlier.astimezone(zone).replace(tzinfo=None) == wall:
        return earlier  # the only passing, or the first of two
    # `wall` is skipped. Read with the offset after the change it lies before the change, with the one before
    # it lies after: the change is between the two, at a whole second.
    before = wall.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    low, high = 0, (earlier - before) // SECOND + 1
    while low < high:
        middle = (low + high) // 2
        shown = (before + middle * SECOND).astimezone(zone).replace(tzinfo=None)
        if shown >= wall:
            high = middle
        else:
            low = middle + 1
    return before + low * SECOND


def _in_order(hours: tuple[Hours, ...] | list[Hours]) -> tuple[Hours, ...]:
    return tuple(sorted(hours, key=lambda span: (span.opens, span.closes)))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone: pass an aware datetime")
    return moment.astimezone(UTC)
