"""Which calls a page shows, as its address says it: `direction`, `department`, `result`, `day`, `number`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from console import call_words
from console.language import _
from console.visit import Visit
from people.models import Department
from tickets.call_lines import AskedCalls
from tickets.customer_search import digits_in

FILTERS = ("direction", "department", "result", "day", "number")


def read(visit: Visit, departments: Sequence[Department]) -> dict[str, str]:
    """The filters that mean something; others are as if they were not there."""
    values = {name: visit.query.get(name, "").strip() for name in FILTERS}
    known = {
        "direction": values["direction"] in call_words.DIRECTION,
        "department": values["department"] in {department.key for department in departments},
        "result": values["result"] in call_words.RESULT,
        "day": _day(values["day"]) is not None,
        "number": bool(values["number"]),
    }
    return {name: text if known[name] else "" for name, text in values.items()}


def asked(visit: Visit, values: Mapping[str, str], departments: Sequence[Department]) -> AskedCalls:
    day = _day(values["day"])
    since = datetime.combine(day, time(0), tzinfo=visit.zone) if day else None
    ids = {department.key: department.id for department in departments}
    return AskedCalls(
        direction=values["direction"] or None,
        department_id=ids.get(values["department"]),
        result=values["result"] or None,
        since=since,
        # The next midnight on the wall: 23 or 25 hours later when the clocks change.
        before=datetime.combine(day + timedelta(days=1), time(0), tzinfo=visit.zone) if day else None,
        digits=digits_in(values["number"]) if values["number"] else None,
    )


def said(values: Mapping[str, str], names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    result = call_words.RESULT.get(values["result"])
    return [
        ("direction", _("Direction"), call_words.direction(values["direction"])),
        ("department", _("Department"), names.get(values["department"], "")),
        ("result", _("Result"), result.said if result else ""),
        ("day", _("Day"), values["day"]),
        ("number", _("Number"), values["number"]),
    ]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 9999 else None
