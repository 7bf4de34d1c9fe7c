"""Everybody whose stream is open: each has a short queue of their own, and one that does not read is let go."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from stream.hints import Hint

MOST = 1000
"""Streams of one process: each is a socket and a few kB, and a browser opens one for all its tabs."""

MOST_OF_ACCOUNT = 10
"""Streams one person may have open: several browsers, and those that have not noticed yet that they are gone."""

MOST_WAITING = 500


class TooManyStreams(RuntimeError):
    """Try again later, or poll."""


@dataclass(eq=False)
class Listener:
    """One open stream. A None in its queue ends it."""

    account_id: int
    brand_id: int
    waiting: "asyncio.Queue[Hint | None]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def put(self, hint: Hint | None) -> bool:
        """Queue a hint; False: the queue is full, nobody reads it."""
        try:
            self.waiting.put_nowait(hint)
        except asyncio.QueueFull:
            return False
        return True


class Listeners:
    """All open streams of this process. Used from its one thread."""

    def __init__(self, *, most: int = MOST) -> None:
        self._open: set[Listener] = set()
        self._most = most
        self.closing = asyncio.Event()

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def listening(self, *, account_id: int, brand_id: int) -> Iterator[Listener]:
        """One more stream, while the block runs. Raises `TooManyStreams`."""
        own = sum(1 for other in self._open if other.account_id == account_id)
        if len(self._open) >= self._most or own >= MOST_OF_ACCOUNT:
            raise TooManyStreams
        listener = Listener(account_id, brand_id)
        self._open.add(listener)
        try:
            yield listener
        finally:
            self._open.discard(listener)

    def tell(self, hints: Iterable[Hint]) -> None:
        """Queue the hints for whoever they concern."""
        for hint in hints:
            for listener in tuple(self._open):
                if listener.brand_id == hint.brand_id and not listener.put(hint):
                    self._let_go(listener)

    def close(self) -> None:
        """End every stream."""
        self.closing.set()
        for listener in tuple(self._open):
            self._let_go(listener)

    def _let_go(self, listener: Listener) -> None:
        self._open.discard(listener)
        while not listener.waiting.empty():
            listener.waiting.get_nowait()
        listener.put(None)
