"""The form for a call logged by hand: what was typed, read into what `tickets.manual` takes, or what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.language import _
from console.refusals import words
from people.numbers import NumberProblem, to_e164
from tickets.manual import DIRECTIONS, LONGEST_SECONDS, Told

FIELDS = ("direction", "number", "when", "duration", "department", "customer", "name", "ticket", "subject", "note")
NEW = "new"
_USUAL_LENGTH = timedelta(minutes=5)


@dataclass(frozen=True)
class Typed:
    """The form as typed; `problems`: field → what is wrong, for those that were read and cannot be."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    number: str | None = None
    started_at: datetime | None = None
    duration: int = 0

    def told(self, started_at: datetime) -> Told:
        """For `log_call`, of a form without problems."""
        outbound = self.values["direction"] == "outbound"
        return Told(
            direction=self.values["direction"],
            started_at=started_at,
            duration=self.duration,
            from_number=None if outbound else self.number,
            to_number=self.number if outbound else None,
            subject=self.values["subject"],
            note=self.values["note"],
        )


def blank(given: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """What the form holds at first: whatever the address gives, an incoming call of a few minutes ago."""
    values = {name: given.get(name, "").strip() for name in FIELDS}
    values["direction"] = values["direction"] if values["direction"] in DIRECTIONS else "inbound"
    values["when"] = values["when"] or f"{(now - _USUAL_LENGTH).astimezone(zone):%Y-%m-%dT%H:%M}"
    values["ticket"] = values["ticket"] or NEW
    return values


def read(given: Mapping[str, str], *, country: str, zone: ZoneInfo) -> Typed:
    """Read what was sent. Numbers as people in `country` write them, times as the clocks in `zone` show them."""
    values = {name: given.get(name, "").strip() for name in FIELDS}
    problems: dict[str, str] = {}
    if values["direction"] not in DIRECTIONS:
        problems["direction"] = _("Say whether they called you or you called them.")
    number = number_in(values["number"], country=country)
    if isinstance(number, NumberProblem):
        problems["number"] = words(number.said)
    elif number is None and values["direction"] == "outbound":
        problems["number"] = _("Give the number you called.")
    started_at = _moment(values["when"], zone)
    if started_at is None:
        problems["when"] = _("Give the day and time the call began.")
    duration = seconds_in(values["duration"])
    if duration is None:
        problems["duration"] = _("Give minutes, or minutes and seconds, such as 4 or 4:30.")
    return Typed(
        values, problems, None if isinstance(number, NumberProblem) else number, started_at, duration if duration else 0
    )


def number_in(text: str, *, country: str) -> str | NumberProblem | None:
    """The number of whoever is not us; None where nothing was typed: they withheld it."""
    return to_e164(text, country) if text.strip() else None


def seconds_in(text: str) -> int | None:
    """`4` and `4 min` are minutes, `4:30` minutes and seconds, `1:04:30` with hours; None: it is none of these."""
    plain = re.sub(r"\s*(min|minutes?|m)\.?$", "", text.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"[0-9]{1,4}(:[0-5]?[0-9]){0,2}", plain, re.ASCII):
        return None
    parts = [int(part) for part in plain.split(":")]
    hours, minutes, seconds = {1: (0, parts[0], 0), 2: (0, *parts), 3: tuple(parts)}[len(parts)]
    length = hours * 3600 + minutes * 60 + seconds
    return length if length <= LONGEST_SECONDS else None


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A local time as `<input type=datetime-local>` sends it, or the same with a space."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is not None or "T" not in text.replace(" ", "T") or not 1970 <= moment.year < 9000:
        return None
    return moment.replace(tzinfo=zone)
