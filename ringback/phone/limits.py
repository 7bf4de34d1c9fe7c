"""How often one address may call: the phone is open to whoever may open the demo."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ADDRESSES = 1000
"""So many are remembered; beyond that the one that called longest ago is forgotten."""


class TooOftenError(Exception):
    """Too many calls from this address: try again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} seconds")
        self.seconds = seconds


@dataclass
class Limit:
    """At most `most` calls in any `within`, by address, in each web worker."""

    most: int = 20
    within: timedelta = timedelta(minutes=1)
    _calls: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, address: str, *, now: datetime) -> None:
        """Somebody calls; raises TooOftenError."""
        with self._lock:
            calls = self._calls.pop(address, deque())
            self._calls[address] = calls
            while calls and calls[0] <= now - self.within:
                calls.popleft()
            if len(calls) >= self.most:
                raise TooOftenError(max(1, round((calls[0] + self.within - now).total_seconds())))
            calls.append(now)
            while len(self._calls) > ADDRESSES:
                del self._calls[next(iter(self._calls))]
