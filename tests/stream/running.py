"""A stream in a process of its own, on a real port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.config import NAMES, ROOT, Settings
from people import stream_tickets

PATIENCE = 30


@dataclass
class Stream:
    """The running stream and its ways in."""

    process: subprocess.Popen[bytes]
    settings: Settings
    port: int
    opened: list[socket.socket] = field(default_factory=list)

    def ticket(self, *, brand: int = 1, account: int = 1, now: datetime | None = None) -> str:
        keys = self.settings.secret_keys
        moment = now or datetime.now(UTC)
        return stream_tickets.make(account_id=account, brand_id=brand, role="agent", keys=keys, now=moment)

    def open(self, ticket: str | None = None, path: str = "/hints", **headers: str) -> "Reading":
        """Ask for the stream; the answer's head has come when it returns."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.opened.append(connection)
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        query = f"?ticket={self.ticket() if ticket is None else ticket}"
        connection.sendall(f"GET {path}{query} HTTP/1.1\r\nHost: stream\r\n{lines}\r\n".encode())
        return Reading(connection)

    def answers(self) -> bool:
        try:
            return self.open("", "/healthz").status == 200
        except OSError:
            return False

    def close_all(self) -> None:
        for connection in self.opened:
            connection.close()
        self.opened.clear()


class Reading:
    """An answer being read."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._data = b""
        while b"\r\n\r\n" not in self._data:
            self._read()
        head, self._data = self._data.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.decode().splitlines()[1:])
        }

    def event(self) -> dict[str, Any]:
        """The next hint."""
        give_up_at = time.monotonic() + PATIENCE
        while time.monotonic() < give_up_at:
            while b"data: {" not in self._data or b"}\n\n" not in self._data:
                self._read()
            data, self._data = self._data.split(b"data: ", 1)[1].split(b"\n\n", 1)
            if data != b"{}":
                return json.loads(data)  # type: ignore[no-any-return]
        raise TimeoutError("only beats came")

    def is_over(self) -> bool:
        """Wait for the end of the answer, however much comes before it."""
        try:
            while self.connection.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def _read(self) -> None:
        part = self.connection.recv(65536)
        if not part:
            raise ConnectionError("the stream ended")
        self._data += part


class started:  # noqa: N801 - reads as a verb
    """Start the stream's command and wait until it answers; end it at the end of the block."""

    def __init__(self, settings: Settings, port: int) -> None:
        kept = {name: text for name, text in os.environ.items() if name not in NAMES}
        self.stream = Stream(
            subprocess.Popen(
                [sys.executable, "-P", "-m", "ringback.cli", "stream", "--port", str(port)],
                cwd=ROOT,
                env={
                    **kept,
                    "PYTHONPATH": str(ROOT),
                    "RINGBACK_DOTENV": os.devnull,
                    "RINGBACK_DATA": str(settings.data),
                    "PUBLIC_URL": settings.public_url,
                    "SECRET_KEY": ",".join(settings.secret_keys),
                    "DATABASE_URL": settings.database_url or "",
                    "REDIS_URL": settings.redis_url or "",
                    "LOG_LEVEL": "warning",
                },
            ),
            settings,
            port,
        )

    def __enter__(self) -> Stream:
        give_up_at = time.monotonic() + PATIENCE
        while not self.stream.answers():
            assert self.stream.process.poll() is None, "the stream ended"
            assert time.monotonic() < give_up_at, "the stream never answered"
            time.sleep(0.05)
        self.stream.close_all()
        return self.stream

    def __exit__(self, *error: object) -> None:
        self.stream.close_all()
        self.stream.process.send_signal(signal.SIGTERM)
        self.stream.process.wait(PATIENCE)
