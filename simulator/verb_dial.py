"""Dial: the call is connected to somebody else, and Number, Client and Sip, whom it rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator import outgoing
from simulator.behaviours import Behaviour
from simulator.bridge import Talked, bridge
from simulator.leg import Leg
from simulator.records import Address
from simulator.steps import Document, EndedError, Fetch, Fields, MovedError, Step
from simulator.tape import Tape
from simulator.twiml import Element, TwimlError
from simulator.verb_record import recording_callback

if TYPE_CHECKING:
    from simulator.phone import Phone

_WORST = ("no-answer", "busy", "failed", "canceled")


@dataclass(frozen=True)
class _Ringing:
    noun: Element
    leg: Leg
    behaviour: Behaviour


def dial(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Connect this call; afterwards the action decides, or the next verb where there is none."""
    noun = verb.children[0] if verb.children else verb
    special = phone.dial_specially(noun.name)
    if special is not None:
        return special(phone, verb, noun, document)
    caller_id = _caller_id(phone, verb)
    nouns = verb.children or (verb,)
    groups = [(each,) for each in nouns] if verb.true("sequential") else [nouns]
    result: Fields = ()
    for group in groups:
        found = [_rung(phone, each, caller_id, document) for each in group]
        result = _connect(phone, verb, found, document)
        if ("DialCallStatus", "completed") in result:
            break
    return phone.send(verb, document, result, default=False)


def _caller_id(phone: Phone, verb: Element) -> str:
    call = phone.leg.call
    shown = verb.attributes.get("callerId") or call.from_
    if "callerId" in verb.attributes and not phone.carrier.may_show(call, shown):
        raise TwimlError(
            13214, f"callerId {shown!r} is neither this call's, nor a number of the account", line=verb.line
        )
    return shown


def _rung(phone: Phone, noun: Element, caller_id: str, document: Document) -> _Ringing:
    order = outgoing.Order(
        to=target(noun),
        from_=caller_id,
        step=Fetch(""),
        direction="outbound-dial",
        parent=phone.leg.call,
        status_callback=_status_callback(phone, noun, document),
    )
    leg = outgoing.queued(phone.carrier, order, phone.leg.clock)
    outgoing.dial(phone.carrier, leg)
    return _Ringing(noun, leg, phone.carrier.phones.ring(order.to))


def target(noun: Element) -> str:
    """Whom a noun names, as the carrier writes it."""
    if noun.name == "Client":
        identity = [child.text.strip() for child in noun.children if child.name == "Identity"]
        return "client:" + (identity[0] if identity else noun.text.strip())
    return noun.text.strip()


def _status_callback(phone: Phone, noun: Element, document: Document) -> Address | None:
    url = noun.attributes.get("statusCallback")
    if url is None:
        return None
    events = noun.attributes.get("statusCallbackEvent", "completed").split()
    return Address(phone.address(url, document), noun.get("statusCallbackMethod") or "POST", tuple(events))


def _connect(phone: Phone, verb: Element, found: list[_Ringing], document: Document) -> Fields:
    try:
        winner = _first(phone, found, verb.seconds("timeout"))
        if winner is None:
            statuses = {each.leg.call.status for each in found}
            status = next((worst for worst in _WORST if worst in statuses), "no-answer")
            sid = found[0].leg.call.sid
            return (("DialCallStatus", status), ("DialCallSid", sid), ("DialBridged", "false"))
        return _joined(phone, verb, winner, document)
    except MovedError:
        _drop(phone, found)
        raise
    except EndedError as ended:
        _drop(phone, found)
        if ended.by == "caller":
            phone.farewell(phone.send(verb, document, (("DialCallStatus", "canceled"),), default=False))
        raise


