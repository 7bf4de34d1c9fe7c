"""Gather: the line speaks and listens, for keys or for words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.person import Keys, Prompt, Speech
from simulator.records import Address
from simulator.steps import Document, Fields, Step
from simulator.twiml import Element

if TYPE_CHECKING:
    from simulator.phone import Phone

_KEY_SECONDS = 0.3


@dataclass(frozen=True)
class _Pressed:
    digits: str
    finished_on: str | None
    complete: bool


def gather(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Speak what is nested, listen, and send what was pressed or said to the action; go on when there was nothing."""
    for child in verb.children:
        phone.document(Document((child,), document.url, document.method))
    prompt = _prompt(verb)
    answer = phone.leg.answered_with(lambda: phone.leg.person.asked(prompt))
    params: Fields = ()
    if isinstance(answer, Keys) and "dtmf" in prompt.kinds:
        params = _pressed_params(phone, prompt, answer)
    elif isinstance(answer, Speech) and "speech" in prompt.kinds and answer.words.strip():
        params = _said_params(phone, verb, answer, document)
    else:
        phone.leg.wait(prompt.timeout)
    if not params:
        if not verb.true("actionOnEmptyResult"):
            return None
        params = (("Digits", ""), ("msg", "Gather End")) if "dtmf" in prompt.kinds else (("msg", "Gather End"),)
    return phone.send(verb, document, params)


def _prompt(verb: Element) -> Prompt:
    digits = verb.attributes.get("numDigits")
    hints = verb.attributes.get("hints", "")
    return Prompt(
        kinds=tuple(sorted((verb.get("input") or "dtmf").split())),
        finish_key=verb.get("finishOnKey") or "",
        digits=int(digits) if digits else None,
        hints=tuple(hint.strip() for hint in hints.split(",") if hint.strip()),
        timeout=verb.seconds("timeout"),
    )


def _pressed_params(phone: Phone, prompt: Prompt, keys: Keys) -> Fields:
    pressed = _pressed(prompt, keys.digits)
    phone.leg.wait(_KEY_SECONDS * len(keys.digits))
    if not pressed.complete:
        phone.leg.wait(prompt.timeout)  # the line waits for more keys, and gives up
    if not pressed.digits:
        return ()  # the finishing key alone counts as nothing
    finished = (("FinishedOnKey", pressed.finished_on),) if pressed.finished_on else ()
    return (("Digits", pressed.digits), *finished, ("msg", "Gather End"))


def _pressed(prompt: Prompt, keys: str) -> _Pressed:
    digits = ""
    for key in keys:
        if key == prompt.finish_key:
            return _Pressed(digits, key, complete=True)
        digits += key
        if len(digits) == prompt.digits:
            return _Pressed(digits, None, complete=True)
    return _Pressed(digits, None, complete=False)


def _said_params(phone: Phone, verb: Element, speech: Speech, document: Document) -> Fields:
    words = speech.words.strip()
    phone.leg.say(words)
    pause = verb.attributes.get("speechTimeout", "")
    phone.leg.wait(int(pause) if pause.isdigit() else 1 if pause == "auto" else verb.seconds("timeout"))
    _report_partial(phone, verb, words, document)
    confidence = (("Confidence", f"{speech.confidence:g}"),) if speech.confidence is not None else ()
    return (("SpeechResult", words), *confidence, ("Language", verb.get("language") or "en-US"))


def _report_partial(phone: Phone, verb: Element, words: str, document: Document) -> None:
    callback = verb.attributes.get("partialResultCallback")
    if callback is None:
        return
    address = Address(phone.address(callback, document), verb.get("partialResultCallbackMethod") or "POST")
    params = (("UnstableSpeechResult", words), ("StableSpeechResult", ""), ("SequenceNumber", "0"))
    phone.carrier.tell(phone.leg, address, params, kind="partial-result")
