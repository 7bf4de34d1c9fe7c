"""A TCP proxy that spoils connections on demand: for a database, a queue or a store that is slow, silent or gone.

It serves any number of connections from one thread, and is switched while they are open, from any thread.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

CHUNK = 65536
_SLICE_SECONDS = 0.05
_LINGER = struct.pack("ii", 1, 0)

Upstream = tuple[str, int] | str
"""Host and port, or the path of a unix socket."""


class Kind(StrEnum):
    """What may be wrong with a connection."""

    PASS = "pass"  # noqa: S105 - no password
    DELAY = "delay"
    """Every piece arrives `seconds` late, in both directions."""
    THROTTLE = "throttle"
    """At most `rate` bytes a second, in each direction of each connection."""
    DROP = "drop"
    """Connections are accepted, and what is sent is lost. Whoever lost something is reset once it is over."""
    HOLD = "hold"
    """Nothing moves, as with a stopped server; once it is over all of it arrives, late."""
    HALF_OPEN = "half-open"
    """What the client sends arrives; what comes back is lost. Whoever lost something is reset once it is over."""
    RESET = "reset"
    """Open connections are reset, and new ones as soon as they are made."""
    REFUSE = "refuse"
    """Open connections are reset, and nobody listens."""


@dataclass(frozen=True)
class Fault:
    """A kind with its measure: `seconds` of delay, `rate` in bytes a second."""

    kind: Kind = Kind.PASS
    seconds: float = 0.0
    rate: float = 0.0


PASS, DROP, HOLD = Fault(), Fault(Kind.DROP), Fault(Kind.HOLD)
HALF_OPEN, RESET, REFUSE = Fault(Kind.HALF_OPEN), Fault(Kind.RESET), Fault(Kind.REFUSE)


def delay(seconds: float) -> Fault:
    """So much later, each piece."""
    return Fault(Kind.DELAY, seconds=seconds)


def throttle(rate: float) -> Fault:
    """So many bytes a second at most."""
    return Fault(Kind.THROTTLE, rate=rate)


@dataclass(eq=False)
class _Connection:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    lost: bool = False
    pumps: list["asyncio.Task[None]"] = field(default_factory=list)

    def reset(self) -> None:
        for writer in (self.client, self.server):
            if writer is not None:
                _abort(writer)


class FaultProxy:
    """Passes connections to `upstream` on, as `fault` says. Port 0 takes a free one, which stays the same."""

    def __init__(self, upstream: Upstream, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.upstream, self.host, self.port = upstream, host, port
        self.accepted = 0
        self._fault = PASS
        self._open: set[_Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def fault(self) -> Fault:
        """What is wrong now."""
        return self._fault

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    def start(self) -> None:
        """Listen from now on; raises OSError when the port is taken."""
        self._thread.start()
        self._wait(self._listen())

    def switch(self, fault: Fault) -> None:
        """From now on this is wrong, with open connections too; returns once it is so."""
        self._wait(self._switched(fault))

    @contextlib.contextmanager
    def spoiled(self, fault: Fault) -> Iterator[None]:
        """Wrong for the length of a with block."""
        self.switch(fault)
        try:
            yield
        finally:
            self.switch(PASS)

    def close(self) -> None:
        """Reset what is open, and listen no more."""
        if self._thread.is_alive():
            self._wait(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def _wait(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, self.host, self.port, limit=CHUNK, backlog=512)
            self.port = self._server.sockets[0].getsockname()[1]

    def _deaf(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _switched(self, fault: Fault) -> None:
        self._fault = fault
        if fault.kind in (Kind.RESET, Kind.REFUSE):
            self._reset(set(self._open))
        elif fault.kind not in (Kind.DROP, Kind.HALF_OPEN):
            self._reset({each for each in self._open if each.lost})
        if fault.kind is Kind.REFUSE:
            self._deaf()
        else:
            await self._listen()
        self._changed.set()
        self._changed = asyncio.Event()

    def _reset(self, connections: set[_Connection]) -> None:
        for each in connections:
            each.reset()
            for pump in each.pumps:
                pump.cancel()

    async def _end(self) -> None:
        self._deaf()
        self._reset(set(self._open))
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer)
        self.accepted += 1
        self._open.add(connection)
        try:
            await self._joined(connection, reader)
        except (OSError, asyncio.CancelledError):
            pass  # either end is gone, or we are: both ends are told below
        finally:
            self._open.discard(connection)
            connection.reset()

    async def _joined(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        if self._fault.kind is Kind.RESET:
            return
        if self._fault.kind is Kind.DROP:
            connection.lost = True
            while await reader.read(CHUNK):
                pass
            return
        while self._fault.kind is Kind.HOLD:
            await self._changed.wait()
        back, connection.server = await self._connected()
        pumps = [
            asyncio.ensure_future(self._pump(connection, reader, connection.server, answers=False)),
            asyncio.ensure_future(self._pump(connection, back, connection.client, answers=True)),
        ]
        connection.pumps = pumps
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        if all(pump.done() and not pump.cancelled() and pump.exception() is None for pump in pumps):
            await _close(connection.client)
            await _close(connection.server)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.upstream, str):
            return await asyncio.open_unix_connection(self.upstream, limit=CHUNK)
        return await asyncio.open_connection(*self.upstream, limit=CHUNK)

    async def _pump(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while data := await reader.read(CHUNK):
            await self._pass(connection, data, writer, answers=answers)
        if not connection.lost and writer.can_write_eof():
            writer.write_eof()

    async def _pass(self, connection: _Connection, data: bytes, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        while self._fault.kind is Kind.HOLD:
            await self._changed.wait()
        fault = self._fault
        if fault.kind is Kind.DROP or (fault.kind is Kind.HALF_OPEN and answers):
            connection.lost = True
            return
        if fault.kind is Kind.DELAY:
            await asyncio.sleep(fault.seconds)
        if fault.kind is Kind.THROTTLE:
            data = await self._trickled(data, writer)
        writer.write(data)
        await writer.drain()

    async def _trickled(self, data: bytes, writer: asyncio.StreamWriter) -> bytes:
        """Write slice after slice while the throttle is on; what is left when it is let go."""
        while data and self._fault.kind is Kind.THROTTLE:
            size = max(1, int(self._fault.rate * _SLICE_SECONDS))
            writer.write(data[:size])
            await writer.drain()
            data = data[size:]
            await asyncio.sleep(max(_SLICE_SECONDS, size / self._fault.rate))
        return data


def _abort(writer: asyncio.StreamWriter) -> None:
    """Close at once; over TCP the other end is told by a reset."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    writer.transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
