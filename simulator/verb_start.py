"""Start and Stop: a recording that runs beside the verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.steps import Document, Step
from simulator.twiml import Element, TwimlError
from simulator.verb_record import recording_callback

if TYPE_CHECKING:
    from simulator.phone import Phone


def start(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Begin to record the call; a named recording can be stopped."""
    noun = verb.children[0]
    _only_recordings(noun)
    phone.carrier.recorder.start(
        phone.leg,
        source="StartCallRecordingTwiML",
        channels=1 if noun.get("channels") == "mono" else 2,
        callback=recording_callback(phone, noun, document),
        track=noun.get("track") or "both",
        name=noun.attributes.get("name", ""),
    )
    return None


def stop(phone: Phone, verb: Element, document: Document) -> Step | None:
    """End the recording of this name."""
    noun = verb.children[0]
    _only_recordings(noun)
    name = noun.attributes["name"]
    for sid, tape in tuple(phone.leg.tapes.items()):
        if tape.name == name:
            phone.carrier.recorder.stop(phone.leg, sid)
            return None
    raise TwimlError(12200, f"<Stop><Recording name={name!r}> names no recording in progress", line=noun.line)


def _only_recordings(noun: Element) -> None:
    if noun.name != "Recording":
        raise TwimlError(12200, f"<{noun.name}> is TwiML, but not performed by this phone", line=noun.line)
