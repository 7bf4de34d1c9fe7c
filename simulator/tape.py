"""What was said on a call, in order, so that a recording of it can be made: both sides apart, pauses included."""

import threading
from array import array
from dataclasses import dataclass

from simulator import audio
from simulator.speech import Speaker


@dataclass(frozen=True)
class _Sound:
    track: str
    words: str
    seconds: float
    samples: "array[int] | None" = None


class Tape:
    """A recording while it runs. Tracks are `caller` (this leg, channel 1) and `line` (the other side, channel 2)."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._sounds: list[_Sound] = []
        self._paused: str | None = None
        self._lock = threading.Lock()

    def add(self, track: str, words: str, seconds: float, samples: "array[int] | None" = None) -> None:
        """Somebody speaks, or `seconds` of nothing pass when there are no words; `samples` are what really sounded."""
        with self._lock:
            if self._paused == "skip":
                return
            silent = self._paused == "silence"
            self._sounds.append(_Sound(track, "", seconds) if silent else _Sound(track, words, seconds, samples))

    def listen(self, paused: str | None = None) -> None:
        """Listen from now on, or pause: `skip` leaves the time out, `silence` keeps it, empty."""
        with self._lock:
            self._paused = paused

    @property
    def words(self) -> str:
        """All that was said, in order."""
        with self._lock:
            return " ".join(sound.words for sound in self._sounds if sound.words)

    def wav(self, *, channels: int, speaker: Speaker) -> bytes:
        """The recording as it would sound."""
        caller, line = array("h"), array("h")
        with self._lock:
            sounds = tuple(self._sounds)
        for sound in sounds:
            samples = _samples(sound, speaker)
            quiet = audio.silence(len(samples) / audio.RATE)
            caller.extend(samples if sound.track == "caller" else quiet)
            line.extend(samples if sound.track == "line" else quiet)
        if channels == 2:
            return audio.stereo(caller, line)
        # Only one side speaks at a time, so adding them loses nothing.
        return audio.to_wav(array("h", (left + right for left, right in zip(caller, line, strict=True))))


def _samples(sound: _Sound, speaker: Speaker) -> "array[int]":
    if sound.samples is not None:
        return sound.samples
    return speaker.say(sound.words) if sound.words else audio.silence(sound.seconds)
