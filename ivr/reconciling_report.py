"""What came of a comparison with the carrier's lists: found, repaired, left and why. Ids and counts, no numbers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.clock import rfc3339
from ivr.told_afterwards import Repaired

WORDS = {
    "call": "calls we never heard of",
    "end": "calls whose end was never told",
    "duration": "calls whose length was never told",
    "leg": "legs of calls we placed that were never told, or not to their end",
    "recording": "recordings we were never told of",
    "fetch": "missing recordings that are fetched after all",
}
SHOWN = 200
"""How many repairs the kept report names one by one."""


class Left(StrEnum):
    """Why something was left as it is."""

    KNOWN = "known"
    PLACED = "calls we placed of which no leg is known, and no attempt waits for one"
    GOES_ON = "not over yet"
    FRESH = "younger than five minutes: their webhook may still come"
    ELSEWHERE = "calls to numbers that do not lead here"
    NO_CALL = "recordings of calls that are not ours"
    OTHER_ACCOUNT = "listed for one account, but another's"
    NOT_UNDERSTOOD = "not understood: see the log"
    TOLD = "nothing to repair: told meanwhile, or fetched in vain before"


@dataclass(kw_only=True)
class Report:
    """calls, recordings: how many were listed. unread: account → why its lists could not be read (to the end)."""

    since: datetime
    began_at: datetime
    dry_run: bool
    calls: int = 0
    recordings: int = 0
    repaired: list[Repaired] = field(default_factory=list)
    left: Counter[Left] = field(default_factory=Counter)
    unread: dict[str, str] = field(default_factory=dict)

    def leave(self, why: Left) -> None:
        """Count one that is left."""
        self.left[why] += 1

    def would_know(self, call_sid: str) -> bool:
        """Whether a run for real would have written this call before it came to the recordings."""
        return any(one.what == "call" and one.sid == call_sid for one in self.repaired)

    def lines(self) -> Iterator[str]:
        """For a terminal."""
        yield f"since {rfc3339(self.since)}: the carrier lists {self.calls} calls and {self.recordings} recordings"
        counted = Counter(one.what for one in self.repaired)
        verb = "would repair" if self.dry_run else "repaired"
        yield from (f"{verb} {count} {WORDS[what]}" for what, count in counted.items())
        if not counted:
            yield "nothing to repair"
        yield from (f"  {one.what} {one.sid}" for one in self.repaired)
        yield from (f"left {count}: {why}" for why, count in self.left.items())
        yield from (f"could not read {account}: {why}" for account, why in self.unread.items())

    def kept(self) -> dict[str, Any]:
        """For the database, as JSON."""
        return {
            "calls": self.calls,
            "recordings": self.recordings,
            "repaired": dict(Counter(one.what for one in self.repaired)),
            "left": {why.name.lower(): count for why, count in self.left.items()},
            "unread": self.unread,
            "each": [[one.what, one.sid, one.call_id] for one in self.repaired[:SHOWN]],
        }
