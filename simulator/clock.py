"""A call's own time. Nothing sleeps: speech, pauses and silences move it on, and so does real time if that is more."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

Now = Callable[[], datetime]


def real_now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


class CallClock:
    """The time on one call and all its legs. `base` is the world's time; `start` pretends that the call began then."""

    def __init__(self, base: Now = real_now, *, start: datetime | None = None) -> None:
        self._base = base
        self._began = base()
        self.start = start or self._began
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The time on this call; it never goes back."""
        return self.start + timedelta(seconds=self.elapsed())

    def elapsed(self) -> float:
        """Seconds since the call began."""
        with self._lock:
            # A person who takes longer to answer than the words take to speak is believed.
            real = (self._base() - self._began).total_seconds()
            self._skipped = max(self._skipped, real)
            return self._skipped

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass."""
        self.elapsed()
        with self._lock:
            self._skipped += max(0.0, seconds)

    def catch_up(self, moment: datetime) -> None:
        """Let time pass until this moment, if it is still to come: two calls that meet agree on the time."""
        self.advance((moment - self.now()).total_seconds())


def rfc2822(moment: datetime) -> str:
    """A date as the carrier writes it, in GMT: `Fri, 20 Aug 2010 01:13:42 +0000`."""
    return format_datetime(moment.astimezone(UTC))
