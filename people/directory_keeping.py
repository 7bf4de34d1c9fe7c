"""Keep a fresh directory in this process: a thread looks every two seconds whether the rows have changed.

Each new one is kept as a file as well: a process that starts while the database is away answers from it.
"""

import threading
from pathlib import Path
from typing import Self

import psycopg
import structlog

from core.clock import Clock
from people.directory import Directory
from people.directory_loading import Statements, load, revision_of
from people.directory_snapshot import SnapshotSpoiled, read_snapshot, write_snapshot

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
FIRST_SECONDS = 5.0
ANYWAY_LOOKS = 30
"""After so many looks without change it is read all the same: rows mended by hand add nothing to the counter."""


class NoDirectoryError(LookupError):
    """The database was never reached since this process started, and no snapshot tells of it. Try again."""


class DirectoryKeeper:
    """The newest directory that could be read. While the database is away the last one stays; snapshot: its file.

    `start` it after the process has forked: threads do not survive a fork.
    """

    def __init__(
        self, connections: Statements, *, clock: Clock, look_seconds: float = LOOK_SECONDS, snapshot: Path | None = None
    ) -> None:
        self._connections = connections
        self._clock = clock
        self._look_seconds = look_seconds
        self._snapshot = snapshot
        self._directory: Directory | None = None
        self._from_file = False
        self._unread = 0
        self._away = False
        self._reading = threading.Lock()
        self._looked = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def current(self) -> Directory:
        """The directory. Raises `NoDirectoryError` when it was never read; not started, it is read at first use."""
        # Once started, only the thread looks: callers must not queue up behind a server that does not answer.
        if self._directory is None and self._thread is None:
            self.refresh()
        directory = self._directory
        if directory is None:
            raise NoDirectoryError("the directory of brands and departments was never read: the database is away")
        return directory

    @property
    def loaded(self) -> bool:
        """Whether there is a directory to answer from."""
        return self._directory is not None

    def start(self) -> Self:
        """Keep the directory fresh from now on; waits a moment for the first reading, if no snapshot tells."""
        if self._thread is None:
            self._recall()
            self._thread = threading.Thread(target=self._keep, name="directory", daemon=True)
            self._thread.start()
            self._looked.wait(FIRST_SECONDS)
        return self

    def stop(self) -> None:
        """Stop looking; the last directory stays."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def refresh(self) -> None:
        """Look now. Never raises because of the database."""
        with self._reading:
            self._look()

    def _keep(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
            except Exception:
                # A row nobody foresaw must not end the thread and leave this process with old hours for ever.
                log.exception("directory_unreadable")
            self._looked.set()
            self._stop.wait(self._look_seconds)

    def _look(self) -> None:
        try:
            if self._is_old():
                self._directory = load(self._connections, now=self._clock())
                self._unread, self._from_file = 0, False
                self._remember(self._directory)
        except psycopg.Error as problem:
            if not self._away:
                log.warning("directory_kept", why=type(problem).__name__, has_one=self._directory is not None)
            self._away = True
            return
        if self._away:
            log.info("directory_fresh_again")
        self._away = False

    def _recall(self) -> None:
        """What the file tells serves until the rows were read; without one, callers get the emergency answer."""
        if self._snapshot is None or self._directory is not None:
            return
        try:
            self._directory, self._from_file = read_snapshot(self._snapshot), True
        except FileNotFoundError:
            log.info("no_directory_snapshot", at=str(self._snapshot))
        except (OSError, SnapshotSpoiled) as problem:
            log.error("directory_snapshot_unusable", why=str(problem))

    def _remember(self, directory: Directory) -> None:
        if self._snapshot is None or not directory.brands:
            return
        try:
            write_snapshot(self._snapshot, directory)
        except OSError as problem:
            log.error("directory_snapshot_not_written", why=problem.strerror)

    def _is_old(self) -> bool:
        if self._directory is None or self._from_file:
            return True
        self._unread += 1
        return self._unread >= ANYWAY_LOOKS or revision_of(self._connections) != self._directory.revision
