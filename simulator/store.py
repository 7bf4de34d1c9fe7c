"""Where the carrier keeps its numbers, calls and recordings: in memory, and in a folder when it is given one.

The folder holds one JSON file for each, and a WAV file for each recording, so that a later start still serves them.
"""

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from simulator.records import Address, Call, Number, Problem, Recording


class _Kept(Protocol):
    sid: str


T = TypeVar("T", bound=_Kept)


class Store:
    """All records, by SID. Records are changed in place and then saved; lists come newest first."""

    def __init__(self, folder: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.numbers: dict[str, Number] = {}
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, Recording] = {}
        self._sounds: dict[str, bytes] = {}
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._load(folder)

    def save(self, record: Number | Call | Recording) -> None:
        """Keep a new or changed record."""
        with self.lock:
            shelf, kept = self._shelf(record)
            kept[record.sid] = record
            if self._folder is not None:
                text = json.dumps(asdict(record), default=_plain)
                _write(self._folder / shelf / f"{record.sid}.json", text.encode())

    def forget(self, record: Number | Call | Recording) -> None:
        """Keep a record no longer."""
        with self.lock:
            shelf, kept = self._shelf(record)
            kept.pop(record.sid, None)
            if self._folder is not None:
                (self._folder / shelf / f"{record.sid}.json").unlink(missing_ok=True)

    def forget_past(self) -> int:
        """Keep no call that is over, nor what was recorded of it; how many calls that were."""
        with self.lock:
            over = [call for call in self.calls.values() if call.ended_at is not None]
            gone = {call.sid for call in over}
            for made in [made for made in self.recordings.values() if made.call_sid not in self.calls.keys() - gone]:
                self.drop_sound(made.sid)
                self.forget(made)
            for call in over:
                self.forget(call)
            return len(over)

    def keep_sound(self, sid: str, wav: bytes) -> None:
        """Keep a recording's sound."""
        with self.lock:
            if self._folder is None:
                self._sounds[sid] = wav
            else:
                _write(self._folder / "recordings" / f"{sid}.wav", wav)

    def sound(self, sid: str) -> bytes | None:
        """A recording's WAV file, unless it was deleted or never was."""
        with self.lock:
            if self._folder is None:
                return self._sounds.get(sid)
            file = self._folder / "recordings" / f"{sid}.wav"
            return file.read_bytes() if sid in self.recordings and file.exists() else None

    def drop_sound(self, sid: str) -> None:
        """Forget a recording's sound; its record stays."""
        with self.lock:
            self._sounds.pop(sid, None)
            if self._folder is not None:
                (self._folder / "recordings" / f"{sid}.wav").unlink(missing_ok=True)

    def number(self, called: str) -> Number | None:
        """The account's number that is called."""
        with self.lock:
            return next((number for number in self.numbers.values() if number.number == called), None)

    def children(self, call_sid: str) -> list[Call]:
        """The legs that this call dialled."""
        with self.lock:
            return [call for call in self.calls.values() if call.parent_sid == call_sid]

    def _shelf(self, record: Number | Call | Recording) -> tuple[str, dict[str, Any]]:
        if isinstance(record, Number):
            return "numbers", self.numbers
        if isinstance(record, Call):
            return "calls", self.calls
        return "recordings", self.recordings

    def _load(self, folder: Path) -> None:
        self.numbers = _by_sid(_read(folder / "numbers", Number))
        self.calls = _by_sid(_read(folder / "calls", Call))
        self.recordings = _by_sid(_read(folder / "recordings", Recording))


def _by_sid(records: Iterable[T]) -> dict[str, T]:
    return {record.sid: record for record in records}


def _read(folder: Path, kind: type[T]) -> list[T]:
    folder.mkdir(exist_ok=True)
    loaded = [_restored(json.loads(file.read_text()), kind) for file in folder.glob("*.json")]
    return sorted(loaded, key=lambda record: cast(datetime, cast(Any, record).created_at))


def _restored(values: dict[str, Any], kind: type[T]) -> T:
    known = {item.name for item in fields(cast(Any, kind))}
    found = {name: _typed(name, value) for name, value in values.items() if name in known}
    return kind(**found)


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    if isinstance(value, dict):
        return Address(value["url"], value["method"], tuple(value["events"]))
    if name == "problems":
        return [Problem(**problem) for problem in value]
    return value


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _write(file: Path, data: bytes) -> None:
    fresh = file.with_suffix(file.suffix + ".new")
    fresh.write_bytes(data)
    fresh.replace(file)
