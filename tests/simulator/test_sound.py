import os
import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import audio
from simulator.speech import Speaker, seconds_of
from simulator.tape import Tape

FAKE = """
import struct, sys
words = sys.stdin.read().split()
count = 22050 * len(words)
data = b"".join(struct.pack("<h", at % 100) for at in range(count))
head = b"RIFF" + struct.pack("<I", 0x7FFFFFFF) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 22050, 44100, 2, 16)
sys.stdout.buffer.write(head + b"data" + struct.pack("<I", 0x7FFFF000) + data)
"""


@given(st.lists(st.integers(-32768, 32767), max_size=500), st.floats(0, 0.2))
def test_sound_is_kept_cut_and_filled_without_loss(samples: list[int], length: float) -> None:
    sound = array("h", samples)
    assert audio.from_wav(audio.to_wav(sound)) == sound
    fitted = audio.fitted(sound, length)
    assert len(fitted) == round(length * audio.RATE)
    assert fitted[: len(sound)] == sound[: len(fitted)]


def test_tones_are_the_same_every_time_and_longer_words_take_longer() -> None:
    speaker = Speaker(spoken=False)
    assert speaker.say("my invoice is wrong") == Speaker(spoken=False).say("my invoice is wrong")
    assert speaker.say("invoice") != speaker.say("billing")
    assert len(speaker.say("a")) < len(speaker.say("incomprehensible"))
    assert len(speaker.say("hello", length=3.5)) == round(3.5 * audio.RATE)
    assert len(speaker.say("call me back")) / audio.RATE == pytest.approx(seconds_of("call me back"), abs=0.01)


def test_an_installed_synthesiser_speaks_and_its_sound_is_brought_to_the_telephones_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, script = tmp_path / "espeak-ng", tmp_path / "fake.py"
    script.write_text(FAKE)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    samples = Speaker().say("two words")
    assert len(samples) == 2 * audio.RATE
    assert max(samples) <= 99


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 3\n", "#!/nowhere/interpreter\n"])
def test_a_synthesiser_that_fails_leaves_tones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    program = tmp_path / "espeak-ng"
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert Speaker().say("oh dear") == Speaker(spoken=False).say("oh dear")


def test_a_tape_keeps_both_sides_apart_or_together() -> None:
    speaker = Speaker(spoken=False)
    tape = Tape()
    tape.add("caller", "hello", 1)
    tape.add("line", "good morning", 1)
    both = tape.wav(channels=2, speaker=speaker)
    assert audio.channels(both) == 2
    assert audio.mono(both) == tape.wav(channels=1, speaker=speaker)
    assert audio.from_wav(both)[: len(speaker.say("hello"))] == speaker.say("hello")


def test_a_paused_tape_skips_or_keeps_the_time() -> None:
    speaker = Speaker(spoken=False)
    skipped, silent = Tape(), Tape()
    for tape, behaviour in ((skipped, "skip"), (silent, "silence")):
        tape.listen(behaviour)
        tape.add("caller", "4111 1111", 2.0)
        tape.listen()
        tape.add("caller", "thanks", 1.0)
        assert tape.words == "thanks"
    gap = audio.seconds(silent.wav(channels=1, speaker=speaker)) - audio.seconds(
        skipped.wav(channels=1, speaker=speaker)
    )
    assert gap == pytest.approx(2.0, abs=0.01)