def _first(phone: Phone, found: list[_Ringing], timeout: int) -> _Ringing | None:
    waited = 0.0
    for each in sorted(found, key=lambda ringing: ringing.behaviour.after):
        if each.behaviour.after > timeout:
            break
        phone.leg.wait(each.behaviour.after - waited)
        waited = each.behaviour.after
        if each.behaviour.picks_up:
            outgoing.picked_up(phone.carrier, each.leg, each.behaviour)
            _drop(phone, [other for other in found if other is not each])
            return each
        _unanswered(phone, each, each.behaviour.outcome)
    phone.leg.wait(max(0.0, timeout - waited) if any(not each.leg.call.over for each in found) else 0.0)
    for each in found:
        if not each.leg.call.over:
            _unanswered(phone, each, "no-answer")
    return None


def _unanswered(phone: Phone, ringing: _Ringing, outcome: str) -> None:
    try:
        outgoing.not_answered(ringing.leg, outcome)
    except EndedError as ended:
        phone.carrier.finish(ringing.leg, ended)


def _drop(phone: Phone, found: list[_Ringing]) -> None:
    for each in found:
        if not each.leg.call.over:
            status = "canceled" if each.leg.call.answered_at is None else "completed"
            phone.carrier.finish(each.leg, EndedError("line", status))


def _joined(phone: Phone, verb: Element, winner: _Ringing, document: Document) -> Fields:
    child = winner.leg
    sid = ("DialCallSid", child.call.sid)
    if not _whispered(phone, winner, document):
        return (("DialCallStatus", "completed"), sid, _duration(child), ("DialBridged", "false"))
    phone.carrier.answer(phone.leg)
    recorded = _Recorded(phone, verb, document)
    talked = bridge(
        phone.leg, child, limit=verb.seconds("timeLimit"), star=verb.true("hangupOnStar"), tape=recorded.tape
    )
    made = recorded.params()
    moved = _parted(phone, child, talked)
    params = (("DialCallStatus", "completed"), sid, *(() if moved else (_duration(child),)), ("DialBridged", "true"))
    if talked.ended_by == "first":
        phone.farewell(phone.send(verb, document, (*params, *made), default=False))
        raise EndedError("caller")
    phone.leg.check()
    return (*params, *made)


def _whispered(phone: Phone, winner: _Ringing, document: Document) -> bool:
    """Let the callee hear its own document first; False when that ends with their hanging up, or being hung up."""
    url = winner.noun.attributes.get("url")
    if url is None:
        return True
    whisper = phone.other(winner.leg)
    step = Fetch(phone.address(url, document), winner.noun.get("method") or "POST", kind="voice")
    try:
        whisper.until_end(step)
    except EndedError as ended:
        phone.carrier.finish(winner.leg, ended)
        return False
    return True


def _parted(phone: Phone, child: Leg, talked: Talked) -> bool:
    """End the child leg, unless it was sent elsewhere meanwhile: then it goes on without this call."""
    try:
        child.check()
    except MovedError as moved:
        phone.carrier.go_on(child, moved.step)
        return True
    except EndedError as ended:
        phone.carrier.finish(child, ended)
        return False
    phone.carrier.finish(child, EndedError("caller" if talked.ended_by == "second" else "line"))
    return False


def _duration(child: Leg) -> tuple[str, str]:
    return ("DialCallDuration", str(child.call.seconds))


class _Recorded:
    """The recording a Dial makes, if it makes one."""

    def __init__(self, phone: Phone, verb: Element, document: Document) -> None:
        wanted = verb.get("record") or "do-not-record"
        self.tape = None if wanted in ("do-not-record", "false") else Tape()
        self._phone = phone
        self._channels = 2 if wanted.endswith("-dual") else 1
        self._callback = recording_callback(phone, verb, document)

    def params(self) -> Fields:
        if self.tape is None or not self.tape.words:
            return ()
        phone = self._phone
        made = phone.carrier.recorder.keep(
            phone.leg,
            self.tape.wav(channels=self._channels, speaker=phone.carrier.speaker),
            source="DialVerb",
            words=self.tape.words,
            callback=self._callback,
        )
        phone.leg.after_next_answer(lambda: phone.carrier.recorder.complete(phone.leg, made))
        return phone.carrier.recorder.params(made)
