"""What happens in the demo's past: drawn from a seed and the moment it ends, so that a later start draws the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from ringback.demo_past.callers import WITHHELD, Caller, regulars, stranger
from ringback.demo_past.matters import MATTERS, Matter
from ringback.demo_past.stories import AGAIN, ASKS_FOR_CALLBACK, FIRST_CALLS, LEAVES_SOMETHING, choose, story
from simulator.story import Story

DAYS = 30

CALLS_ON_WORKDAYS, CALLS_ON_WEEKENDS = (5, 8), (2, 4)
"""Fewest and most first calls of a day; with those who call again about 200 in a month."""

LONGEST_CALL = timedelta(minutes=5)
"""Who calls later than this before the end would still be talking."""

_HOURS = (0, 1, 1, 0, 0, 0, 1, 3, 7, 12, 14, 13, 9, 10, 12, 12, 9, 6, 4, 3, 2, 2, 1, 1)
"""How busy each hour of the day is."""


@dataclass(frozen=True)
class PlannedCall:
    """Somebody calls. `key` names the matter: calls and touches of one key belong to one ticket."""

    at: datetime
    key: str
    caller: Caller
    story: Story
    answers: tuple[str, ...] = ()
    """How their phone goes when we call back, try after try (see simulator/behaviours.py)."""


@dataclass(frozen=True)
class Touch:
    """Somebody who works here does something to the ticket of that `key`; `does` is one of touching.TOUCHES."""

    at: datetime
    key: str
    does: str
    matter: Matter
    words: str = ""


@dataclass(frozen=True)
class Day:
    """Everything that begins on one day; touches and calls of later days are those that follow from it."""

    number: int
    """0 is the day on which the past ends, 1 the day before."""
    calls: tuple[PlannedCall, ...]
    touches: tuple[Touch, ...]


def plan(*, seed: int, ends_at: datetime, zone: str) -> list[Day]:
    """The days of the past, the newest first. Nothing in them is later than `ends_at`."""
    taken: set[str] = set()
    return [_day(number, Random(f"{seed}:{number}"), ends_at, ZoneInfo(zone), taken) for number in range(DAYS)]  # noqa: S311


def _day(number: int, random: Random, ends_at: datetime, zone: ZoneInfo, taken: set[str]) -> Day:
    date = (ends_at.astimezone(zone) - timedelta(days=number)).date()
    fewest, most = CALLS_ON_WEEKENDS if date.weekday() >= 5 else CALLS_ON_WORKDAYS
    calls: list[PlannedCall] = []
    touches: list[Touch] = []
    # A regular with two matters on one day would be asked which one they mean, and these do not know the number.
    known = iter(random.sample(regulars(), len(regulars())))
    for place in range(random.randint(fewest, most)):
        hour = random.choices(range(24), weights=_HOURS)[0]
        at = datetime.combine(date, time(hour, random.randrange(60), random.randrange(60)), zone)
        matter = random.choice(MATTERS)
        way = choose(random, FIRST_CALLS)
        caller = _caller(random, known, taken, way)
        key = f"{number}:{place}"
        calls.append(_call(at, key, caller, way, matter, random))
        touches += _touches(at, key, way, matter, random, old=number > 9)
        if way in LEAVES_SOMETHING and caller.number != WITHHELD and random.random() < 0.3:
            again_at = at + timedelta(hours=random.uniform(2, 30))
            calls.append(_call(again_at, key, caller, choose(random, AGAIN), matter, random))
    return Day(
        number,
        tuple(sorted((call for call in calls if call.at < ends_at - LONGEST_CALL), key=lambda call: call.at)),
        tuple(sorted((touch for touch in touches if touch.at < ends_at), key=lambda touch: touch.at)),
    )


def _caller(random: Random, known: Iterator[Caller], taken: set[str], way: str) -> Caller:
    drawn = random.random()
    if drawn < 0.07 and way not in ASKS_FOR_CALLBACK:
        return Caller(WITHHELD)
    if drawn < 0.35:
        return stranger(random, taken=taken)
    return next(known)


def _call(at: datetime, key: str, caller: Caller, way: str, matter: Matter, random: Random) -> PlannedCall:
    tries = random.choices(
        [("answers",), ("no-answer", "answers"), ("busy", "answers"), ("no-answer",)], (75, 12, 8, 5)
    )
    told = story(way, caller=caller, matter=matter, random=random)
    return PlannedCall(at, key, caller, told, tries[0] if way in ASKS_FOR_CALLBACK else ())


def _touches(at: datetime, key: str, way: str, matter: Matter, random: Random, *, old: bool) -> Iterator[Touch]:
    """What becomes of a matter. Of an `old` one nearly everything is done by now."""
    moment = at + timedelta(minutes=random.uniform(6, 150))
    if way not in LEAVES_SOMETHING and way not in ASKS_FOR_CALLBACK:
        if random.random() < 0.7:
            yield Touch(moment, key, "give up", matter)
        return
    yield Touch(moment, key, "write down", matter)
    if random.random() < 0.08:
        moment += timedelta(minutes=random.uniform(1, 20))
        yield Touch(moment, key, "hand over", matter)
    for words in matter.notes[: random.randint(1, 2)]:
        moment += timedelta(minutes=random.uniform(10, 400))
        yield Touch(moment, key, "note", matter, words)
    waits = random.random()
    if waits < 0.3:
        moment += timedelta(minutes=random.uniform(1, 30))
        yield Touch(moment, key, "wait" if waits < 0.22 else "hold", matter)
    if random.random() < (0.97 if old else 0.72):
        moment += timedelta(hours=random.expovariate(1 / 14))
        yield Touch(moment, key, "solve", matter)
