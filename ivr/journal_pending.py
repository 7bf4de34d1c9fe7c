"""What waits in this host's journal, known to every process of the host at the cost of one look at a folder.

A turn that waits must be answered as it was answered, and a call whose earlier news wait must not be overtaken by its
later ones. The ordinary state is an empty folder: then one `stat` says so.
"""

import os
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import logs
from ivr import journal_folder as files
from ivr.journal_format import HEADER, Record, decoded, pieces

SETTLED_NANOSECONDS = 50_000_000
"""A folder changed as recently as this may change again under the same time stamp."""

log = logs.get(__name__)

TurnKey = tuple[str, str, int]
"""Account, leg, number of the turn."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record stands in its segment, and what it is about."""

    start: int
    end: int
    call: str
    turn: TurnKey | None


@dataclass(slots=True)
class _Known:
    """A segment as far as it was read: the records that wait, oldest first."""

    read_to: int = len(HEADER)
    waiting: deque[_Place] = field(default_factory=deque)


class Pending:
    """Answers two questions about the journal in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._changed = -1
        self._segments: dict[Path, _Known] = {}
        self._turns: dict[TurnKey, tuple[Path, _Place]] = {}
        self._calls: Counter[str] = Counter()

    def holds(self, call: str) -> bool:
        """Whether anything of this call waits (`Record.call`)."""
        self._look()
        return call in self._calls

    def answer(self, turn: TurnKey) -> dict[str, Any] | None:
        """What a waiting turn was answered with; None when it does not wait."""
        self._look()
        found = self._turns.get(turn)
        if found is None:
            return None
        record = _read(*found)
        answer: dict[str, Any] | None = record.values["answer"].obj if record is not None else None
        return answer

    def _look(self) -> None:
        """Never raises: a journal that cannot be read must not keep the database from being used."""
        try:
            changed = os.stat(self._folder).st_mtime_ns  # noqa: PTH116 - on every webhook: a Path costs as much again
            if changed == self._changed and not self._segments:
                return
            with self._lock:
                self._refresh()
                self._changed = changed if time.time_ns() - changed > SETTLED_NANOSECONDS else -1
        except FileNotFoundError:
            return
        except OSError as problem:
            log.error("journal_unreadable", why=problem.strerror)

    def _refresh(self) -> None:
        there = files.segments(self._folder)
        for gone in set(self._segments) - set(there):
            self._forget(gone, self._segments.pop(gone), None)
        for segment in there:
            known = self._segments.setdefault(segment, _Known())
            self._read_on(segment, known)
            self._forget(segment, known, files.applied(segment))

    def _read_on(self, segment: Path, known: _Known) -> None:
        try:
            with segment.open("rb") as file:
                file.seek(known.read_to)
                data = file.read()
        except FileNotFoundError:
            return
        begin = known.read_to
        for piece in pieces(data):
            if piece.payload is None and piece.end == len(data):
                return  # perhaps only half written yet: read again next time
            known.read_to = begin + piece.end
            record = _decoded(piece.payload) if piece.payload is not None else None
            if record is not None:
                self._note(segment, known, _Place(begin + piece.start, known.read_to, record.call, record.turn))

    def _note(self, segment: Path, known: _Known, place: _Place) -> None:
        known.waiting.append(place)
        self._calls[place.call] += 1
        if place.turn is not None:
            self._turns.setdefault(place.turn, (segment, place))

    def _forget(self, segment: Path, known: _Known, count: int | None) -> None:
        """Forget what has been applied: the first `count` bytes, or all."""
        while known.waiting and (count is None or known.waiting[0].end <= count):
            place = known.waiting.popleft()
            self._calls[place.call] -= 1
            if not self._calls[place.call]:
                del self._calls[place.call]
            if place.turn is not None and self._turns.get(place.turn) == (segment, place):
                del self._turns[place.turn]


def _read(segment: Path, place: _Place) -> Record | None:
    try:
        with segment.open("rb") as file:
            file.seek(place.start)
            data = file.read(place.end - place.start)
    except FileNotFoundError:
        return None
    return next((_decoded(piece.payload) for piece in pieces(data) if piece.payload is not None), None)


def _decoded(payload: bytes) -> Record | None:
    try:
        return decoded(payload)
    except ValueError:
        return None
