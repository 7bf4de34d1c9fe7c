"""What the stream tells: new lines of the timeline, read by one reader for everybody, and kept for a while."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

OVERLAP = 200
"""Ids are given out before commits: so many of the newest are read again, for one that was committed late."""

KEPT = 2000
"""Hints remembered for those who come back; somebody away for longer is told to catch up by the page itself."""

MOST_AT_ONCE = 1000

NEW_EVENTS = """
select e.id, e.brand_id, t.number, t.version, e.call_id
from event e left join ticket t on t.id = e.ticket_id
where e.id > %(after)s order by e.id limit %(most)s
"""
LAST_EVENTS = "select id from event order by id desc limit %(most)s"


@dataclass(frozen=True)
class Hint:
    """That something changed: `kind` is `ticket` (id is its number) or `call` (id of ours), never what changed."""

    event: int
    brand_id: int
    kind: str
    id: int
    version: int

    def as_json(self) -> dict[str, Any]:
        """What is sent."""
        return {"event": self.event, "kind": self.kind, "id": self.id, "version": self.version}


class Connection(Protocol):
    """What is needed of an open database connection."""

    async def execute(self, query: str, params: dict[str, Any] | None = None, /) -> Any: ...


class News:
    """Reads new events, each once, in the order they are seen."""

    def __init__(self) -> None:
        self.newest: int | None = None
        self._seen: set[int] = set()
        self._kept: deque[Hint] = deque(maxlen=KEPT)

    async def look(self, connection: Connection) -> list[Hint]:
        """What is new since the last look; at the first one nothing, as it only learns where the timeline ends."""
        if self.newest is None:
            cursor = await connection.execute(LAST_EVENTS, {"most": OVERLAP})
            self._seen = {event for (event,) in await cursor.fetchall()}
            self.newest = max(self._seen, default=0)
            return []
        values = {"after": self.newest - OVERLAP, "most": MOST_AT_ONCE + OVERLAP}
        cursor = await connection.execute(NEW_EVENTS, values)
        found = [_hint(*row) for row in await cursor.fetchall()]
        fresh = [hint for hint in found if hint.event not in self._seen]
        self._kept.extend(fresh)
        newest = self.newest = max([self.newest, *(hint.event for hint in fresh)])
        self._seen = {event for event in (*self._seen, *(hint.event for hint in found)) if event > newest - OVERLAP}
        return fresh

    def since(self, event: int, *, brand_id: int) -> list[Hint]:
        """What is remembered of a brand after this event, and just before it: each may come twice."""
        return [hint for hint in self._kept if hint.brand_id == brand_id and hint.event > event - OVERLAP]


def merged(hints: Iterable[Hint]) -> list[Hint]:
    """The last hint about each thing: a call in progress writes many events, and a page asks once."""
    last = {(hint.brand_id, hint.kind, hint.id): hint for hint in hints}
    return sorted(last.values(), key=lambda hint: hint.event)


def _hint(event: int, brand_id: int, number: int | None, version: int | None, call_id: int | None) -> Hint:
    if number is not None:
        return Hint(event, brand_id, "ticket", number, version or 0)
    return Hint(event, brand_id, "call", call_id or 0, 0)
