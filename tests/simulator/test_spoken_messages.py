"""What is later heard is what was said: a message given as sound becomes the recording, byte for byte."""

import math
from array import array

import pytest

from simulator import audio
from simulator.carrier import Carrier
from simulator.client import RemoteDesk, SimulatorRefusedError
from simulator.desk import Desk
from simulator.handset import Done
from simulator.tape import Tape
from tests.simulator.conftest import NUMBER
from tests.simulator.product import Product
from tests.simulator.test_phones_in_hand import CALLER, desk, hotline, server, until

__all__ = ["desk", "server"]


def voice(seconds: float) -> "array[int]":
    return array("h", (round(6000 * math.sin(place / 7)) for place in range(round(seconds * audio.RATE))))


def left(desk: Desk | RemoteDesk, product: Product, done: Done, *, longest: str = "") -> str:
    hotline(product)
    product.answers["/menu"] = (
        f'<Record action="/left" finishOnKey="#" {longest} recordingStatusCallback="/recording"/>'
    )
    sid = desk.call(from_=CALLER, to=NUMBER)
    until(desk, sid, "asks")
    desk.does(sid, Done(keys="2"))
    until(desk, sid, "records", after=2)
    desk.does(sid, done)
    until(desk, sid, "ended", after=2)
    return sid


def test_a_message_given_as_sound_is_the_recording_byte_for_byte(desk, carrier: Carrier, product: Product) -> None:
    said = audio.to_wav(voice(2.4))
    left(desk, product, Done(message="my fridge", end="#", sound=said))
    [made] = carrier.store.recordings.values()
    assert carrier.wav(made.sid) == said
    assert (made.words, made.seconds) == ("my fridge", 2)
    assert product.forms("/left")[0] | {"Digits": "#", "RecordingDuration": "2"} == product.forms("/left")[0]


def test_a_spoken_message_needs_no_words_and_stops_at_the_longest_length(desk, carrier: Carrier, product) -> None:
    left(desk, product, Done(end="hangup", sound=audio.to_wav(voice(5))), longest='maxLength="3"')
    [made] = carrier.store.recordings.values()
    assert carrier.wav(made.sid) == audio.to_wav(voice(5)[: 3 * audio.RATE])
    assert product.forms("/left")[0]["Digits"] == "hangup"


def test_a_sound_without_samples_is_no_message(desk, carrier: Carrier, product: Product) -> None:
    left(desk, product, Done(end="#", sound=audio.to_wav(array("h"))))
    assert not carrier.store.recordings
    assert not product.forms("/left")


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (b"ID3 no wave at all", "no WAV file"),
        (b"", "no WAV file"),
        (audio.to_wav(voice(0.1), channels=2), "2 channels; give 8000 Hz, 16 bits, 1 channel"),
        (audio.to_wav(voice(0.1))[:-200], "cut off"),
    ],
)
def test_a_sound_that_is_no_telephone_audio_is_refused_and_the_line_waits_on(desk, product, sound, why) -> None:
    hotline(product)
    sid = desk.call(from_=CALLER, to=NUMBER)
    until(desk, sid, "asks")
    with pytest.raises(SimulatorRefusedError, match=why):
        desk.does(sid, Done(sound=sound))
    desk.does(sid, Done(keys="2"))
    until(desk, sid, "records", after=2)
    desk.hang_up(sid)


def test_a_sound_that_is_too_long_is_refused_unread(desk, product) -> None:
    hotline(product)
    sid = desk.call(from_=CALLER, to=NUMBER)
    with pytest.raises(SimulatorRefusedError, match="413"):
        desk.does(sid, Done(sound=bytes(11_000_000)))
    desk.hang_up(sid)


def test_a_recording_of_the_whole_call_has_what_was_really_said(carrier: Carrier) -> None:
    tape = Tape()
    tape.add("line", "speak now", 1.0)
    tape.add("caller", "my fridge", 0.5, voice(0.5))
    wav = tape.wav(channels=1, speaker=carrier.speaker)
    assert audio.telephone(wav)[-len(voice(0.5)) :] == voice(0.5)
    assert tape.words == "speak now my fridge"


def test_the_webhooks_of_a_call_can_be_read_from_afar(desk, product: Product) -> None:
    sid = left(desk, product, Done(message="call me", end="#"))
    other = desk.call(from_=CALLER, to=NUMBER)
    until(desk, other, "asks")
    seen = desk.exchanges(sid)
    assert [(each.number, each.kind) for each in seen[:3]] == [(1, "voice"), (2, "action"), (3, "action")]
    assert dict(seen[1].params)["Digits"] == "2"
    assert seen[1].url == product.url + "/menu"
    assert (seen[1].status, seen[1].content_type) == (200, "text/xml")
    assert seen[1].body.startswith("<Response><Record")
    assert {each.kind for each in seen[3:]} == {"call-status", "recording-status"}
    assert desk.exchanges(sid, after=2) == seen[2:]
    desk.hang_up(other)
