"""The journal's format: one record a line, with its length and checksum before it, so that damage is seen.

    RINGBACK JOURNAL 1
    00000123 9a0b1c2d {"kind":"turn","at":"2026-11-22T10:00:00+00:00","values":{…}}

Length in bytes (decimal), CRC-32 (hexadecimal) and the record as JSON in ASCII. What a release has once written is
read by every later one: a new parameter of a statement must have a meaning when it is missing (None).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from psycopg.types.json import Jsonb

HEADER = b"RINGBACK JOURNAL 1\n"
MOMENT, JSONB = "$moment", "$json"
_BEFORE = re.compile(rb"([0-9]{8}) ([0-9a-f]{8}) ")
_BEFORE_BYTES = 18


@dataclass(frozen=True, slots=True)
class Record:
    """Something that could not be written into the database yet.

    kind: ``turn``, ``status`` or ``recording`` with the values of that statement, or ``webhook`` with path, form and
    query as the carrier sent them, verified. at: when it came.
    """

    kind: str
    at: datetime
    values: Mapping[str, Any]

    @property
    def call(self) -> str:
        """What names the conversation: records of one call are applied in their order. "" when nothing does."""
        values = self.values
        return f"{values['account_sid']} {values['first_sid']}" if "first_sid" in values else ""

    @property
    def turn(self) -> tuple[str, str, int] | None:
        """The turn's natural key, for records of turns."""
        if self.kind != "turn":
            return None
        return self.values["account_sid"], self.values["leg_sid"], self.values["turn"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `start` to `end` of a segment. payload: the record's JSON; None for what is damaged, or not whole yet."""

    start: int
    end: int
    payload: bytes | None


def encoded(record: Record) -> bytes:
    """The record as a line. Raises TypeError for a value that has no form here."""
    made = {"kind": record.kind, "at": record.at.isoformat(), "values": _plain(dict(record.values))}
    payload = json.dumps(made, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return b"%08d %08x %b\n" % (len(payload), crc32(payload), payload)


def decoded(payload: bytes) -> Record:
    """The record of a payload whose checksum holds. Raises ValueError for what no release has written."""
    try:
        made = json.loads(payload)
        return Record(made["kind"], datetime.fromisoformat(made["at"]), _rich(made["values"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(f"not a record: {type(problem).__name__}") from problem


def pieces(data: bytes, start: int = 0) -> Iterator[Piece]:
    """Whole records, and what lies between them, in order. After damage it goes on at the next whole record."""
    while start < len(data):
        end = _end_of_whole(data, start)
        if end is not None:
            yield Piece(start, end, data[start + _BEFORE_BYTES : end - 1])
        else:
            end = _next_whole(data, start)
            yield Piece(start, end, None)
        start = end


def _end_of_whole(data: bytes, start: int) -> int | None:
    before = _BEFORE.match(data, start, start + _BEFORE_BYTES)
    if before is None:
        return None
    first = start + _BEFORE_BYTES
    last = first + int(before[1])
    if last >= len(data) or crc32(data[first:last]) != int(before[2], 16):
        return None
    return last + 1


def _next_whole(data: bytes, start: int) -> int:
    place = data.find(b"\n", start)
    while place >= 0:
        if _end_of_whole(data, place + 1) is not None:
            return place + 1
        place = data.find(b"\n", place + 1)
    return len(data)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {MOMENT: value.isoformat()}
    if isinstance(value, Jsonb):
        return {JSONB: value.obj}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _rich(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {MOMENT}:
            return datetime.fromisoformat(value[MOMENT])
        if value.keys() == {JSONB}:
            return Jsonb(value[JSONB])
        return {name: _rich(item) for name, item in value.items()}
    return [_rich(item) for item in value] if isinstance(value, list) else value
