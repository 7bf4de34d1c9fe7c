"""Opening hours as people write them: `Mon-Fri 09:00-17:00; Sat 10:00-12:00, 13:00-15:00`.

Days are named by three letters or more in English, alone, listed (`Mon,Wed`), as a range (`Mon-Fri`, also
`Sat-Mon`), or all at once (`Daily`). Times are 24-hour; `24:00` is midnight at the end; hours may pass midnight
(`22:00-06:00`). `closed`, or nothing, is no hours at all. What is written back is the shortest such text.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import time
from itertools import pairwise

from people.hours import Hours, Interval
from people.refusals import FieldRefused, said

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
MOST_TEXT = 2000
"""Longer text than any week needs is refused before it is looked at."""


class HoursTextError(FieldRefused):
    """The text is not hours. `field` is what to look at, `cure` what to write; the message has both."""


def parse_week(text: str, *, field: str = "hours") -> tuple[Interval, ...]:
    """Weekly hours in order. Raises `HoursTextError` naming `field`, the part in question and the cure."""
    _refuse_overlong(text, field)
    intervals: list[Interval] = []
    if _says_closed(text):
        return ()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        names, times = _split_part(part, field)
        hours = parse_hours(times, field=field)
        if not hours and _says_closed(times):
            continue
        for weekday in _weekdays(names, field):
            intervals += [Interval(weekday, span.opens, span.closes) for span in hours]
    intervals.sort(key=lambda interval: (interval.weekday, interval.opens))
    _refuse_overlaps(intervals, field)
    return tuple(intervals)


def parse_hours(text: str, *, field: str = "hours") -> tuple[Hours, ...]:
    """One day's hours, as an exception has them: `09:00-12:00, 13:00-17:00`, or `closed`."""
    _refuse_overlong(text, field)
    if _says_closed(text):
        return ()
    spans = sorted((_span(piece.strip(), field) for piece in text.split(",")), key=lambda span: span.opens)
    _refuse_overlaps([Interval(0, span.opens, span.closes) for span in spans], field)
    return tuple(spans)


def week_text(week: Iterable[Interval]) -> str:
    """The text that `parse_week` reads back to the same hours; `closed` for none."""
    days: list[list[Hours]] = [[] for _ in DAYS]
    for interval in week:
        days[interval.weekday].append(Hours(interval.opens, interval.closes))
    texts = [hours_text(day) for day in days]
    if len(set(texts)) == 1:
        return texts[0] if texts[0] == "closed" else f"Daily {texts[0]}"
    return "; ".join(
        f"{_names(first, last)} {texts[first]}" for first, last in _runs(texts) if texts[first] != "closed"
    )


def hours_text(hours: Iterable[Hours]) -> str:
    """One day's hours as text; `closed` for none."""
    spans = sorted(hours, key=lambda span: (span.opens, span.closes))
    if not spans:
        return "closed"
    return ", ".join(f"{span.opens:%H:%M}-{_closing_text(span.closes)}" for span in spans)


def _says_closed(text: str) -> bool:
    return text.strip().casefold() in {"", "closed"}


def _refuse_overlong(text: str, field: str) -> None:
    if len(text) > MOST_TEXT:
        raise HoursTextError(
            field, said("%(count)s characters are too many", count=len(text)), said("name each day once")
        )


def _split_part(part: str, field: str) -> tuple[str, str]:
    """`Mon-Fri 09:00-17:00` into its days and its times: the times begin at the first digit, or `closed`."""
    match = re.fullmatch(r"([A-Za-z ,\-–]*[A-Za-z])\s+([0-9].*|closed)", part, re.IGNORECASE)
    if match is None:
        raise HoursTextError(
            field,
            said("“%(text)s” is not days and times", text=_short(part)),
            said("write for example Mon-Fri 09:00-17:00"),
        )
    return match[1], match[2]


def _weekdays(names: str, field: str) -> list[int]:
    if names.strip().casefold() in {"daily", "every day"}:
        return list(range(7))
    chosen: list[int] = []
    for name in names.split(","):
        ends = [_weekday(end, field) for end in re.split(r"[-–]", name.strip())]
        if len(ends) > 2:
            raise HoursTextError(
                field, said("“%(text)s” is not a range of days", text=_short(name)), said("write for example Mon-Fri")
            )
        chosen += [(ends[0] + step) % 7 for step in range((ends[-1] - ends[0]) % 7 + 1)]
    return sorted(set(chosen))


def _weekday(name: str, field: str) -> int:
    wanted = name.strip().casefold()
    for number, day in enumerate(DAYS):
        if len(wanted) >= 3 and day.casefold().startswith(wanted):
            return number
    raise HoursTextError(
        field,
        said("“%(text)s” is not a day", text=_short(name)),
        said("use Mon, Tue, Wed, Thu, Fri, Sat, Sun or Daily"),
    )


def _span(text: str, field: str) -> Hours:
    match = re.fullmatch(r"([0-9]{1,2}:[0-9]{2})\s*[-–]\s*([0-9]{1,2}:[0-9]{2})", text)
    if match is None:
        raise HoursTextError(
            field,
            said("“%(text)s” is not an opening and a closing time", text=_short(text)),
            said("write for example 09:00-17:00"),
        )
    return Hours(_time(match[1], field), time() if match[2] == "24:00" else _time(match[2], field))


def _time(text: str, field: str) -> time:
    hour, minute = (int(piece) for piece in text.split(":"))
    if hour > 23 or minute > 59:
        raise HoursTextError(
            field,
            said("%(text)s is not a time", text=text),
            said("use 00:00 to 23:59, or 24:00 for midnight at the end"),
        )
    return time(hour, minute)


def _refuse_overlaps(week: list[Interval], field: str) -> None:
    """Hours written twice are most often a slip, so they are shown rather than silently joined."""
    if len(week) < 2:
        return
    spans = sorted(_minutes(interval) for interval in week)
    around = (spans[0][0] + WEEK_MINUTES, spans[0][1] + WEEK_MINUTES)
    for (start, end), (following, _) in pairwise([*spans, around]):
        if following < end:
            raise HoursTextError(
                field,
                said(
                    "the hours from %(first)s and those from %(second)s overlap",
                    first=_moment(start),
                    second=_moment(following),
                ),
                said("join them, or end the first earlier"),
            )


def _minutes(interval: Interval) -> tuple[int, int]:
    start = interval.opens.hour * 60 + interval.opens.minute
    end = interval.closes.hour * 60 + interval.closes.minute
    offset = interval.weekday * DAY_MINUTES
    return offset + start, offset + end + (DAY_MINUTES if end <= start else 0)


def _moment(minute: int) -> str:
    day, rest = divmod(minute % WEEK_MINUTES, DAY_MINUTES)
    return f"{DAYS[day][:3]} {rest // 60:02}:{rest % 60:02}"


def _runs(texts: list[str]) -> Iterator[tuple[int, int]]:
    first = 0
    for number in range(1, 8):
        if number == 7 or texts[number] != texts[first]:
            yield first, number - 1
            first = number


def _names(first: int, last: int) -> str:
    if first == last:
        return DAYS[first][:3]
    return f"{DAYS[first][:3]}{',' if last == first + 1 else '-'}{DAYS[last][:3]}"


def _closing_text(closes: time) -> str:
    return "24:00" if closes == time() else f"{closes:%H:%M}"


def _short(text: str) -> str:
    return text.strip() if len(text) <= 40 else f"{text.strip()[:40]}…"
