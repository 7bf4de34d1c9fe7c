"""WAV files for tests, whole or wrong in every part."""

import struct
from array import array

PCM, A_LAW, MU_LAW, EXTENSIBLE = 1, 6, 7, 0xFFFE


def wav(
    data: bytes,
    *,
    tag: int = PCM,
    channels: int = 1,
    rate: int = 8000,
    bits: int = 16,
    size: int | None = None,
    before: bytes = b"",
    after: bytes = b"",
    extensible: bool = False,
) -> bytes:
    """A WAV file of `data`; `size` is written in place of the true one, `before` and `after` are other chunks."""
    frame = channels * bits // 8
    format = struct.pack("<HHIIHH", EXTENSIBLE if extensible else tag, channels, rate, rate * frame, frame, bits)
    if extensible:
        format += struct.pack("<HHIH", 22, bits, 0, tag) + bytes.fromhex("000000001000800000aa00389b71")
    chunks = b"WAVE" + chunk(b"fmt ", format) + before
    chunks += b"data" + struct.pack("<I", len(data) if size is None else size) + data + after
    return b"RIFF" + struct.pack("<I", len(chunks) & 0xFFFFFFFF) + chunks


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def pcm(*samples: int) -> bytes:
    return array("h", samples).tobytes()
