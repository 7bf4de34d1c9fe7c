"""A department's week as a picture: what is open on each day, and which dates differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from console.language import _
from console.moments import day_of, weekday
from people.hours import Hours, Schedule
from people.hours_text import hours_text

MINUTES = 24 * 60
AHEAD = timedelta(days=90)
MOST_DATES = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """Open from minute `at` of a day, for so many minutes."""

    at: int
    length: int


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday with what is open on it, hours of the evening before included; in words only what begins on it."""

    name: str
    said: str
    bars: tuple[Bar, ...]
    is_today: bool


@dataclass(frozen=True, slots=True)
class Special:
    """A date that differs from its week."""

    date: str
    name: str
    said: str


def week_of(schedule: Schedule, *, now: datetime) -> list[Day]:
    """The seven days from Monday on; today is marked as the department's own zone has it."""
    today = now.astimezone(schedule.zone).weekday()
    bars: list[list[Bar]] = [[] for _day in range(7)]
    for number, hours in enumerate(schedule.weekly):
        for span in hours:
            for days_on, bar in _bars(span):
                bars[(number + days_on) % 7].append(bar)
    return [
        Day(weekday(number), _said(schedule.weekly[number]), tuple(bars[number]), number == today)
        for number in range(7)
    ]


def specials_of(schedule: Schedule, *, now: datetime) -> list[Special]:
    """The next dates that differ, at most `MOST_DATES` within `AHEAD`."""
    today = now.astimezone(schedule.zone).date()
    named = {exception.date: exception.name for exception in schedule.exceptions}
    coming = sorted(date for date in schedule.by_date if today <= date <= today + AHEAD)
    return [Special(day_of(date), named[date], _said(schedule.by_date[date])) for date in coming[:MOST_DATES]]


def _bars(span: Hours) -> Iterator[tuple[int, Bar]]:
    """What a span covers of its own day, and of the next if it runs past midnight: (days on, bar)."""
    opens, closes = _minute(span.opens), _minute(span.closes)
    if closes > opens:
        yield 0, Bar(opens, closes - opens)
        return
    yield 0, Bar(opens, MINUTES - opens)
    if closes:
        yield 1, Bar(0, closes)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _said(hours: tuple[Hours, ...]) -> str:
    return hours_text(hours).replace("-", "–") if hours else _("closed")
