"""Fetching a recording: from the carrier's stream to a checked file on this machine, in one pass and bounded memory."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from recordings.audio import Audio, AudioError, NotAudio, Truncated, WavReader
from recordings.peaks import Peaks

LARGEST = 1_000_000_000
"""Bytes. Four hours of two 16-bit channels at 8 kHz are 461 MB."""


class TooLarge(AudioError):
    """More bytes than any call can have made."""


class SpoolUnavailable(Exception):
    """This machine has no room for the file now. Try again later."""


class Media(Protocol):
    """A stream of audio, as core.carrier gives it."""

    @property
    def content_type(self) -> str: ...
    @property
    def content_length(self) -> int | None: ...
    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Fetched:
    """A whole, checked recording in a file of ours, gone at the end of the with block or by `discard`.

    size in bytes, sha256 in hex, duration in seconds.
    """

    path: Path
    size: int
    sha256: str
    audio: Audio

    @property
    def duration(self) -> float:
        return self.audio.duration

    @property
    def channels(self) -> int:
        return self.audio.channels

    @property
    def sample_rate(self) -> int:
        return self.audio.sample_rate

    @property
    def peaks(self) -> Peaks:
        return self.audio.peaks

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def fetch(media: Media, *, spool: Path, largest: int = LARGEST) -> Fetched:
    """Take all of `media` into a file below `spool`, and tell what it is.

    Raises an AudioError (NotAudio, EmptyAudio, Truncated, TooLarge) for what is no whole recording,
    SpoolUnavailable for a full disk here, and what the stream itself raises. Nothing is left behind then.
    """
    _refuse_by_label(media, largest)
    path, file = _new_file(spool)
    try:
        with file:
            size, sha256, audio = _take(media, file, largest)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Fetched(path, size, sha256, audio)


def _refuse_by_label(media: Media, largest: int) -> None:
    """What the headers say is enough to refuse; a missing or vague type is left to the bytes."""
    if media.content_length is not None and media.content_length > largest:
        raise TooLarge(f"{media.content_length} bytes announced, {largest} allowed")
    if media.content_type.startswith("text/") or media.content_type.endswith(("json", "xml")):
        raise NotAudio(f"not a WAV file but {media.content_type[:60]}")


def _new_file(spool: Path) -> tuple[Path, BinaryIO]:
    with _told():
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="fetching-", suffix=".wav", dir=spool)
        return Path(name), os.fdopen(handle, "wb")


def _take(media: Media, file: BinaryIO, largest: int) -> tuple[int, str, Audio]:
    reader, digest, size = WavReader(), hashlib.sha256(), 0
    for chunk in media:
        size += len(chunk)
        if size > largest:
            raise TooLarge(f"more than {largest} bytes")
        reader.feed(chunk)
        digest.update(chunk)
        with _told():
            file.write(chunk)
    with _told():
        file.flush()
    if media.content_length is not None and size != media.content_length:
        raise Truncated(f"{size} of {media.content_length} bytes came")
    return size, digest.hexdigest(), reader.finish()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SpoolUnavailable(f"no room to fetch a recording: {error.strerror}") from error
