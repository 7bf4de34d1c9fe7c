"""The journal's folder: segments, how far each has been applied, what was set apart, and one drainer at a time.

    00001700000000000000-4711-a1b2c3.log    a segment; its writer holds a lock on it while it may still grow
    00001700000000000000-4711-a1b2c3.done   how many of its bytes have been applied
    refused/ damaged/                       what the database would not take, and what cannot be read: for a person
    torn/                                   last bytes of processes that died while they wrote: nobody was answered yet
    drain.lock                              held by whoever drains

Everything is for its owner alone (0700, 0600): it holds callers' numbers and words.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zlib import crc32

from ivr.journal_format import HEADER, decoded, pieces

SEGMENT = re.compile(r"[0-9]{20}-[0-9]+-[0-9a-f]{6}\.log")
REFUSED, DAMAGED, TORN = "refused", "damaged", "torn"


@dataclass(frozen=True, slots=True)
class JournalState:
    """What waits, what was set apart, and since when the oldest has waited."""

    records: int
    bytes: int
    oldest_at: datetime | None
    refused: int
    damaged: int


def made(folder: Path) -> Path:
    """The folder, made where it is missing. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def segments(folder: Path) -> list[Path]:
    """The segments, oldest first; none where there is no folder."""
    try:
        return sorted(path for path in folder.iterdir() if SEGMENT.fullmatch(path.name))
    except FileNotFoundError:
        return []


def applied(segment: Path) -> int:
    """How many bytes of a segment have been applied; a progress that cannot be read means: from the beginning.

    Applying a record a second time changes nothing, so this may be behind the truth and never before it.
    """
    try:
        count, _, check = segment.with_suffix(".done").read_text("ascii").strip().partition(" ")
        return int(count) if f"{crc32(count.encode()):08x}" == check else len(HEADER)
    except (OSError, ValueError):
        return len(HEADER)


def note_applied(segment: Path, count: int) -> None:
    """Keep how far a segment has been applied."""
    write_whole(segment.with_suffix(".done"), f"{count} {crc32(str(count).encode()):08x}\n".encode())


def remove(segment: Path) -> None:
    """Remove a segment that has been applied; its progress goes last: else all of it would be applied again."""
    segment.unlink(missing_ok=True)
    segment.with_suffix(".done").unlink(missing_ok=True)


def set_apart(folder: Path, kind: str, data: bytes) -> Path:
    """Keep what cannot be applied, under a name made of its content: a second time changes nothing."""
    apart = made(folder / kind)
    path = apart / f"{hashlib.sha256(data).hexdigest()[:20]}.line"
    if not path.exists():
        write_whole(path, data)
    return path


def state(folder: Path) -> JournalState:
    """What is in the folder, from the files themselves: any process of this host says the same."""
    records, size, oldest = 0, 0, None
    for segment in segments(folder):
        try:
            data = segment.read_bytes()[applied(segment) :]
        except OSError:  # it was applied and removed just now
            continue
        records, size = records + data.count(b"\n"), size + len(data)
        first = next((piece.payload for piece in pieces(data) if piece.payload is not None), None)
        at = decoded(first).at if first is not None else None
        oldest = min(filter(None, (oldest, at)), default=None)
    return JournalState(records, size, oldest, _count(folder / REFUSED), _count(folder / DAMAGED))


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether we are the only drainer of this folder, for as long as the block runs; the kernel ends it with us."""
    descriptor = os.open(made(folder) / "drain.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield is_locked(descriptor)
    finally:
        os.close(descriptor)


def is_locked(descriptor: int) -> bool:
    """Whether this open file is now locked by us alone."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_sealed(segment: Path) -> bool:
    """Whether nobody writes to this segment any more. Ask before reading it: what is read then is all there is."""
    try:
        descriptor = os.open(segment, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return is_locked(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file so that it is there whole or not at all, also after the machine lost power."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)


def sync_folder(folder: Path) -> None:
    """Make names in a folder as durable as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _count(folder: Path) -> int:
    try:
        return sum(1 for path in folder.iterdir() if path.suffix == ".line")
    except FileNotFoundError:
        return 0
