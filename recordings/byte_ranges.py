"""The Range header of a request for audio (RFC 9110 §14): which bytes a player wants."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class RangeNotSatisfiable(Exception):
    """A range of which the audio has no byte: answer 416 with ``Content-Range: bytes */size``."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the audio has {size} bytes")
        self.size = size


@dataclass(frozen=True)
class ByteRange:
    """Bytes `first` to `last`, both included, of `size`. `partial` tells 206 from 200."""

    first: int
    last: int
    size: int
    partial: bool

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        """The Content-Range header of a 206."""
        return f"bytes {self.first}-{self.last}/{self.size}"


def byte_range(header: str | None, size: int) -> ByteRange:
    """The range that `header` asks of `size` bytes; all of them without a header or with one not understood.

    Several ranges at once are answered with everything, as the RFC allows. Raises RangeNotSatisfiable.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or not any(found.groups()):
        return ByteRange(0, size - 1, size, partial=False)
    start, end = found.groups()
    if not start:  # the last so many bytes
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
        if end and int(end) < first:  # "syntactically invalid": as if it were not there
            return ByteRange(0, size - 1, size, partial=False)
    if first > last:
        raise RangeNotSatisfiable(size)
    return ByteRange(first, last, size, partial=True)
