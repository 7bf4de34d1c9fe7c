"""The one reader of this process: looks for news a few times a second while anybody listens, and hands them out."""

import asyncio
import contextlib

import psycopg

from core import logs
from stream.hints import News, merged
from stream.listeners import Listeners

LOOK_SECONDS = 0.3
"""At this rate a look costs nothing to speak of, no caller pays for a notification, and a hint is there in time."""

PAUSE_SECONDS = (0.5, 1.0, 2.0, 5.0)
"""While the database is away."""

log = logs.get(__name__)


class Reader:
    """Reads until it is cancelled. A database that goes away is waited for; streams stay open meanwhile."""

    def __init__(self, database_url: str, listeners: Listeners, *, news: News | None = None) -> None:
        self._dsn = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._listeners = listeners
        self.news = news or News()

    async def run(self) -> None:
        """Look for news, for ever."""
        failures = 0
        while True:
            try:
                async with await self._connected() as connection:
                    while True:
                        # Without listeners too: whoever comes back asks for what they missed.
                        self._listeners.tell(merged(await self.news.look(connection)))
                        if failures:
                            log.info("stream_reads_again")
                        failures = 0
                        await asyncio.sleep(LOOK_SECONDS)
            except psycopg.Error as error:
                if not failures:
                    log.warning("stream_waits", trouble=type(error).__name__)
                failures += 1
                await asyncio.sleep(PAUSE_SECONDS[min(failures, len(PAUSE_SECONDS)) - 1])

    async def _connected(self) -> "psycopg.AsyncConnection[tuple[object, ...]]":
        return await psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=3,
            prepare_threshold=0,
            options="-c timezone=UTC -c statement_timeout=5000 -c default_transaction_read_only=on",
        )


async def ended(task: "asyncio.Task[None]") -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
