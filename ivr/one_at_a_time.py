"""Posts of one call answered one after another on this host, by whichever process and thread they are taken.

The carrier may post a turn twice at the same moment. While the database comes and goes, one of the two may learn the
facts and the other not, one may be written down there and the other in the journal: each would be the first, and the
caller's answer would depend on which of them the carrier reads. So the second waits for the first, and finds what it
left. Locks are the kernel's, on a byte of a file for each call (open file description locks, fcntl(2)): whoever is
killed holds none.
"""

import fcntl
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from zlib import crc32

from core import logs

PLACES = 2**31
"""Calls that share a place wait for each other now and then; nothing else comes of it."""
_LOOK_AGAIN_SECONDS = 0.005
_SET = getattr(fcntl, "F_OFD_SETLK", None)

log = logs.get(__name__)


class OneAtATime:
    """Locks on `file`, which is made when first needed. Where there can be none, nobody waits."""

    def __init__(self, file: Path, *, patience: float) -> None:
        self._file, self._patience = file, patience
        self._local = threading.local()

    @contextmanager
    def of(self, call: str) -> Iterator[None]:
        """Be the only one that works on a call's posts; after `patience` seconds of waiting go on beside the others."""
        place = crc32(call.encode("utf-8", "replace")) % PLACES
        locked = self._locked(place)
        try:
            yield
        finally:
            if locked is not None:
                _set(locked, fcntl.F_UNLCK, place)

    def _locked(self, place: int) -> int | None:
        """The descriptor that holds the lock; None where it was not had."""
        descriptor, give_up_at = self._descriptor(), monotonic() + self._patience
        while descriptor is not None:
            try:
                _set(descriptor, fcntl.F_WRLCK, place)
            except BlockingIOError:
                if monotonic() >= give_up_at:
                    log.warning("call_not_alone")
                    return None
                sleep(_LOOK_AGAIN_SECONDS)
            except OSError as problem:
                log.warning("call_not_locked", why=problem.strerror)
                return None
            else:
                break
        return descriptor

    def _descriptor(self) -> int | None:
        """This thread's own: locks of one description do not keep each other out."""
        if _SET is None:
            return None
        kept: _Kept | None = getattr(self._local, "kept", None)
        if kept is None:
            try:
                kept = self._local.kept = _Kept(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            except OSError as problem:
                log.warning("call_not_locked", why=problem.strerror)
                return None
        return kept.descriptor


class _Kept:
    """An open file that is closed when its thread has ended."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self) -> None:
        os.close(self.descriptor)


def _set(descriptor: int, kind: int, place: int) -> None:
    assert _SET is not None  # noqa: S101
    fcntl.fcntl(descriptor, _SET, struct.pack("hhqqi0q", kind, os.SEEK_SET, place, 1, 0))
