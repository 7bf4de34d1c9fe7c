"""Dial's Conference: the call enters a room, waits until it begins, and talks there until somebody goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.conferences import Conference, Participant
from simulator.person import Place
from simulator.records import Address
from simulator.speech import seconds_of
from simulator.steps import Document, EndedError, Fetch, Fields, MovedError, Step
from simulator.twiml import Element, TwimlError
from simulator.verb_record import recording_callback
from simulator.waiting import wait_round

if TYPE_CHECKING:
    from simulator.phone import Phone

_HEARD_VERBS = ("Say", "Play", "Pause", "Redirect")


def conference(phone: Phone, verb: Element, noun: Element, document: Document) -> Step | None:
    """Enter, wait, talk, leave; the action follows, unless the caller hung up."""
    me = _participant(phone, noun)
    room = phone.carrier.conferences.join(
        noun.text.strip(),
        me,
        callback=_status_callback(phone, noun, document),
        largest=int(noun.get("maxParticipants") or "250"),
        recorded=noun.get("record") in ("record-from-start", "true"),
        recording_callback=recording_callback(phone, noun, document),
        region=noun.attributes.get("region", "us1"),
    )
    if isinstance(room, str):
        code, why = (16020, "is full") if room == "full" else (16025, f"has a participant {me.label!r} already")
        raise TwimlError(code, f"the conference {noun.text.strip()!r} {why}", line=noun.line)
    done: Fields = (("DialCallStatus", "answered"), ("ConferenceSid", room.sid))
    try:
        _wait_for_start(phone, noun, document, room, me)
        _take_part(phone, verb, room, me)
    except MovedError:
        phone.carrier.conferences.leave(room, me, "participant_updated_via_api")
        phone.leg.seen()
        raise
    except EndedError as ended:
        phone.leg.call.status = "completed"
        phone.carrier.conferences.leave(room, me, "participant_hung_up")
        if ended.by == "caller":
            phone.farewell(phone.send(verb, document, done, default=False))
        raise
    phone.carrier.conferences.leave(room, me, me.out or "participant_hung_up")
    phone.leg.seen()
    return phone.send(verb, document, done, default=False)


def _participant(phone: Phone, noun: Element) -> Participant:
    return Participant(
        leg=phone.leg,
        label=noun.attributes.get("participantLabel"),
        muted=noun.true("muted"),
        coaching=noun.attributes.get("coach") or None,
        start_on_enter=noun.true("startConferenceOnEnter"),
        end_on_exit=noun.true("endConferenceOnExit"),
    )


def _status_callback(phone: Phone, noun: Element, document: Document) -> Address | None:
    url = noun.attributes.get("statusCallback")
    if url is None:
        return None
    events = tuple(noun.attributes.get("statusCallbackEvent", "").split())
    return Address(phone.address(url, document), noun.get("statusCallbackMethod") or "POST", events)


def _wait_for_start(phone: Phone, noun: Element, document: Document, room: Conference, me: Participant) -> None:
    url = noun.attributes.get("waitUrl")
    place = phone.address(url, document) if url else url
    method = noun.get("waitMethod") or "POST"
    while room.status == "init" and me.out is None:
        params = (("ConferenceSid", room.sid),)
        if wait_round(phone, Place("conference", room.name), place, method, params, _HEARD_VERBS):
            if room.status == "init" and me.out is None:
                phone.leg.rest(phone.carrier.patience)
            phone.leg.check()


def _take_part(phone: Phone, verb: Element, room: Conference, me: Participant) -> None:
    spoke = False
    while True:
        phone.leg.seen()
        phone.leg.check()
        heard = _inbox(phone, me)
        _announced(phone, me)
        if me.out is not None and not heard:
            return
        if heard or not spoke:
            spoke = True
            if _talked(phone, verb, room, me, heard):
                return
        elif not phone.leg.rest(phone.carrier.patience):
            # Nothing happens any more: the conversation goes on for a minute of the call's own time.
            phone.leg.wait(60.0)
            if phone.leg.person.waits(Place("conference", room.name)) == "hangs up":
                raise EndedError("caller")


def _talked(phone: Phone, verb: Element, room: Conference, me: Participant, heard: str) -> bool:
    talk = phone.leg.person.talks(room.name, heard)
    if talk.words:
        length = seconds_of(talk.words)
        phone.leg.say(talk.words, seconds=length)
        phone.carrier.conferences.say(room, me, talk.words, length)
    if talk.then == "hangs up":
        phone.leg.quiet(talk.seconds or 0.0)
        raise EndedError("caller")
    return talk.then == "star" and verb.true("hangupOnStar")


def _inbox(phone: Phone, me: Participant) -> str:
    heard = []
    while me.inbox:
        moment, words = me.inbox.pop(0)
        phone.leg.clock.catch_up(moment)
        phone.leg.overhear(words, seconds_of(words))
        heard.append(words)
    return " ".join(heard)


def _announced(phone: Phone, me: Participant) -> None:
    while me.announcements:
        url = me.announcements.pop(0)
        phone.other(phone.leg, allowed=_HEARD_VERBS).until_end(Fetch(url, kind="voice"))
