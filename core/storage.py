"""Where audio is kept: one interface, two kinds of store.

`from_settings` gives an S3-compatible bucket when one is named, else a folder below the data folder.
Both keep the same promises: `put` leaves either the whole object or none, checked against the size and
SHA-256 the caller announced; `open` reads any range in bounded memory; `delete` of what is not there is no
error; `list` goes by key order.

A key is `/`-joined segments of letters, digits and `._=-`, each starting with a letter or a digit. So it is
never absolute, never climbs, and means the same file on every store.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

CHUNK = 64 * 1024
"""Bytes handed on at a time when reading or copying."""

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._=-]{0,127}"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")
_PREFIX = re.compile(rf"({_SEGMENT}/)*({_SEGMENT})?")
_LONGEST_KEY = 512


class StorageError(Exception):
    """Something about the store; the message is fit for a log and an operator, and holds no secret."""


class StorageUnavailable(StorageError):
    """Not now: the store is away, slow, full or answered nonsense. Try again later."""


class StorageRefused(StorageError):
    """Not until somebody changes something: credentials, bucket, permissions or the key itself."""


class NotAsAnnounced(StorageUnavailable):
    """The bytes read or stored are not those announced; nothing was kept. Fetch the source again."""


class NotStored(StorageError):
    """There is no object of that key."""


class BeyondEnd(StorageError):
    """A range that starts at or after the object's end; `size` is the object's size in bytes if known."""

    def __init__(self, key: str, size: int | None = None) -> None:
        super().__init__(f"range starts beyond the end of {key}")
        self.size = size


@dataclass(frozen=True)
class Stored:
    """What a store says of one object: `size` in bytes; `etag` and `sha256` (hex) where it keeps them."""

    size: int
    etag: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Listed:
    """One line of a listing."""

    key: str
    size: int


class Reading(Protocol):
    """An object being read: the chunks of the range asked for. Close it, or use it as a context manager.

    A store that goes away in the middle raises StorageUnavailable from the iteration.
    """

    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Storage(Protocol):
    """One place for objects. Every verb raises StorageUnavailable or StorageRefused besides its own errors."""

    def put(self, key: str, file: BinaryIO, *, size: int, sha256: str, content_type: str) -> Stored:
        """Keep `size` bytes read from `file`, whose SHA-256 is `sha256` (hex); replaces what was there.

        NotAsAnnounced when the bytes are others; then the key still holds what it held before.
        """
        ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> Reading:
        """Read from byte `start`, `length` bytes or to the end; a length past the end is cut.

        NotStored or BeyondEnd are raised here, before the first chunk.
        """
        ...

    def stat(self, key: str) -> Stored | None:
        """What is known of an object, or None when there is none."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; no error when it is not there."""
        ...

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Every object whose key starts with `prefix`, in order of key, in bounded memory."""
        ...

    def check(self) -> None:
        """Return when the store would take an object now, as far as can be told cheaply; raise if not."""
        ...


class StorageSettings(Protocol):
    """The settings read here; see docs for their names in the environment."""

    @property
    def s3_bucket(self) -> str | None: ...
    @property
    def s3_endpoint_url(self) -> str | None: ...
    @property
    def s3_region(self) -> str | None: ...
    @property
    def aws_access_key_id(self) -> str | None: ...
    @property
    def aws_secret_access_key(self) -> str | None: ...
    @property
    def data(self) -> Path: ...


def from_settings(settings: StorageSettings) -> Storage:
    """The store an installation uses. Opens no connection; boto3 is imported only on first use of a bucket."""
    if settings.s3_bucket:
        from core.storage_s3 import Bucket, S3Storage

        return S3Storage(
            Bucket(
                name=settings.s3_bucket,
                endpoint_url=settings.s3_endpoint_url or None,
                region=settings.s3_region or None,
                access_key=settings.aws_access_key_id or None,
                secret_key=settings.aws_secret_access_key or None,
            )
        )
    from core.storage_folder import FolderStorage

    return FolderStorage(settings.data / "recordings")


def checked_key(key: str) -> str:
    """The key itself; StorageRefused when it is not one."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise StorageRefused(f"not a storage key: {key[:80]!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """The prefix itself, which may end within a segment; StorageRefused when no key can start with it."""
    if len(prefix) > _LONGEST_KEY or not _PREFIX.fullmatch(prefix):
        raise StorageRefused(f"not the start of a storage key: {prefix[:80]!r}")
    return prefix
