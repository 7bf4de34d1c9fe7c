"""The stream's application (ASGI): `GET /hints?ticket=…` answers with server-sent events until the browser goes.

Events: `hint` (data: event, kind, id, version; the id is the event's), and `beat` every 15 seconds, by which a page
knows that the stream still lives. Who comes back says in Last-Event-ID, or `after=`, what they know.
Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import contextlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from core.clock import Clock, utc_now
from core.config import Settings
from people.stream_tickets import StreamTicket, TicketRefused, read
from stream.hints import Hint, merged
from stream.listeners import Listener, Listeners, TooManyStreams
from stream.reader import Reader, ended

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BEAT_SECONDS = 15.0
RETRY_SECONDS = 10
MOST_USED = 20_000


class StreamApplication:
    """One process's streams. `lifespan` starts and ends the reader."""

    def __init__(self, settings: Settings, *, clock: Clock = utc_now, most: int | None = None) -> None:
        self._settings, self._clock = settings, clock
        self.listeners = Listeners() if most is None else Listeners(most=most)
        self.reader = Reader(settings.database_url or "", self.listeners)
        self._used: OrderedDict[str, None] = OrderedDict()
        self.beat_seconds = BEAT_SECONDS

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        reading = asyncio.create_task(self.reader.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.listeners.close()
        await ended(reading)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] == "/healthz":
            return await self._say(send, HTTPStatus.OK, "ok")
        if scope["path"] not in ("/hints", "/stream/hints"):  # a proxy may keep the path it was given
            return await self._say(send, HTTPStatus.NOT_FOUND, "no such page")
        if scope["method"] != "GET":
            return await self._say(send, HTTPStatus.METHOD_NOT_ALLOWED, "only GET")
        query = parse_qs(scope["query_string"].decode("latin-1"))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if (origin := headers.get("origin")) is not None and origin != self._settings.public_url:
            return await self._say(send, HTTPStatus.FORBIDDEN, "not from there")
        try:
            ticket = self._ticket(query.get("ticket", [""])[0])
        except (TicketRefused, ValueError, TypeError):
            return await self._say(send, HTTPStatus.FORBIDDEN, "ask for a new ticket")
        known = _number(headers.get("last-event-id") or query.get("after", [""])[0])
        try:
            with self.listeners.listening(account_id=ticket.account_id, brand_id=ticket.brand_id) as listener:
                await self._stream(listener, known, receive, send)
        except TooManyStreams:
            await self._say(send, HTTPStatus.SERVICE_UNAVAILABLE, "too many streams", retry_after=RETRY_SECONDS)
        return None

    def _ticket(self, text: str) -> StreamTicket:
        """Each opens one stream: an address that was seen somewhere opens none. Raises TicketRefused."""
        ticket = read(text, keys=self._settings.secret_keys, now=self._clock())
        if text in self._used:
            raise TicketRefused("used")
        self._used[text] = None
        while len(self._used) > MOST_USED:
            self._used.popitem(last=False)
        return ticket

    async def _stream(self, listener: Listener, known: int | None, receive: Receive, send: Send) -> None:
        missed = [] if known is None else merged(self.reader.news.since(known, brand_id=listener.brand_id))
        # Padding: some proxies and browsers hold back the first kilobytes.
        await self._start(send, b"retry: 3000\n:" + b" " * 1024 + b"\n\n" + b"".join(map(_event, missed)))
        gone = asyncio.create_task(_gone(receive))
        try:
            async for data in self._heard(listener, gone):
                await send({"type": "http.response.body", "body": data, "more_body": True})
        finally:
            gone.cancel()
        with contextlib.suppress(Exception):  # whoever is gone cannot be told that it is over
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _heard(self, listener: Listener, gone: "asyncio.Task[None]") -> AsyncIterator[bytes]:
        """What to send next, until either side ends it."""
        while not gone.done():
            waiting = asyncio.create_task(listener.waiting.get())
            done, _ = await asyncio.wait((waiting, gone), timeout=self.beat_seconds, return_when="FIRST_COMPLETED")
            if waiting not in done:
                waiting.cancel()
                if not gone.done():
                    yield b"event: beat\ndata: {}\n\n"
                continue
            hint = waiting.result()
            if hint is None:
                return
            yield _event(hint)

    async def _start(self, send: Send, body: bytes) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"x-accel-buffering", b"no"),
            *self._common(),
        ]
        await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": True})

    async def _say(self, send: Send, status: HTTPStatus, words: str, *, retry_after: int | None = None) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *self._common()]
        if retry_after is not None:
            headers.append((b"retry-after", str(retry_after).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": f"{words}\n".encode(), "more_body": False})

    def _common(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"cache-control", b"no-store"),
            (b"access-control-allow-origin", self._settings.public_url.encode()),
            (b"vary", b"Origin"),
            (b"x-content-type-options", b"nosniff"),
        ]


async def _gone(receive: Receive) -> None:
    """Returns once the browser is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(hint: Hint) -> bytes:
    return f"id: {hint.event}\nevent: hint\ndata: {json.dumps(hint.as_json(), separators=(',', ':'))}\n\n".encode()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
