"""Who is at work: weekly shifts in a person's own zone, and absences. Pure; assignment asks it.

Being *on shift* is the calendar. Being *on duty* (ready to take a call now) is presence, and kept elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from people.hours import Interval, Schedule, is_open


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly stretch of work from `weekday` (0 is Monday), `starts` to `ends`; `ends` ≤ `starts`: the next date."""

    weekday: int
    starts: time
    ends: time
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Absence:
    """Away from `starts_at` until just before `ends_at` (both aware)."""

    starts_at: datetime
    ends_at: datetime
    why: str = ""


def on_shift(shifts: Iterable[Shift], absences: Iterable[Absence], now: datetime) -> bool:
    """Whether the calendar has this person at work at `now`.

    Nobody without a shift is at work: work is given to those of whom it is known. A shift follows the rules of
    opening hours at clock changes; department exceptions and holidays do not touch it.
    """
    if absent(absences, now) is not None:
        return False
    return any(is_open(_schedule(shift), now) for shift in shifts)


def absent(absences: Iterable[Absence], now: datetime) -> Absence | None:
    """The absence that holds at `now`: of several, the one that ends last."""
    holding = [absence for absence in absences if absence.starts_at <= now < absence.ends_at]
    return max(holding, key=lambda absence: absence.ends_at, default=None)


def around_the_clock(zone: ZoneInfo) -> tuple[Shift, ...]:
    """Shifts of somebody who is always at work."""
    return tuple(Shift(weekday, time(), time(), zone) for weekday in range(7))


@lru_cache(maxsize=4096)
def _schedule(shift: Shift) -> Schedule:
    return Schedule(shift.zone, (Interval(shift.weekday, shift.starts, shift.ends),))
