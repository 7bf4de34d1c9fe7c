"""How loud a recording is over time: the least and greatest sample of each short stretch, for the player to draw.

The layout is that of the BBC's audiowaveform, JSON version 2 (github.com/bbc/audiowaveform, DataFormat.md): for
each pixel and channel a least and a greatest value of eight bits, so any of its players reads it.
"""

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from recordings.extremes import extremes
from recordings.loudness import PCM_8, SILENCE

MOST_PIXELS = 60_000
"""A longer recording is drawn more coarsely: 20 ms a pixel up to 20 minutes, then 40 ms, 80 ms …"""

_PIXELS_PER_SECOND = 50
_TEXTS = [str(value) for value in (*range(128), *range(-128, 0))]
"""Each value as text, found by the value itself: a string of its own for each would need more memory than the rest."""


@dataclass(frozen=True)
class Peaks:
    """Finished peaks. `data` holds, for each pixel, (least, greatest) for each channel, in -128…127."""

    channels: int
    sample_rate: int
    samples_per_pixel: int
    data: "array[int]"

    @property
    def length(self) -> int:
        """Pixels."""
        return len(self.data) // (2 * self.channels)

    def as_json(self) -> bytes:
        """The audiowaveform JSON."""
        head = (
            f'{{"version":2,"channels":{self.channels},"sample_rate":{self.sample_rate},'
            f'"samples_per_pixel":{self.samples_per_pixel},"bits":8,"length":{self.length},"data":['
        )
        return (head + ",".join(map(_TEXTS.__getitem__, self.data)) + "]}").encode("ascii")


class PeakTaker:
    """Takes samples as they stream by; keeps two bytes for each 20 ms and channel (3 MB for four hours of two).

    width: bytes of a sample, of which the last is looked up in `table` (recordings/loudness.py).
    """

    def __init__(
        self,
        *,
        channels: int,
        sample_rate: int,
        width: int = 1,
        table: bytes = PCM_8,
        most_pixels: int = MOST_PIXELS,
    ) -> None:
        self._channels, self._sample_rate, self._most = channels, sample_rate, most_pixels
        self._width, self._table, self._frame = width, table, width * channels
        self._per_pixel = max(sample_rate // _PIXELS_PER_SECOND, 1)
        self._least = [bytearray() for _ in range(channels)]
        self._greatest = [bytearray() for _ in range(channels)]
        self._rest = b""

    def take(self, samples: bytes) -> None:
        """Take interleaved little-endian samples, cut anywhere."""
        block = self._rest + samples if self._rest else samples
        whole = len(block) - len(block) % (self._per_pixel * self._frame)
        self._rest = block[whole:]
        if whole:
            self._add(block[:whole], self._per_pixel)

    def finish(self) -> Peaks:
        """The peaks of all that was taken. The last pixel may stand for fewer samples; a cut frame is dropped."""
        frames = len(self._rest) // self._frame
        if frames:
            self._add(self._rest[: frames * self._frame], frames)
        self._rest = b""
        lanes = [lane for pair in zip(self._least, self._greatest, strict=True) for lane in pair]
        per_pixel = self._per_pixel
        while len(lanes[0]) > self._most:
            lanes = [_halved(lane, max if place % 2 else min) for place, lane in enumerate(lanes)]
            per_pixel *= 2
        data = array("b", bytes(len(lanes) * len(lanes[0])))
        for place, lane in enumerate(lanes):
            data[place :: len(lanes)] = array("b", lane.translate(_SIGNED))
        return Peaks(self._channels, self._sample_rate, per_pixel, data)

    def _add(self, block: bytes, stretch: int) -> None:
        least, greatest = extremes(block, stretch, lanes=self._channels, width=self._width, table=self._table)
        pixels = len(least) // self._channels
        for channel in range(self._channels):
            self._least[channel] += least[channel * pixels : (channel + 1) * pixels]
            self._greatest[channel] += greatest[channel * pixels : (channel + 1) * pixels]


_SIGNED = bytes((value - SILENCE) & 0xFF for value in range(256))


def _halved(lane: bytearray, keep: Callable[[int, int], int]) -> bytearray:
    """Half as many pixels, each of two; an odd last one stays by itself."""
    return bytearray(map(keep, lane[::2], lane[1::2])) + (lane[-1:] if len(lane) % 2 else b"")
