"""Enqueue and Leave: the caller waits in a queue; and Dial's Queue, which connects to the first who waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.bridge import bridge
from simulator.person import Place
from simulator.queues import Member, Queue
from simulator.steps import Document, EndedError, Fetch, Fields, LeftError, MovedError, Step, TakenError
from simulator.twiml import Element, TwimlError
from simulator.waiting import wait_round

if TYPE_CHECKING:
    from simulator.phone import Phone

_WAIT_VERBS = ("Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather")
_WHISPER_VERBS = ("Play", "Say", "Pause", "Redirect")


def enqueue(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Wait in a queue until somebody comes, the call is moved, or the caller leaves or hangs up."""
    if "workflowSid" in verb.attributes:
        raise TwimlError(12200, "<Enqueue workflowSid=…> is TwiML, but not performed by this phone", line=verb.line)
    queues = phone.carrier.queues
    queue = queues.create(verb.text.strip(), largest=int(verb.attributes.get("maxQueueSize", "1000")))
    member = queues.join(queue, phone.leg)
    if member is None:
        return phone.send(verb, document, (("QueueResult", "queue-full"),), default=False)
    try:
        result = _waited(phone, verb, document, queue, member)
    except MovedError:
        queues.leave(queue, member)
        result = "redirected-from-bridged" if member.state == "done" else "redirected"
        _tell(phone, verb, document, _params(queue, member, result), over=False)
        raise
    except EndedError as ended:
        queues.leave(queue, member)
        if ended.by == "caller":
            _tell(phone, verb, document, _params(queue, member, "hangup"), over=True)
        raise
    params = _params(queue, member, result)
    if member.hung_up:
        _tell(phone, verb, document, params, over=True)
        raise EndedError("caller")
    return phone.send(verb, document, params, default=False)


def leave(phone: Phone, verb: Element, document: Document) -> Step | None:
    """Out of the queue, to the verb after Enqueue."""
    if not phone.waits:
        raise TwimlError(12200, "<Leave> is for documents heard while waiting in a queue", line=verb.line)
    raise LeftError


def dial_queue(phone: Phone, verb: Element, noun: Element, document: Document) -> Step | None:
    """Connect this call to the first caller of a queue."""
    queue = phone.carrier.queues.named(noun.text.strip())
    if queue is None:
        return phone.send(verb, document, (("DialCallStatus", "failed"),), default=False)
    member = phone.carrier.queues.take(queue, patience=phone.carrier.patience)
    if member is None:
        phone.leg.wait(verb.seconds("timeout"))
        return phone.send(verb, document, (("DialCallStatus", "no-answer"),), default=False)
    params, ended_by = _served(phone, verb, noun, document, queue, member)
    action = phone.send(verb, document, params, default=False)
    if ended_by == "second":
        phone.farewell(action)
        raise EndedError("caller")
    phone.leg.check()
    return action


def _waited(phone: Phone, verb: Element, document: Document, queue: Queue, member: Member) -> str:
    url = verb.attributes.get("waitUrl")
    place = phone.address(url, document) if url else url
    method = verb.get("waitUrlMethod") or "POST"
    try:
        while True:
            position = queue.members.index(member) + 1 if member in queue.members else 1
            params = _wait_params(phone, queue, member, position)
            if wait_round(phone, Place("queue", queue.name, position), place, method, params, _WAIT_VERBS):
                phone.leg.rest(phone.carrier.patience)
            phone.leg.check()
    except LeftError:
        phone.carrier.queues.leave(queue, member)
        return "leave"
    except TakenError:
        phone.carrier.queues.park(member)
        phone.leg.check()
        return "bridged"


def _served(
    phone: Phone, verb: Element, noun: Element, document: Document, queue: Queue, member: Member
) -> tuple[Fields, str]:
    caller = member.leg
    caller.clock.catch_up(phone.leg.clock.now())
    phone.leg.clock.catch_up(caller.clock.now())
    hung_up = False
    try:
        _whisper(phone, noun, document, queue, member)
        began = caller.clock.now()
        talked = bridge(caller, phone.leg, limit=verb.seconds("timeLimit"))
        hung_up = talked.ended_by == "first"
    except EndedError:
        hung_up = True
        return (("DialCallStatus", "completed"), ("DialCallSid", caller.call.sid), ("DialBridged", "false")), "first"
    finally:
        phone.carrier.queues.done(member, hung_up=hung_up)
    length = round((caller.clock.now() - began).total_seconds())
    done = (
        ("DialCallStatus", "completed"),
        ("DialCallSid", caller.call.sid),
        ("DialCallDuration", str(length)),
        ("DialBridged", "true"),
    )
    return (*done, *_params(queue, member, "bridged")), talked.ended_by


def _whisper(phone: Phone, noun: Element, document: Document, queue: Queue, member: Member) -> None:
    url = noun.attributes.get("url")
    if url is None:
        return
    params = (
        ("QueueSid", queue.sid),
        ("QueueTime", _seconds(member)),
        ("DequeingCallSid", phone.leg.call.sid),  # the carrier's own spelling
    )
    step = Fetch(phone.address(url, document), noun.get("method") or "POST", params, kind="voice")
    phone.other(member.leg, allowed=_WHISPER_VERBS).until_end(step)


def _wait_params(phone: Phone, queue: Queue, member: Member, position: int) -> Fields:
    return (
        ("QueuePosition", str(position)),
        ("QueueSid", queue.sid),
        ("QueueTime", _seconds(member)),
        ("AvgQueueTime", str(queue.average_wait)),
        ("CurrentQueueSize", str(len(queue.members))),
        ("MaxQueueSize", str(queue.largest)),
    )


def _params(queue: Queue, member: Member, result: str) -> Fields:
    return (("QueueResult", result), ("QueueSid", queue.sid), ("QueueTime", _seconds(member)))


def _seconds(member: Member) -> str:
    return str(round((member.leg.clock.now() - member.enqueued_at).total_seconds()))


def _tell(phone: Phone, verb: Element, document: Document, params: Fields, *, over: bool) -> None:
    phone.farewell(phone.send(verb, document, params, default=False), over=over)
