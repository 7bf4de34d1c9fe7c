"""How long a thread may wait for the database in all, over however many statements and connections."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

_thread = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let everything this thread does in the block wait `seconds` together; an outer block's end still counts."""
    outer: float | None = getattr(_thread, "give_up_at", None)
    own = monotonic() + seconds
    _thread.give_up_at = own if outer is None else min(own, outer)
    try:
        yield
    finally:
        _thread.give_up_at = outer


def is_limited() -> bool:
    """Whether this thread is in such a block."""
    return getattr(_thread, "give_up_at", None) is not None


def left(most: float) -> float:
    """Seconds this thread may still wait, at most `most`; 0.0 when its time is over."""
    give_up_at: float | None = getattr(_thread, "give_up_at", None)
    return most if give_up_at is None else max(0.0, min(most, give_up_at - monotonic()))
