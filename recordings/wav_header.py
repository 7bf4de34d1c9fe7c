"""The header of a WAV file, read as it streams by: the format of the samples, and how many bytes of them follow.

Layout: RIFF chunks after Microsoft's "Multimedia Programming Interface and Data Specifications" and WAVEFORMATEX.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from recordings.loudness import A_LAW, MU_LAW, PCM_8, PCM_16_UPPER

_PCM, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 6, 7, 0xFFFE
_TABLES: Mapping[tuple[int, int], bytes] = {
    (_PCM, 8): PCM_8,
    (_PCM, 16): PCM_16_UPPER,
    (_MU_LAW, 8): MU_LAW,
    (_A_LAW, 8): A_LAW,
}
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")  # what follows the tag in an extensible header
_LEAST_RATE, _GREATEST_RATE, _MOST_CHANNELS = 4000, 192_000, 8
_LONGEST_FORMAT = 1024
_UNKNOWN_SIZE = 0x7FFFF000  # from here on a streaming encoder's stand-in: sox writes this, others 0xFFFFFFFF
_TRAILERS = (b"LIST", b"fact", b"id3 ", b"ID3 ", b"JUNK", b"bext", b"cue ", b"PEAK")


class AudioError(Exception):
    """What came is not a recording; the text is fit for ledger and log."""


class NotAudio(AudioError):
    """Not a WAV file, or not of an encoding known here."""


@dataclass(frozen=True)
class Format:
    """How samples are kept: channels, samples a second of each, bits a sample, and their table of loudness."""

    channels: int
    sample_rate: int
    bits: int
    table: bytes

    @property
    def frame(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.bits // 8


class HeaderReader:
    """Feed it a file from its first byte until it hands back the audio's first bytes."""

    def __init__(self) -> None:
        self.format: Format | None = None
        self.announced: int | None = None
        """Bytes of audio the header says there are; None when it does not know."""
        self.started = False
        """Whether the file began as a WAV file does."""
        self._held = b""
        self._skip = 0

    def feed(self, chunk: bytes) -> bytes | None:
        """None while the header goes on, then the bytes after it, once. NotAudio as soon as it shows."""
        self._held += chunk
        while True:
            skipped = min(self._skip, len(self._held))
            self._held, self._skip = self._held[skipped:], self._skip - skipped
            if self._skip or not self._enough():
                return None
            if not self.started:
                self._read_start()
            elif self._held.startswith(b"data"):
                return self._read_data_size()
            else:
                self._read_chunk()

    def _enough(self) -> bool:
        """Whether what comes next is held in full, or shows already that it is wrong."""
        if not self.started:
            return len(self._held) >= 12 or (len(self._held) >= 4 and not _is_riff(self._held))
        if len(self._held) < 8:
            return False
        if self._held.startswith(b"fmt "):
            size = _size(self._held)
            return size > _LONGEST_FORMAT or len(self._held) >= 8 + size
        # After the size of the audio one more look: a size of nothing is told by what follows it.
        return True

    def _read_start(self) -> None:
        if not _is_riff(self._held) or self._held[8:12] != b"WAVE":
            raise NotAudio(f"not a WAV file but {_guess(self._held)}")
        self.started, self._skip = True, 12

    def _read_chunk(self) -> None:
        size = _size(self._held)
        if self._held.startswith(b"fmt "):
            if not 16 <= size <= _LONGEST_FORMAT:
                raise NotAudio("a WAV file with a broken format")
            self.format = _format(self._held[8 : 8 + size])
        elif not self._held[:4].isascii():
            raise NotAudio("a WAV file with a broken header")
        self._skip = 8 + size + size % 2

    def _read_data_size(self) -> bytes:
        if self.format is None:
            raise NotAudio("a WAV file that does not tell its format")
        size, rest = _size(self._held), self._held[8:]
        self._held = b""
        # Nothing announced and yet something there: a writer that could not go back to fill in the size.
        unknown = size >= _UNKNOWN_SIZE or (size == 0 and rest != b"" and not rest.startswith(_TRAILERS))
        self.announced = None if unknown else size
        return rest


def _is_riff(held: bytes) -> bool:
    return held[:4] in (b"RIFF", b"RF64", b"BW64")


def _size(held: bytes) -> int:
    return int.from_bytes(held[4:8], "little")


def _format(chunk: bytes) -> Format:
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == _EXTENSIBLE and len(chunk) >= 40 and chunk[26:40] == _SUBFORMAT_TAIL:
        tag = int.from_bytes(chunk[24:26], "little")
    table = _TABLES.get((tag, bits))
    if table is None:
        raise NotAudio(f"a WAV file of an encoding not known here: format {tag:#x} of {bits} bits")
    if not (1 <= channels <= _MOST_CHANNELS and _LEAST_RATE <= rate <= _GREATEST_RATE):
        raise NotAudio(f"a WAV file of {channels} channels at {rate} samples a second")
    return Format(channels, rate, bits, table)


def _guess(held: bytes) -> str:
    """A word for what came instead, to help whoever reads the ledger."""
    start = held[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    if start.startswith(b"<"):
        return "XML"
    if start.startswith((b"{", b"[")):
        return "JSON"
    if held.startswith(b"ID3") or (len(held) > 1 and held[0] == 0xFF and held[1] >= 0xE0):
        return "MP3"
    if held.startswith(b"OggS"):
        return "Ogg"
    return "something else"
