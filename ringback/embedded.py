"""PostgreSQL and Redis for a machine with nothing: started as our children, with their data in the data folder.

`bin/run` and the tests own servers; commands use running ones, or start them for as long as they need.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.config import Settings
from ringback.embedded_account import EmbeddedError, account_for
from ringback.embedded_folders import Lock, drop_socket_folder, made, remembered_socket_folder, socket_folder
from ringback.embedded_postgres import EmbeddedPostgres
from ringback.embedded_redis import EmbeddedRedis

_BUSY_SECONDS = 30.0
_LOG_BYTES = 10_000_000

Server = EmbeddedPostgres | EmbeddedRedis
_KINDS: tuple[tuple[str, type[Server]], ...] = (("postgres", EmbeddedPostgres), ("redis", EmbeddedRedis))


class InstanceBusyError(EmbeddedError):
    """Another process owns the data folder's servers. Try again when it has ended."""


class Embedded:
    """The embedded servers of one data folder. Exactly one process at a time owns them: it started them."""

    def __init__(self, data: Path, *, database: bool = True, redis: bool = True) -> None:
        self._data, self._wanted = data, (database, redis)
        self._instance, self._users = Lock(data / "instance.lock"), Lock(data / "users.lock")
        self._started = False
        self.servers: tuple[Server, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Embedded":
        """The servers that the settings leave to us: none, one or both."""
        return cls(settings.data, database=settings.database_url is None, redis=settings.redis_url is None)

    def own(self, *, wait: float = 0.0) -> None:
        """Become the owner, starting nothing. Raises `InstanceBusyError` when another still is after `wait` seconds."""
        give_up_at = time.monotonic() + wait
        while not self._owned():
            if time.monotonic() >= give_up_at:
                raise InstanceBusyError(
                    f"{self._data} is in use by another Ringback; stop it, or give another RINGBACK_DATA"
                )
            time.sleep(0.05)

    def start(self) -> None:
        """Own and start the servers, and wait until they answer. Raises `EmbeddedError`, `InstanceBusyError`."""
        self.own()
        try:
            self._users.taken(shared=True)
            self.servers = self._described(to_start=True)
            self._started = True
            for server in self.servers:
                server.start()
        except BaseException:
            self.stop()
            raise

    def use(self, *, wait: float = _BUSY_SECONDS) -> None:
        """Use running servers, else own and start them. Either way they stay until `leave`."""
        give_up_at = time.monotonic() + wait
        while not self._borrowed():
            try:
                return self.start()
            except InstanceBusyError:
                if time.monotonic() >= give_up_at:
                    raise
                time.sleep(0.05)
        return None

    def leave(self) -> None:
        """Stop using the servers. Whoever started them waits for all others to leave, then stops them."""
        try:
            if any(server.is_alive() for server in self.servers):
                self._users.taken(wait=True)
        finally:
            self.stop()

    def stop(self, *, seconds: float = 5.0) -> None:
        """Stop the servers we started and let the data folder go; what takes longer than `seconds` is cut off."""
        give_up_at = time.monotonic() + seconds
        for server in self.servers:
            server.ask_to_stop()
        for server in self.servers:
            server.stop(seconds=max(give_up_at - time.monotonic(), 0.1))
        if self._started:
            drop_socket_folder(self._data)
        self.servers, self._started = (), False
        self._users.release()
        self._instance.release()

    def filled(self, settings: Settings) -> Settings:
        """The settings with the addresses of the embedded servers in place of what was not given."""
        urls = {type(server): server.url for server in self.servers}
        return replace(
            settings,
            database_url=settings.database_url or urls.get(EmbeddedPostgres),
            redis_url=settings.redis_url or urls.get(EmbeddedRedis),
        )

    def _owned(self) -> bool:
        if sys.platform != "linux":
            raise EmbeddedError("embedded servers run on Linux only; give DATABASE_URL and REDIS_URL")
        try:
            made(self._data)
            return self._instance.taken()
        except OSError as error:
            raise EmbeddedError(f"{error.filename or self._data} cannot be used: {error.strerror}") from error

    def _borrowed(self) -> bool:
        """Join the users of running servers; not while their owner is about to stop them."""
        try:
            if not (self._data / "users.lock").exists() or not self._users.taken(shared=True):
                return False
            servers = self._described(to_start=False)
        except OSError as error:
            raise EmbeddedError(f"{error.filename or self._data} cannot be used: {error.strerror}") from error
        if servers and all(server.answers() for server in servers):
            self.servers = servers
            return True
        self._users.release()
        return False

    def _described(self, *, to_start: bool) -> tuple[Server, ...]:
        if not any(self._wanted):
            return ()
        account = account_for(self._data / "postgres")
        sockets = socket_folder(self._data, account=account) if to_start else remembered_socket_folder(self._data)
        if sockets is None:
            return ()
        log = made(self._data / "log")
        servers: list[Server] = []
        for wanted, (name, kind) in zip(self._wanted, _KINDS, strict=True):
            if wanted:
                path = _fresh(log / f"{name}.log") if to_start else log / f"{name}.log"
                servers.append(kind(self._data / name, sockets=sockets, log=path, account=account))
        return tuple(servers)


@contextmanager
def ensured(settings: Settings) -> Iterator[Settings]:
    """For commands: settings whose servers answer for as long as the block runs. Raises `EmbeddedError`."""
    embedded = Embedded.of(settings)
    if settings.database_url and settings.redis_url:
        yield settings
        return
    embedded.use()
    try:
        yield embedded.filled(settings)
    finally:
        embedded.leave()


@contextmanager
def exported(settings: Settings) -> Iterator[Settings]:
    """`ensured`, and the servers' addresses in this process's environment: for commands that start processes."""
    with ensured(settings) as filled:
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = filled.database_url or "", filled.redis_url or ""
        yield filled


@contextmanager
def servers(folder: Path) -> Iterator[tuple[str, str]]:
    """For tests: servers of their own in `folder`, as (database URL, Redis URL). Call it in the main thread."""
    embedded = Embedded(folder)
    embedded.start()
    database, redis = embedded.servers
    try:
        yield database.url, redis.url
    finally:
        embedded.stop()


def _fresh(log: Path) -> Path:
    """Keep one old log beside the new one, so that neither grows for ever."""
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.rename(log.with_suffix(".log.1"))
    return log
