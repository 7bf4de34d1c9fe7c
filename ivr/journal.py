"""What could not be recorded yet: appended to a file of this process's own, on the disk before the caller is answered.

Several threads share one fsync: whoever writes takes along what the others have brought meanwhile. Space for some
thousand turns is reserved while all is well, so that a full disk, which often is what ails the database, does not take
the journal with it.
"""

import ctypes
import fcntl
import os
import secrets
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from core import logs
from ivr import journal_folder as files
from ivr.journal_format import HEADER, Record, encoded

SEGMENT_BYTES = 8_000_000
RESERVED_BYTES = 4_000_000
_KEEP_SIZE = 1
_OLD_SECONDS = 60.0
_SPARE = ".spare"
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

log = logs.get(__name__)


class NotKept(OSError):
    """The journal cannot be written: what happened is kept nowhere. Make room, or give RINGBACK_DATA another disk."""


@dataclass(eq=False)
class _Brought:
    """A line a thread has brought, and what became of it."""

    line: bytes
    done: bool = False
    problem: OSError | None = None


class Journal:
    """Appends records. Make one in each process, after it has forked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._queue: list[_Brought] = []
        self._queueing, self._writing = threading.Lock(), threading.Lock()
        self._segment: tuple[Path, int] | None = None
        self._spare: tuple[Path, int] | None = None
        self._size = 0

    def prepare(self) -> None:
        """Reserve space for the next segment. Raises OSError; `append` does without it."""
        with self._writing:
            if self._spare is None:
                self._spare = _made_spare(files.made(self.folder))

    def append(self, record: Record) -> None:
        """Return once the record is on the disk. Raises `NotKept`, TypeError for values that cannot be written."""
        brought = _Brought(encoded(record))
        with self._queueing:
            self._queue.append(brought)
        with self._writing:
            if not brought.done:
                self._write_queue()
        if brought.problem is not None:
            raise NotKept(f"the journal cannot be written: {brought.problem.strerror}") from brought.problem

    def check(self) -> None:
        """Write and remove a small file beside the journal. Raises OSError where no record could be kept."""
        probe = files.made(self.folder) / f".probe-{os.getpid()}-{threading.get_ident()}"
        try:
            descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(descriptor, HEADER * 100)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        finally:
            probe.unlink(missing_ok=True)

    def release(self) -> None:
        """Remove our segment once all of it has been applied; nobody else may while we live."""
        with self._writing:
            if self._segment is not None and files.applied(self._segment[0]) >= self._size:
                files.remove(self._segment[0])
                self._close()

    def close(self) -> None:
        """Stop writing; what waits is drained by any process of this host, now or later."""
        with self._writing:
            self._close()
            if self._spare is not None:
                path, descriptor = self._spare
                path.unlink(missing_ok=True)
                os.close(descriptor)
                self._spare = None

    def _write_queue(self) -> None:
        with self._queueing:
            queue, self._queue = self._queue, []
        try:
            self._write(b"".join(brought.line for brought in queue))
        except OSError as problem:
            log.error("journal_unwritable", why=problem.strerror, records=len(queue))
            for brought in queue:
                brought.problem = problem
        for brought in queue:
            brought.done = True

    def _write(self, data: bytes) -> None:
        if self._segment is None or self._size > SEGMENT_BYTES:
            self._begin()
        assert self._segment is not None  # noqa: S101
        descriptor = self._segment[1]
        try:
            written = 0
            while written < len(data):
                written += os.write(descriptor, data[written:])
        except OSError:
            self._take_back(descriptor)
            raise
        try:
            os.fdatasync(descriptor)
        except OSError:
            self._close()  # nobody knows what of this file is on the disk: the next record goes into another
            raise
        self._size += len(data)

    def _begin(self) -> None:
        self._close()
        name = f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(3)}.log"
        spare, self._spare = self._spare, None
        path, descriptor = spare or _made_spare(files.made(self.folder))
        try:
            self._segment = path.rename(path.with_name(name)), descriptor
        except OSError:
            os.close(descriptor)
            raise
        self._size = len(HEADER)
        files.sync_folder(self.folder)

    def _take_back(self, descriptor: int) -> None:
        """Half a record must not stand before whole ones."""
        try:
            os.ftruncate(descriptor, self._size)
        except OSError:
            self._close()

    def _close(self) -> None:
        if self._segment is not None:
            os.close(self._segment[1])
            self._segment = None


def _made_spare(folder: Path) -> tuple[Path, int]:
    """A file with its header, its space reserved, and locked by us before anybody can take it for a segment."""
    _remove_left_spares(folder)
    path = folder / f"{_SPARE}-{os.getpid()}-{secrets.token_hex(3)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, HEADER)
        if _libc is not None:  # where the file system cannot reserve, the disk's own space must do
            _libc.fallocate(descriptor, _KEEP_SIZE, ctypes.c_long(0), ctypes.c_long(RESERVED_BYTES))
        os.fsync(descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        os.close(descriptor)
        raise
    return path, descriptor


def _remove_left_spares(folder: Path) -> None:
    """Of processes that are gone. A young one may be about to be locked by whoever makes it."""
    for path in folder.glob(f"{_SPARE}-*"):
        try:
            if time.time() - path.stat().st_mtime > _OLD_SECONDS and files.is_sealed(path):
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
