"""A folder as a store: for a machine that has no bucket.

An object is written beside the others under a hidden name, flushed to the disk, then renamed to its key, so
a crash leaves the old object or the new one and never half of one. Files and folders are readable by their
owner only. No key may be another key's folder ("a" and "a/b"): the second is refused.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from core.storage import (
    CHUNK,
    BeyondEnd,
    Listed,
    NotAsAnnounced,
    NotStored,
    Reading,
    StorageError,
    StorageRefused,
    StorageUnavailable,
    Stored,
    checked_key,
    checked_prefix,
)

_INCOMING = ".incoming"  # a key's segment never starts with a dot, so nothing here is ever listed
_LEFTOVER_AFTER = 24 * 3600.0  # seconds; no put takes a day

_ABSENCES = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR}
# What waiting does not cure. All else (full disk, I/O error, too many open files) is worth another try.
_REFUSALS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EISDIR}


class FolderStorage:
    """Objects as files below one folder, which is made when first needed. See core.storage.Storage."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, file: BinaryIO, *, size: int, sha256: str, content_type: str) -> Stored:
        target = self._path(key)
        with _told(key, reading=False):
            incoming = self._incoming()
            _clear_leftovers(incoming)
            part = incoming / secrets.token_hex(16)
            try:
                _write(part, file, size=size, sha256=sha256, key=key)
                _make_folder(target.parent)
                part.replace(target)
                _flush_folder(target.parent)
            finally:
                part.unlink(missing_ok=True)
        return Stored(size=size, sha256=sha256)

    def open(self, key: str, start: int = 0, length: int | None = None) -> Reading:
        path = self._path(key)
        with _told(key):
            file = path.open("rb")
        total = os.fstat(file.fileno()).st_size
        if start < 0 or (start and start >= total):
            file.close()
            raise BeyondEnd(key, total)
        file.seek(start)
        return _FileReading(file, key, total - start if length is None else min(length, total - start))

    def stat(self, key: str) -> Stored | None:
        path = self._path(key)
        try:
            with _told(key):
                found = path.stat()
        except NotStored:
            return None
        return Stored(size=found.st_size) if stat.S_ISREG(found.st_mode) else None

    def delete(self, key: str) -> None:
        path = self._path(key)
        with contextlib.suppress(NotStored), _told(key):
            path.unlink()
            _flush_folder(path.parent)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        checked_prefix(prefix)
        folder = prefix.rpartition("/")[0]
        return _walk(self._root / folder, f"{folder}/" if folder else "", prefix)

    def check(self) -> None:
        with _told("the recordings folder", reading=False):
            probe = self._incoming() / secrets.token_hex(16)
            try:
                probe.write_bytes(b"x")
            finally:
                probe.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _incoming(self) -> Path:
        folder = self._root / _INCOMING
        _make_folder(folder)
        return folder


class _FileReading:
    """A range of one file, in chunks; the file closes itself at the end of the range."""

    def __init__(self, file: BinaryIO, key: str, left: int) -> None:
        self._file, self._key, self._left = file, key, left

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._left <= 0:
            self.close()
            raise StopIteration
        with _told(self._key):
            chunk = self._file.read(min(CHUNK, self._left))
        if not chunk:  # another process cut the file while it was read
            raise StorageUnavailable(f"{self._key} ended early")
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextlib.contextmanager
def _told(what: str, *, reading: bool = True) -> Iterator[None]:
    """Turn an operating system's error into the store's own; no file is NotStored to who reads or deletes."""
    try:
        yield
    except OSError as error:
        kind: type[StorageError] = StorageUnavailable
        if reading and error.errno in _ABSENCES:
            kind = NotStored
        elif error.errno in _REFUSALS:
            kind = StorageRefused
        raise kind(f"{what}: {error.strerror or type(error).__name__}") from error


def _make_folder(folder: Path) -> None:
    for missing in reversed([at for at in (folder, *folder.parents) if not at.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def _clear_leftovers(incoming: Path) -> None:
    """Remove what a killed process left half written long ago; seldom more than a few names."""
    with os.scandir(incoming) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - entry.stat().st_mtime > _LEFTOVER_AFTER:
                    Path(entry.path).unlink()


def _write(part: Path, file: BinaryIO, *, size: int, sha256: str, key: str) -> None:
    digest, written = hashlib.sha256(), 0
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            written += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if (written, digest.hexdigest()) != (size, sha256.lower()) or part.stat().st_size != size:
        raise NotAsAnnounced(f"{key}: the bytes are not those announced")


def _flush_folder(folder: Path) -> None:
    """Make a rename or removal last through a power cut (POSIX: the folder's own entry needs flushing)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _walk(folder: Path, at: str, prefix: str) -> Iterator[Listed]:
    """Files below `folder`, whose keys start with `at`, in the order of their whole keys as S3 lists them."""
    try:
        with _told(at or "the recordings folder"), os.scandir(folder) as entries:
            # "a-1" sorts before "a/1" and "a0" after it: a folder takes its place by its name with the slash.
            here = sorted(f"{e.name}/" if e.is_dir() else e.name for e in entries if e.name[0] != ".")
    except NotStored:
        return
    for name in here:
        key = at + name
        if name.endswith("/"):
            if key.startswith(prefix) or prefix.startswith(key):
                yield from _walk(folder / name, key, prefix)
        elif key.startswith(prefix):
            with contextlib.suppress(NotStored), _told(key):  # deleted since the folder was read
                size = (folder / name).stat().st_size
                yield Listed(key, size)
