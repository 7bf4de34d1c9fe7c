"""What words sound like: spoken by espeak-ng where it is installed, else a tone for each word, always the same."""

import hashlib
import math
import shutil
import subprocess
from array import array
from functools import lru_cache

from simulator import audio

_WORD_SECONDS = 0.08
_LETTER_SECONDS = 0.05
_GAP_SECONDS = 0.06
_SYLLABLE_SECONDS = 0.17


class Speaker:
    """Turns words into samples. `spoken` False always takes tones: quick, and the same on every machine."""

    def __init__(self, *, spoken: bool = True) -> None:
        self._espeak = (shutil.which("espeak-ng") or shutil.which("espeak")) if spoken else None

    def say(self, words: str, *, length: float | None = None) -> "array[int]":
        """The words as samples at `audio.RATE`; `length`, in seconds, cuts or fills them to that."""
        samples = self._voice(words)
        return samples if length is None else audio.fitted(samples, length)

    def _voice(self, words: str) -> "array[int]":
        if not words.strip():
            return array("h")
        return array("h", _spoken(self._espeak, words) if self._espeak else _toned(words))


def seconds_of(words: str) -> float:
    """How long a call's clock moves on while these words are spoken, whatever voice speaks them."""
    return sum(_word_seconds(word) + _GAP_SECONDS for word in words.split())


def _word_seconds(word: str) -> float:
    return _WORD_SECONDS + _LETTER_SECONDS * min(len(word), 20)


@lru_cache(maxsize=64)
def _spoken(espeak: str, words: str) -> bytes:
    # The words travel on standard input: as an argument, a leading hyphen would be taken for an option.
    try:
        done = subprocess.run([espeak, "--stdout", "--stdin"], input=words.encode(), capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return _toned(words)
    if done.returncode != 0 or len(done.stdout) < 45:
        return _toned(words)
    try:
        return audio.from_wav(_with_sizes(done.stdout)).tobytes()
    except (ValueError, EOFError):
        return _toned(words)


def _with_sizes(wav: bytes) -> bytes:
    # Writing to a pipe, espeak-ng cannot know the length beforehand and puts a huge one into the header.
    start = wav.find(b"data")
    if start < 0:
        return wav
    size = (len(wav) - start - 8).to_bytes(4, "little")
    return wav[:4] + (len(wav) - 8).to_bytes(4, "little") + wav[8 : start + 4] + size + wav[start + 8 :]


@lru_cache(maxsize=256)
def _toned(words: str) -> bytes:
    out = array("h")
    for word in words.split():
        out.extend(_tone(_pitch(word), _word_seconds(word), _loudness(word)))
        out.extend(audio.silence(_GAP_SECONDS))
    return out.tobytes()


def _pitch(word: str) -> float:
    return 250.0 + _digest(word) % 1200


def _loudness(word: str) -> int:
    """Words differ as spoken ones do, so that a waveform shows where one ends."""
    return 4000 + _digest(word) // 1200 % 9000


def _digest(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.casefold().encode(), digest_size=4).digest(), "big")


@lru_cache(maxsize=1024)
def _tone(pitch: float, length: float, loudness: int) -> "array[int]":
    count = round(length * audio.RATE)
    step = 2 * math.pi * pitch / audio.RATE
    fade = min(80, count // 4) or 1
    swell = math.pi / (_SYLLABLE_SECONDS * audio.RATE)
    return array(
        "h",
        (round(loudness * _envelope(at, count, fade, swell) * math.sin(step * at)) for at in range(count)),
    )


def _envelope(at: int, count: int, fade: int, swell: float) -> float:
    """Between 0 and 1: in at the start, out at the end, and up and down with each syllable."""
    return min(1.0, at / fade, (count - at) / fade) * (0.35 + 0.65 * abs(math.sin(swell * at + 0.6)))
