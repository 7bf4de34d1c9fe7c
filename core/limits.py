"""How often somebody may do something: counted in memory by whatever names them, in each process on its own."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

NAMES = 1000
"""So many are remembered; beyond that the one that came longest ago is forgotten."""


class TooOftenError(Exception):
    """Too often by this name: try again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} seconds")
        self.seconds = seconds


@dataclass
class Limit:
    """At most `most` times in any `within`, by name."""

    most: int = 20
    within: timedelta = timedelta(minutes=1)
    _times: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, name: str, *, now: datetime) -> None:
        """Once more; raises TooOftenError, and then it does not count."""
        with self._lock:
            times = self._recent(name, now)
            self._refuse(times, now)
            times.append(now)
            while len(self._times) > NAMES:
                del self._times[next(iter(self._times))]

    def check(self, name: str, *, now: datetime) -> None:
        """Whether there may be one more, without counting it; raises TooOftenError."""
        with self._lock:
            if name in self._times:
                self._refuse(self._recent(name, now), now)

    def _recent(self, name: str, now: datetime) -> deque[datetime]:
        times = self._times.pop(name, deque())
        self._times[name] = times
        while times and times[0] <= now - self.within:
            times.popleft()
        return times

    def _refuse(self, times: deque[datetime], now: datetime) -> None:
        if len(times) >= self.most:
            raise TooOftenError(max(1, round((times[0] + self.within - now).total_seconds())))
