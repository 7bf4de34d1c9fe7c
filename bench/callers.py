"""Callers who are many and cost little: one process, connections that do not block, little read of each answer.

They share the machine's cores with what they call, so what is known beforehand is made beforehand.
"""

import asyncio
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode, urlsplit

from bench.signature import FORM
from core.config import Settings
from ivr.signatures import sign

PATIENCE_SECONDS = 15.0
"""How long the carrier waits for an answer (Twilio, error 11205)."""

_ACTION = re.compile(r'action="([^"]+)"')
_NUMBERS = 5_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or 0 where nothing did within the carrier's patience; and when, in seconds."""

    status: int
    body: str
    sent_at: float
    seconds: float


@dataclass
class Caller:
    """One call: its SID, its number, and the answers it got, in order."""

    sid: str
    number: str
    answers: list[Answer] = field(default_factory=list)

    @property
    def heard(self) -> Answer:
        return self.answers[-1]


class Telephony:
    """Makes signed webhooks of an installation's account, as whole HTTP requests."""

    def __init__(self, settings: Settings) -> None:
        self._base, self._port = settings.public_url, settings.port
        self._account, self._token = settings.twilio_account_sid or "", settings.twilio_auth_tokens[0]

    def caller(self, number: int, *, run: int) -> Caller:
        """A caller from a number of their own, with a call that never was."""
        return Caller(f"CA{run:012x}{number:020x}", f"+1415{_NUMBERS + number:07d}")

    def request(self, caller: Caller, path: str, **more: str) -> bytes:
        """A webhook about this call."""
        parties = {"From": caller.number, "Caller": caller.number}
        form = FORM | {"AccountSid": self._account, "CallSid": caller.sid, "Digits": ""} | parties | more
        pairs = list(form.items())
        body = urlencode(pairs).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {sign(self._base + path, pairs, self._token)}\r\n\r\n"
        )
        return head.encode() + body

    def beginning(self, caller: Caller) -> bytes:
        return self.request(caller, "/voice/incoming", CallStatus="ringing")

    def pressed(self, caller: Caller, digits: str) -> bytes:
        """The next turn, where the last answer asks to be told. Raises LookupError where it asks for nothing."""
        found = _ACTION.search(caller.heard.body)
        if found is None:
            heard = caller.heard
            raise LookupError(f"the call {caller.sid} was asked nothing: {heard.status} {heard.body[:200]}")
        url = urlsplit(html.unescape(found[1]))
        return self.request(caller, f"{url.path}?{url.query}", Digits=digits)

    def ended(self, caller: Caller) -> bytes:
        more = {"CallStatus": "completed", "CallDuration": "30", "SequenceNumber": "3"}
        return self.request(caller, "/voice/status", **more)


class Connection:
    """A connection that is kept, opened when it is first needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> Answer:
        """The answer to one request; status 0 when there is none."""
        began = perf_counter()
        try:
            status, body = await asyncio.wait_for(self._ask(request), PATIENCE_SECONDS)
        except (OSError, EOFError, TimeoutError):
            self.close()
            status, body = 0, ""
        return Answer(status, body, began, perf_counter() - began)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: bytes) -> tuple[int, str]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        return int(head[9:12]), body.decode()


async def play(telephony: Telephony, callers: Sequence[Caller], keys: str, *, port: int, lines: int) -> None:
    """Play whole calls, `lines` at a time: begin, press each of `keys` when asked, hang up."""
    waiting = list(reversed(callers))

    async def line() -> None:
        connection = Connection(port)
        while waiting:
            caller = waiting.pop()
            caller.answers.append(await connection.ask(telephony.beginning(caller)))
            for key in keys:
                caller.answers.append(await connection.ask(telephony.pressed(caller, key)))
            caller.answers.append(await connection.ask(telephony.ended(caller)))
        connection.close()

    await asyncio.gather(*(line() for _ in range(lines)))


async def dial(requests: Sequence[tuple[Caller, bytes]], *, port: int, seconds: float) -> None:
    """Send each request over a connection of its own, evenly within `seconds`, whether or not others are answered."""
    began = perf_counter()

    async def one(number: int, caller: Caller, request: bytes) -> None:
        await asyncio.sleep(began + number * seconds / len(requests) - perf_counter())
        connection = Connection(port)
        caller.answers.append(await connection.ask(request))
        connection.close()

    await asyncio.gather(*(one(number, *each) for number, each in enumerate(requests)))
