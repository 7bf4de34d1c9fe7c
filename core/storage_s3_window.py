"""A stretch of a file on disk as a body of its own: several are sent at once, and none is held in memory."""

import io
import os

_MOST = 256 * 1024
"""Bytes handed on at a time, however many are asked for: boto3 asks for a megabyte in each of its threads."""


class Window(io.RawIOBase):
    """`length` bytes from byte `start` of the open file `descriptor`; reading moves nobody else's place in it."""

    def __init__(self, descriptor: int, start: int, length: int) -> None:
        self._descriptor, self._start, self._length, self._at = descriptor, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return self.readall()
        taken = os.pread(self._descriptor, min(size, _MOST, self._length - self._at), self._start + self._at)
        self._at += len(taken)
        return taken

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = min(max(base + offset, 0), self._length)
        return self._at

    def tell(self) -> int:
        return self._at


def on_disk(file: object) -> int | None:
    """The descriptor of a file that can be read anywhere; None for anything else that can be read."""
    if not isinstance(file, io.BufferedReader | io.FileIO) or not file.seekable():
        return None
    return file.fileno()
