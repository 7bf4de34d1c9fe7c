"""The journal into the database: record by record, in the order in which things happened, by one drainer at a time.

Whatever cuts a drainer off, nothing is lost or done twice: progress is kept after the record has taken effect, so a
record may be applied again, and each statement's own keys make that a repeat.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core import logs
from ivr import journal_folder as files
from ivr.journal_format import Piece, Record, decoded, pieces

PROGRESS_EVERY = 32
"""Records applied between two notes of progress: so many are applied again, to no effect, after a crash."""

log = logs.get(__name__)


class Later(Exception):
    """The record cannot be applied now, and no other could: the database is away."""


class RefusedForGood(Exception):
    """The database will not have this record; the others are not held up by it."""


@dataclass(slots=True)
class Drained:
    """What one round did. stopped: why something still waits; "" when nothing does."""

    applied: int = 0
    refused: int = 0
    damaged: int = 0
    stopped: str = ""


@dataclass
class _Reading:
    """One segment, piece by piece."""

    segment: Path
    sealed: bool
    data: bytes
    noted: int
    at: int
    ahead: list[Piece] = field(default_factory=list)
    record: Record | None = None

    @property
    def is_over(self) -> bool:
        """Nothing is left, and nothing will come."""
        return self.sealed and self.at >= len(self.data)


def drain(folder: Path, apply: Callable[[Record], None]) -> Drained:
    """Apply all that waits in `folder`. `apply` raises `Later` to stop the round, `RefusedForGood` to go on without.

    Does nothing while another drains. A segment is removed once its writer has left it and all of it is applied.
    """
    done = Drained()
    if not files.segments(folder):
        return done
    with files.alone(folder) as mine:
        if not mine:
            done.stopped = "another process drains"
            return done
        while not done.stopped and _round(folder, apply, done):
            pass
    return done


def _round(folder: Path, apply: Callable[[Record], None], done: Drained) -> bool:
    """One look at all segments; whether anything came of it, so that another look is worth while."""
    reading = [made for segment in files.segments(folder) if (made := _opened(segment)) is not None]
    before = done.applied + done.refused + done.damaged
    try:
        while (oldest := _oldest(folder, reading, done)) is not None:
            _apply(folder, oldest, apply, done)
            if oldest.at - oldest.noted > 0 and (done.applied + done.refused) % PROGRESS_EVERY == 0:
                _note(oldest)
    except Later as why:
        done.stopped = str(why)
    finally:
        for one in reading:
            _note(one)
            if one.is_over:
                files.remove(one.segment)
    return done.applied + done.refused + done.damaged > before


def _opened(segment: Path) -> _Reading | None:
    sealed = files.is_sealed(segment)  # first: what is read after that is all there is
    try:
        data = segment.read_bytes()
    except FileNotFoundError:
        return None
    at = min(files.applied(segment), len(data))
    return _Reading(segment, sealed, data, noted=at, at=at, ahead=list(pieces(data, at))[::-1])


def _oldest(folder: Path, reading: list[_Reading], done: Drained) -> _Reading | None:
    """The segment whose next record happened first: what two processes wrote of one call keeps its order."""
    for one in reading:
        while one.record is None and one.ahead:
            piece = one.ahead[-1]
            if piece.payload is None and piece.end == len(one.data) and not one.sealed:
                one.ahead.clear()  # its writer may be in the middle of it
                break
            one.record = _decoded(piece)
            if one.record is None:
                one.ahead.pop()
                _set_apart(folder, one, piece, done)
    ready = [one for one in reading if one.record is not None]
    return min(ready, key=lambda one: one.record.at, default=None)  # type: ignore[union-attr]


def _apply(folder: Path, one: _Reading, apply: Callable[[Record], None], done: Drained) -> None:
    record, piece = one.record, one.ahead[-1]
    assert record is not None  # noqa: S101
    try:
        apply(record)
        done.applied += 1
    except RefusedForGood as why:
        kept = files.set_apart(folder, files.REFUSED, one.data[piece.start : piece.end])
        log.error("journal_refused", kind=record.kind, why=str(why), kept=kept.name)
        done.refused += 1
    one.ahead.pop()
    one.record, one.at = None, piece.end


def _decoded(piece: Piece) -> Record | None:
    try:
        return decoded(piece.payload) if piece.payload is not None else None
    except ValueError:
        return None


def _set_apart(folder: Path, one: _Reading, piece: Piece, done: Drained) -> None:
    """Damage is kept for a person. The last bytes of a process that died while it wrote were never answered for."""
    data = one.data[piece.start : piece.end]
    torn = piece.end == len(one.data) and not data.endswith(b"\n")
    kept = files.set_apart(folder, files.TORN if torn else files.DAMAGED, data)
    if torn:
        log.warning("journal_torn", segment=one.segment.name, bytes=len(data), kept=kept.name)
    else:
        log.error("journal_damaged", segment=one.segment.name, bytes=len(data), kept=kept.name)
        done.damaged += 1
    one.at = piece.end


def _note(one: _Reading) -> None:
    if one.at > one.noted:
        files.note_applied(one.segment, one.at)
        one.noted = one.at
