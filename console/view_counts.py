"""How much is in saved views: counted up to a bound, and at most once in a while, however often a list is opened."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta

from tickets.queries import Asked

FRESH = timedelta(seconds=15)
MOST_KEPT = 4000

Key = tuple[int, int, str]
"""Brand, viewer and address: `me` and `today` are somebody's own."""


class Counted:
    """The counts of this process, the latest asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[datetime, int]] = OrderedDict()

    def fresh(self, keys: Mapping[str, Key], *, now: datetime) -> dict[str, int]:
        """Of these views, those counted within FRESH."""
        with self._lock:
            found = {name: self._kept[key] for name, key in keys.items() if key in self._kept}
        return {name: count for name, (at, count) in found.items() if at <= now < at + FRESH}

    def keep(self, keys: Mapping[str, Key], counts: Mapping[str, int], *, now: datetime) -> None:
        """Remember what was counted now."""
        with self._lock:
            for name, count in counts.items():
                self._kept[keys[name]] = (now, count)
                self._kept.move_to_end(keys[name])
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


counted = Counted()


def missing(keys: Mapping[str, Key], asked: Mapping[str, Asked], known: Mapping[str, int]) -> dict[str, Asked]:
    """The views still to be counted."""
    return {name: asked[name] for name in keys if name not in known}
