"""Telephone audio: 8 kHz, 16-bit PCM WAV, made, joined, cut and measured without loss."""

import io
import wave
from array import array

NotWav = wave.Error

RATE = 8000
"""Samples a second, the rate of the telephone network."""


class NotTelephoneError(ValueError):
    """A sound that is not telephone audio: a WAV file with 8000 samples a second of 16 bits, one channel."""


def to_wav(samples: "array[int]", *, channels: int = 1) -> bytes:
    """A WAV file of these samples; with two channels they alternate left, right."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def from_wav(data: bytes) -> "array[int]":
    """The samples of a mono or stereo WAV file, brought to the telephone's rate and one channel."""
    with wave.open(io.BytesIO(data)) as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"the WAV file has {8 * file.getsampwidth()}-bit samples, not 16")
        rate, channels = file.getframerate(), file.getnchannels()
        samples = array("h", file.readframes(file.getnframes()))
    return _resampled(samples[::channels], rate)


def telephone(data: bytes) -> "array[int]":
    """The samples of a WAV file that is telephone audio already; raises NotTelephoneError for anything else."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            found = (file.getframerate(), 8 * file.getsampwidth(), file.getnchannels())
            wanted = file.getnframes()
            frames = file.readframes(wanted)
    except (NotWav, EOFError) as error:
        raise NotTelephoneError(f"no WAV file: {error or 'it ends too early'}") from None
    if found != (RATE, 16, 1):
        rate, bits, sides = found
        raise NotTelephoneError(f"{rate} Hz, {bits} bits, {sides} channels; give {RATE} Hz, 16 bits, 1 channel")
    if len(frames) != 2 * wanted:
        raise NotTelephoneError("the WAV file is cut off")
    return array("h", frames)


def seconds(data: bytes) -> float:
    """How long a WAV file plays."""
    with wave.open(io.BytesIO(data)) as file:
        return float(file.getnframes()) / float(file.getframerate())


def channels(data: bytes) -> int:
    """How many channels a WAV file has."""
    with wave.open(io.BytesIO(data)) as file:
        return int(file.getnchannels())


def silence(length: float) -> "array[int]":
    """This many seconds of nothing."""
    return array("h", bytes(2 * round(length * RATE)))


def stereo(left: "array[int]", right: "array[int]") -> bytes:
    """A two-channel WAV file; the shorter side is filled up with silence."""
    length = max(len(left), len(right))
    both = array("h", bytes(4 * length))
    both[0 : 2 * len(left) : 2] = left
    both[1 : 2 * len(right) + 1 : 2] = right
    return to_wav(both, channels=2)


def mono(data: bytes) -> bytes:
    """Both channels of a stereo WAV file in one; what is too loud then is cut."""
    with wave.open(io.BytesIO(data)) as file:
        both = array("h", file.readframes(file.getnframes()))
    mixed = (max(-32768, min(32767, left + right)) for left, right in zip(both[::2], both[1::2], strict=True))
    return to_wav(array("h", mixed))


def fitted(samples: "array[int]", length: float) -> "array[int]":
    """The same sound cut, or filled up with silence, to exactly this many seconds."""
    wanted = round(length * RATE)
    return samples[:wanted] + array("h", bytes(2 * max(0, wanted - len(samples))))


def _resampled(samples: "array[int]", rate: int) -> "array[int]":
    if rate == RATE or not samples:
        return samples
    last = len(samples) - 1
    out = array("h")
    for place in range(int(len(samples) * RATE / rate)):
        at = place * rate / RATE
        low = int(at)
        high = min(low + 1, last)
        out.append(round(samples[low] + (samples[high] - samples[low]) * (at - low)))
    return out
