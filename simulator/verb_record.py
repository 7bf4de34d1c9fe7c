"""Record: the person leaves a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import audio
from simulator.person import HangUp, Message, RecordPrompt
from simulator.records import Address, Recording
from simulator.steps import Document, EndedError, Fields, Step
from simulator.twiml import Element

if TYPE_CHECKING:
    from simulator.phone import Phone

_BEEP_SECONDS = 0.5


def record(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Beep, record until a key, silence, the longest length or a hang-up, and send the recording to the action.

    With nothing said there is no recording and no request: the next verb is performed.
    """
    if verb.true("playBeep"):
        phone.leg.hear("[beep]", seconds=_BEEP_SECONDS)
    prompt = RecordPrompt(verb.get("finishOnKey") or "", _longest(verb))
    message = _message(phone, prompt)
    callback = recording_callback(phone, verb, document)
    if message.empty:
        phone.carrier.recorder.absent(phone.leg, callback)
        _settle(phone, verb, message, prompt)
        return None
    made = _recorded(phone, message, prompt, callback)
    _settle_time(phone, verb, message, prompt)
    action = phone.send(verb, document, _params(phone, made, message, prompt))
    if message.end == "hangup":
        phone.farewell(action)
        _finish(phone, verb, made, document)
        raise EndedError("caller")
    phone.leg.after_next_answer(lambda: _finish(phone, verb, made, document))
    return action


def recording_callback(phone: Phone, verb: Element, document: Document) -> Address | None:
    """Where a recording made by this verb or noun is announced."""
    url = verb.attributes.get("recordingStatusCallback")
    if url is None:
        return None
    events = verb.attributes.get("recordingStatusCallbackEvent", "completed").split()
    method = verb.get("recordingStatusCallbackMethod") or "POST"
    return Address(phone.address(url, document), method, tuple(events))


def _longest(verb: Element) -> int:
    return int(verb.attributes.get("maxLength") or (120 if verb.true("transcribe") else 3600))


def _message(phone: Phone, prompt: RecordPrompt) -> Message:
    phone.leg.check()
    answer = phone.leg.person.records(prompt)
    phone.leg.check()
    return Message("", end="hangup") if isinstance(answer, HangUp) else answer


def _recorded(phone: Phone, message: Message, prompt: RecordPrompt, callback: Address | None) -> Recording:
    spoken = message.sound
    samples = phone.carrier.speaker.say(message.words, length=message.seconds) if spoken is None else spoken
    samples = samples[: prompt.longest * audio.RATE]
    made = phone.carrier.recorder.keep(
        phone.leg,
        audio.to_wav(samples),
        source="RecordVerb",
        words=message.words,
        callback=callback,
    )
    phone.leg.say(message.words, seconds=len(samples) / audio.RATE, sound=samples)
    return made


def _settle(phone: Phone, verb: Element, message: Message, prompt: RecordPrompt) -> None:
    _settle_time(phone, verb, message, prompt)
    if message.end == "hangup":
        raise EndedError("caller")


def _settle_time(phone: Phone, verb: Element, message: Message, prompt: RecordPrompt) -> None:
    if message.end != "hangup" and message.end not in prompt.finish_keys:
        phone.leg.wait(verb.seconds("timeout"))


def _params(phone: Phone, made: Recording, message: Message, prompt: RecordPrompt) -> Fields:
    ended = message.end if message.end == "hangup" or message.end in prompt.finish_keys else ""
    digits = (("Digits", ended),) if ended else ()
    return (*phone.carrier.recorder.params(made), *digits)


def _finish(phone: Phone, verb: Element, made: Recording, document: Document) -> None:
    phone.carrier.recorder.complete(phone.leg, made)
    target = verb.attributes.get("transcribeCallback")
    if not verb.true("transcribe") or target is None:
        return
    params = (
        ("TranscriptionSid", phone.carrier.new_sid("TR")),
        ("TranscriptionText", made.words),
        ("TranscriptionStatus", "completed"),
        ("TranscriptionUrl", phone.carrier.recorder.url(made.sid) + "/Transcriptions"),
        ("RecordingSid", made.sid),
        ("RecordingUrl", phone.carrier.recorder.url(made.sid)),
    )
    phone.carrier.tell(phone.leg, Address(phone.address(target, document)), params, kind="transcription")
