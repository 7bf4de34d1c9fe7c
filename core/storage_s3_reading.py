"""One object of a bucket, or a range of it, being read."""

from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from core.storage import CHUNK, StorageUnavailable
from core.storage_s3_errors import told

if TYPE_CHECKING:
    from botocore.response import StreamingBody


class S3Reading:
    """The chunks of a body: `skip` bytes are thrown away first (a server that ignored the range), then
    `left` bytes are handed on, or all that comes when None."""

    def __init__(self, body: "StreamingBody | BinaryIO", key: str, *, skip: int, left: int | None) -> None:
        self._body, self._key, self._skip, self._left = body, key, skip, left

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        while self._skip:
            self._skip -= len(self._read(min(CHUNK, self._skip)) or self._cut_short())
        if self._left == 0:
            self.close()
            raise StopIteration
        chunk = self._read(CHUNK if self._left is None else min(CHUNK, self._left))
        if not chunk:
            self.close()
            if self._left is not None:
                self._cut_short()
            raise StopIteration
        if self._left is not None:
            self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, amount: int) -> bytes:
        with told(self._key):
            chunk: bytes = self._body.read(amount)
            return chunk

    def _cut_short(self) -> bytes:
        raise StorageUnavailable(f"{self._key} ended early")
