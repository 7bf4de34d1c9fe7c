"""A real PostgreSQL of the test's own that can be made ill and well again."""

import os
import signal
import time
from pathlib import Path

import psycopg

from ringback.child_process import users_of
from ringback.embedded import Embedded
from tests.conftest import hurry


class Patient:
    """The server of one folder. Its url never changes."""

    def __init__(self, folder: Path) -> None:
        self._embedded = Embedded(folder)
        self._folder = folder / "postgres"
        self._embedded.start()
        self._server, self._redis = self._embedded.servers
        self.url, self.redis_url = self._server.url, self._redis.url
        self._frozen: set[int] = set()
        hurry(self.url)

    def freeze(self) -> None:
        """Stop every process of the server: it accepts nothing, answers nothing, and ends nothing."""
        while new := set(users_of(self._folder, program="postgres")) - self._frozen:
            for pid in new:
                _signal(pid, signal.SIGSTOP)
            self._frozen |= new

    def thaw(self) -> None:
        """Let it go on where it stood."""
        for pid in self._frozen:
            _signal(pid, signal.SIGCONT)
        self._frozen = set()

    def kill(self) -> None:
        """SIGKILL, all of it, as when its machine loses power."""
        for pid in users_of(self._folder, program="postgres"):
            _signal(pid, signal.SIGKILL)
        self._frozen = set()
        self._server.stop()

    def start(self) -> None:
        """Start it again, recovering."""
        self._server.start()

    def kill_redis(self) -> None:
        """End Redis at once."""
        if self._redis.pid is not None:
            _signal(self._redis.pid, signal.SIGKILL)
        self._redis.stop()

    def start_redis(self) -> None:
        """Start Redis again, with what its file holds."""
        self._redis.start()

    def set_up(self, setting: str, value: str) -> None:
        """`alter system set`, for every connection from now on, and those that exist."""
        with self.connection() as connection:
            connection.execute(f"alter system set {setting} = {value}")
            connection.execute("select pg_reload_conf()")
        give_up_at = time.monotonic() + 10
        while self._in_force(setting) != value and time.monotonic() < give_up_at:
            time.sleep(0.01)

    def _in_force(self, setting: str) -> str:
        with self.connection() as connection:
            [(value,)] = connection.execute("select reset_val from pg_settings where name = %s", [setting]).fetchall()
        return str(value)

    def connection(self) -> psycopg.Connection:
        """A plain connection of the test's own, which may write whatever the default is."""
        made = psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True, connect_timeout=5)
        made.execute("set default_transaction_read_only = off")
        return made

    def cure(self) -> None:
        """Make it well, whatever it had."""
        self.thaw()
        if not self._server.is_alive():
            self.start()
        if not self._redis.is_alive():
            self.start_redis()
        with self.connection() as connection:
            for setting in ("default_transaction_read_only", "max_connections"):
                connection.execute(f"alter system reset {setting}")
            connection.execute("select pg_reload_conf()")

    def end(self) -> None:
        """Stop it for good."""
        self.thaw()
        self._embedded.stop()


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return
