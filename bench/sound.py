"""Sound of any length, never held in memory: a WAV file as it streams by, and a server that sends it as a carrier does.

`python -m bench.sound` prints the port it listens on. A recording's id ends with its size in bytes: RE…1000000000.
"""

import io
import random
import re
import struct
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHANNELS, RATE = 2, 8000
_BLOCK = random.Random(7).randbytes(1 << 20)  # noqa: S311 - noise
_HEADER = 44
_WANTED = re.compile(r"/Recordings/RE0*([0-9]+)\.wav\b")


def sid_of(size: int) -> str:
    """The id of the recording of that size."""
    return f"RE{size:032d}"


def pieces(size: int) -> Iterator[memoryview]:
    """A WAV file of `size` bytes (an even number of whole frames after its 44), at most a megabyte at a time."""
    block, left = memoryview(_BLOCK), size - _HEADER
    yield memoryview(_header(left))
    while left > 0:
        yield block[:left]
        left -= len(block)


class Sound(io.RawIOBase):
    """The same as a file to be read once."""

    def __init__(self, size: int) -> None:
        self._pieces = pieces(size)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, amount: int = -1, /) -> bytes:
        """`amount` bytes, or what is left."""
        taken = bytearray()
        while len(taken) < amount:
            if not self._rest and not (found := next(self._pieces, None)):
                break
            self._rest = self._rest or found  # type: ignore[assignment]
            part = self._rest[: amount - len(taken)]
            taken += part
            self._rest = self._rest[len(part) :]
        return bytes(taken)


def _header(length: int) -> bytes:
    format = struct.pack("<HHIIHH", 1, CHANNELS, RATE, RATE * CHANNELS * 2, CHANNELS * 2, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", len(format)) + format + b"data" + struct.pack("<I", length)
    return b"RIFF" + struct.pack("<I", len(chunks) + length) + chunks


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = _WANTED.search(self.path)
        if found is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "audio/x-wav")
        self.send_header("Content-Length", found[1])
        self.end_headers()
        for piece in pieces(int(found[1])):
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None: ...


def main() -> None:
    """Serve on a free port until ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main()
