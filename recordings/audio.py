"""Reading WAV audio as it streams by: what it is, how long it lasts, how loud it is over time.

One pass, fed chunk by chunk, in memory that hardly grows. Takes what carriers send: PCM of 8 and 16 bits, mu-law
and A-law, plain or "extensible" headers, other chunks before and after the audio, and the sizes of streaming
encoders that did not know the length when they wrote it: then the end of the file is the end of the audio.
"""

from dataclasses import dataclass

from recordings.peaks import Peaks, PeakTaker
from recordings.wav_header import AudioError, Format, HeaderReader, NotAudio

__all__ = ["Audio", "AudioError", "EmptyAudio", "NotAudio", "Truncated", "WavReader"]


class EmptyAudio(AudioError):
    """A WAV file without a single sample: the carrier's 44-byte files of calls in which nothing was recorded."""


class Truncated(AudioError):
    """The file ends before the length it says it has."""


@dataclass(frozen=True)
class Audio:
    """What a file turned out to be: seconds, channels, samples a second of each, bits a sample, and its peaks."""

    duration: float
    channels: int
    sample_rate: int
    bits: int
    peaks: Peaks


class WavReader:
    """Feed it a file from its first byte, then `finish`."""

    def __init__(self) -> None:
        self._header = HeaderReader()
        self._samples: _Samples | None = None
        self._fed = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. NotAudio is raised as soon as it shows."""
        self._fed = self._fed or bool(chunk)
        if self._samples is None:
            rest = self._header.feed(chunk)
            if rest is None or self._header.format is None:
                return
            self._samples, chunk = _Samples(self._header.format), rest
        self._samples.take(chunk, self._header.announced)

    def finish(self) -> Audio:
        """The end of the file: what it was. EmptyAudio, Truncated or NotAudio where it was no recording."""
        if not self._fed:
            raise EmptyAudio("not a single byte")
        if self._samples is None:
            if not self._header.started:
                raise NotAudio("too short for a WAV file")
            raise Truncated("the file ends within its header")
        announced, taken = self._header.announced, self._samples.taken
        if taken < (announced or 0):
            raise Truncated(f"{taken} of {announced} bytes of audio")
        return self._samples.audio()


class _Samples:
    """The audio itself: bytes are counted, and their loudness is taken."""

    def __init__(self, format: Format) -> None:
        self._format = format
        self._peaks = PeakTaker(
            channels=format.channels,
            sample_rate=format.sample_rate,
            width=format.bits // 8,  # little-endian: of two bytes the second is the upper
            table=format.table,
        )
        self.taken = 0

    def take(self, chunk: bytes, announced: int | None) -> None:
        """Take bytes up to the announced number; what follows are other chunks."""
        if announced is not None:
            chunk = chunk[: announced - self.taken]
        self.taken += len(chunk)
        self._peaks.take(chunk)

    def audio(self) -> Audio:
        frames = self.taken // self._format.frame
        if not frames:
            raise EmptyAudio("a WAV file without a sample")
        return Audio(
            duration=frames / self._format.sample_rate,
            channels=self._format.channels,
            sample_rate=self._format.sample_rate,
            bits=self._format.bits,
            peaks=self._peaks.finish(),
        )
