"""Say, Play, Pause, Redirect, Hangup, Reject: what the line does without asking anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator import audio
from simulator.steps import Document, EndedError, Fetch, Step
from simulator.twiml import Element, TwimlError
from simulator.webhooks import WebhookFailed

if TYPE_CHECKING:
    from simulator.phone import Phone

_ENDLESS = 1000
"""Rounds of a loop="0"."""

_PLAYED_SECONDS = 3.0
"""How long a sound is taken to last where its file does not say."""

_CARRIER_HOSTS = re.compile(r"(.+\.)?twilio\.com|com\.twilio\.(music|sounds)\..+|.+\.twil\.io")


def say(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Words are spoken, `loop` times over."""
    for _ in range(_rounds(verb)):
        phone.leg.hear(verb.words)
    return None


def play(phone: Phone, verb: Element, document: Document) -> Step | None:
    """A sound file, or keys, are played."""
    digits = verb.attributes.get("digits")
    if digits is not None:
        phone.leg.hear(f"[keys {digits}]", seconds=0.5 * len(digits))
        return None
    url = phone.address(verb.text.strip(), document)
    seconds = _length(phone, url)
    for _ in range(_rounds(verb)):
        phone.leg.hear(f"[sound {urlsplit(url).path.rpartition('/')[2] or url}]", seconds=seconds)
    return None


def pause(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Nothing is heard. As first verb it also delays answering."""
    phone.leg.wait(verb.seconds("length"))
    return None


def redirect(phone: Phone, verb: Element, document: Document) -> Step | None:
    """On to another document."""
    return Fetch(phone.address(verb.text.strip(), document), verb.get("method") or "POST")


def hang_up(phone: Phone, verb: Element, document: Document) -> Step | None:
    """The line ends the call."""
    raise EndedError("line")


def reject(phone: Phone, verb: Element, document: Document) -> Step | None:
    """The call is refused before it is answered, so it costs nothing."""
    call = phone.leg.call
    if call.direction != "inbound" or call.answered_at is not None:
        raise TwimlError(12200, "<Reject> is for an inbound call that is not answered yet", line=verb.line)
    raise EndedError("line", "busy" if verb.get("reason") == "busy" else "no-answer")


def _rounds(verb: Element) -> int:
    return verb.seconds("loop") or _ENDLESS


def _length(phone: Phone, url: str) -> float:
    if _CARRIER_HOSTS.fullmatch(urlsplit(url).hostname or ""):
        return _PLAYED_SECONDS
    try:
        answer = phone.carrier.ask(phone.leg, Fetch(url, "GET", kind="media"))
    except WebhookFailed as failed:
        raise TwimlError(failed.code, f"the sound could not be fetched: {failed.plain}") from failed
    if not answer.content_type.startswith("audio/"):
        raise TwimlError(13420, f"{url} is {answer.content_type or 'of no type'}, not a sound")
    try:
        return audio.seconds(answer.body)
    except (ValueError, EOFError, audio.NotWav):
        return _PLAYED_SECONDS
