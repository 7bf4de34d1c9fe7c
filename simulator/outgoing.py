"""Calls that the product places: they wait, ring, are answered by somebody or something, and then perform TwiML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.behaviours import SIP_CODES, Behaviour
from simulator.clock import CallClock
from simulator.leg import Leg
from simulator.person import Passive
from simulator.records import Address, Call
from simulator.speech import seconds_of
from simulator.steps import EndedError, Step

if TYPE_CHECKING:
    from simulator.carrier import Carrier

_STATUS = {"no-answer": "no-answer", "busy": "busy", "rejects": "busy", "fails": "failed"}
_SET_UP_SECONDS = 1.0
_HUMAN_SECONDS = 2.4


@dataclass(frozen=True)
class Detection:
    """Answering-machine detection: `Enable`, or `DetectMessageEnd` which waits for the beep. With a `callback` the
    call does not wait for the verdict."""

    mode: str = "Enable"
    callback: Address | None = None


@dataclass(frozen=True)
class Order:
    """An outbound call as it is asked for. `at` is the pretended time it inherits from a demo call."""

    to: str
    from_: str
    step: Step
    fallback: Address | None = None
    status_callback: Address | None = None
    timeout: int = 60
    detection: Detection | None = None
    record: bool = False
    channels: int = 1
    recording_callback: Address | None = None
    direction: str = "outbound-api"
    parent: Call | None = None


def queued(carrier: Carrier, order: Order, clock: CallClock | None = None) -> Leg:
    """A new call that waits to be dialled; a child leg lives by its parent's clock."""
    time = clock or CallClock(carrier.now)
    number = carrier.store.number(order.from_)
    call = Call(
        sid=carrier.new_sid("CA"),
        from_=order.from_,
        to=order.to,
        direction=order.direction,
        created_at=time.now(),
        number_sid=number.sid if number else None,
        parent_sid=order.parent.sid if order.parent else None,
        status_callback=order.status_callback,
        at=order.parent.at if order.parent else None,
        number=carrier.next_number(),
    )
    carrier.store.save(call)
    leg = Leg(call, Passive(), time, fallback=order.fallback)
    carrier.begin(leg)
    return leg


def perform(carrier: Carrier, leg: Leg, order: Order) -> Call:
    """Ring and, once answered, perform; returns when the call is over."""
    try:
        leg.check()
        behaviour = ring(carrier, leg, order.timeout)
        if order.record:
            callback = order.recording_callback
            carrier.recorder.start(leg, source="OutboundAPI", channels=order.channels, callback=callback)
        if order.detection:
            detect(carrier, leg, behaviour, order.detection)
    except EndedError as ended:
        carrier.finish(leg, ended)
        return leg.call
    return carrier.perform(leg, order.step)


def ring(carrier: Carrier, leg: Leg, timeout: int) -> Behaviour:
    """Dial and ring one phone until it is answered; raises EndedError with how it was not."""
    behaviour = carrier.phones.ring(leg.call.to)
    dial(carrier, leg)
    leg.wait(min(behaviour.after, timeout))
    if behaviour.after > timeout:
        not_answered(leg, "no-answer")
    if not behaviour.picks_up:
        not_answered(leg, behaviour.outcome)
    picked_up(carrier, leg, behaviour)
    return behaviour


def dial(carrier: Carrier, leg: Leg) -> None:
    """The call is set up and begins to ring."""
    leg.call.started_at = leg.clock.now()
    carrier.move(leg, "initiated", event="initiated")
    leg.wait(_SET_UP_SECONDS)
    carrier.move(leg, "ringing", event="ringing")


def not_answered(leg: Leg, outcome: str) -> None:
    """Nobody answered, in this way: raises EndedError."""
    leg.call.sip_code = SIP_CODES[outcome]
    raise EndedError("line", _STATUS[outcome])


def picked_up(carrier: Carrier, leg: Leg, behaviour: Behaviour) -> None:
    """Somebody, or a machine, answers."""
    leg.call.sip_code = SIP_CODES[behaviour.outcome]
    leg.person = behaviour.someone()
    carrier.answer(leg)


def detect(carrier: Carrier, leg: Leg, behaviour: Behaviour, detection: Detection) -> None:
    """Find out who answered: before the call goes on, or beside it."""
    verdict, seconds = _verdict(behaviour, detection.mode)
    if behaviour.outcome == "machine":
        leg.say(behaviour.greeting, seconds=seconds)
    elif detection.callback is None:
        leg.wait(seconds)
    if detection.callback is None:
        leg.call.answered_by = verdict
        return
    fields = (
        ("CallSid", leg.call.sid),
        ("AccountSid", carrier.account_sid),
        ("AnsweredBy", verdict),
        ("MachineDetectionDuration", str(round(seconds * 1000))),
    )
    callback = detection.callback
    leg.after_next_answer(lambda: carrier.tell(leg, callback, fields, kind="machine-detection", bare=True))


def _verdict(behaviour: Behaviour, mode: str) -> tuple[str, float]:
    if behaviour.outcome != "machine":
        return "human", _HUMAN_SECONDS
    if mode == "DetectMessageEnd":
        return "machine_end_beep", seconds_of(behaviour.greeting) + 1
    return "machine_start", _HUMAN_SECONDS
