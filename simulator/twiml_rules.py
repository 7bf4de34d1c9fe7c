"""The rules of TwiML that a table cannot say: lengths of speech, attributes that need or exclude each other, order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from simulator.attributes import SCHEMA_PROBLEM
from simulator.values import url_problem

if TYPE_CHECKING:
    from simulator.twiml import Element

Found = tuple[int, str] | None
"""The carrier's error number and a sentence, or None."""


def special_problem(element: Element) -> Found:
    """What is wrong with this element beyond its attributes one by one."""
    rule = _RULES.get(element.name)
    return rule(element) if rule else None


def order_problem(verbs: tuple[Element, ...]) -> tuple[Element, int, str] | None:
    """The first verb that stands where it could never work, with the error number and a sentence."""
    for place, verb in enumerate(verbs):
        if verb.name == "Reject" and place:
            return verb, SCHEMA_PROBLEM, "<Reject> must be the first verb: the call is answered by now"
    return None


def _say(say: Element) -> Found:
    voice = say.get("voice") or "man"
    spoken = say.words
    if voice.startswith("Google."):
        # Google's voices count the marks and the spaces too; the marks here are our reading of them, a lower bound.
        most, length = 5000, len(say.text)
    elif voice.startswith("Polly."):
        most, length = 3000, len(spoken)
    else:
        most, length = 4096, len(spoken)
    if length > most:
        return 13521, f"<Say> has {length} characters; this voice speaks at most {most}"
    if len(quote_plus(spoken)) > 4500:
        return 13521, "<Say> has more than 4500 characters once encoded for the voice"
    return None


def _play(play: Element) -> Found:
    address = play.text.strip()
    if "digits" in play.attributes:
        return (SCHEMA_PROBLEM, "<Play> has an address and digits: give one of them") if address else None
    wrong = url_problem(address)
    return (11100, f"<Play> needs digits, or {wrong}") if wrong else None


def _redirect(redirect: Element) -> Found:
    wrong = url_problem(redirect.text.strip())
    return (11100, f"<Redirect> needs {wrong}") if wrong else None


def _gather(gather: Element) -> Found:
    if gather.attributes.get("speechTimeout") == "auto" and "speechModel" in gather.attributes:
        return 13335, "<Gather speechTimeout='auto'> does not work with a speechModel: give whole seconds"
    return None


def _record(record: Element) -> Found:
    transcribed = record.true("transcribe")
    if "transcribeCallback" in record.attributes and not transcribed:
        return 13614, "<Record transcribeCallback=…> needs transcribe='true'"
    length = int(record.attributes.get("maxLength", "120"))
    if transcribed and not 2 <= length <= 120:
        return 13617, "<Record maxLength=…> must be from 2 to 120 seconds where it is transcribed"
    return None


def _dial(dial: Element) -> Found:
    text = dial.text.strip()
    if text and dial.children:
        return SCHEMA_PROBLEM, "<Dial> has a number as text and elements inside: give one of them"
    if not text and not dial.children:
        return SCHEMA_PROBLEM, "<Dial> has nobody to dial"
    if text:
        return _number_problem(text)
    alone = [child for child in dial.children if child.name in ("Conference", "Queue")]
    if alone and len(dial.children) > 1:
        return SCHEMA_PROBLEM, f"<{alone[0].name}> must be alone inside <Dial>"
    if len(dial.children) > 10:
        return SCHEMA_PROBLEM, f"<Dial> rings {len(dial.children)} at once; the carrier rings at most 10"
    return None


def _number(number: Element) -> Found:
    return _number_problem(number.text.strip())


def _number_problem(text: str) -> Found:
    digits = text[1:] if text.startswith("+") else text
    if digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 15:
        return None
    return 13223, f"{text!r} is not a telephone number the carrier can dial (E.164, such as +14155550100)"


def _client(client: Element) -> Found:
    named = [child for child in client.children if child.name == "Identity"]
    if bool(client.text.strip()) == bool(named):
        return SCHEMA_PROBLEM, "<Client> needs a name: as its text, or in one <Identity>"
    return None


def _sip(sip: Element) -> Found:
    return None if sip.text.strip().startswith(("sip:", "sips:")) else (13243, "<Sip> needs a sip: address")


def _conference(conference: Element) -> Found:
    if len(conference.text.strip()) > 128:
        return 13237, "<Conference> has a name of more than 128 characters"
    return None


def _enqueue(enqueue: Element) -> Found:
    name = enqueue.text.strip()
    if "workflowSid" in enqueue.attributes:
        return None if not name else (SCHEMA_PROBLEM, "<Enqueue workflowSid=…> has no queue name of its own")
    if enqueue.children:
        return SCHEMA_PROBLEM, "<Task> needs the attribute workflowSid on <Enqueue>"
    if not 1 <= len(name) <= 64:
        return SCHEMA_PROBLEM, "<Enqueue> needs the queue's name, of at most 64 characters"
    return None


_RULES: dict[str, Callable[[Element], Found]] = {
    "Say": _say,
    "Play": _play,
    "Redirect": _redirect,
    "Gather": _gather,
    "Record": _record,
    "Dial": _dial,
    "Number": _number,
    "Client": _client,
    "Sip": _sip,
    "Conference": _conference,
    "Enqueue": _enqueue,
}
