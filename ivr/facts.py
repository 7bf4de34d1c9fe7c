"""What a turn may know besides what was heard: the cheap facts of every turn, and the one read for the others."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from callflows.facts import UNKNOWN, KnownTicket, Open
from ivr.forms import Parties
from ivr.statements import FACTS


class Statements(Protocol):
    """Runs one statement on this thread's connection (core.database.CallerConnections)."""

    def execute(self, statement: str, values: dict[str, Any], /) -> list[Any]: ...


def cheap(
    parties: Parties, hours: Mapping[str, tuple[bool, datetime | None]], *, zone: str, now: datetime
) -> dict[str, object]:
    """The facts that cost nothing. hours: by department key, whether it is open and when it opens next."""
    return {
        "caller": parties.caller,
        "attested": parties.attested,
        "hours": {
            key: Open(open=is_open, next=None if is_open else spoken_opening(opens, zone=zone, now=now))
            for key, (is_open, opens) in hours.items()
        },
        # Presence comes with agents who can go on duty; until then nobody is.
        "duty": dict.fromkeys(hours, False),
    }


def read(statements: Statements, parties: Parties, *, brand_id: int, zone: str) -> dict[str, object]:
    """The facts that need the database, all in one statement. Raises what the database raises."""
    values = {
        "brand_id": brand_id,
        "caller": parties.caller,
        "account_sid": parties.account_sid,
        "first_sid": parties.first_sid,
    }
    [(tickets, own)] = statements.execute(FACTS, values)
    return {
        "tickets": tuple(
            KnownTicket(number=number, state=state, opened=_local_day(opened, zone))
            for number, state, opened in tickets or ()
        ),
        "ticket": own,
    }


def unknown() -> dict[str, object]:
    """The same facts while the database is away: every step has an answer for that."""
    return {"tickets": UNKNOWN, "ticket": None}


def spoken_opening(opens: datetime | None, *, zone: str, now: datetime) -> str | None:
    """A phrase that completes "We open again …": ``tomorrow at 9``, ``on Monday at 8:30``; None when not known."""
    if opens is None:
        return None
    there, today = opens.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    clock = f"{there.hour % 12 or 12}" + (f":{there.minute:02d}" if there.minute else "")
    half = "in the morning" if there.hour < 12 else "in the afternoon" if there.hour < 18 else "in the evening"
    days = (there.date() - today).days
    day = {0: "today", 1: "tomorrow"}.get(days) or (
        f"on {there:%A}" if days < 7 else f"on {there:%A}, {there:%B} {there.day}"
    )
    return f"{day} at {clock} {half}"


def _local_day(moment: str, zone: str) -> date:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date()
