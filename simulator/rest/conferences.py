"""/Conferences and their Participants: look up, end, mute, hold, announce, kick, and call somebody in."""

from typing import Any
from xml.sax.saxutils import quoteattr

from flask import Blueprint, Response, jsonify, request

from simulator.carrier import Carrier
from simulator.conferences import Conference, Participant
from simulator.outgoing import Order
from simulator.parameters import API_VERSION
from simulator.rest import forms, lists, pictures
from simulator.rest.errors import RestError, not_found
from simulator.steps import Given

Answer = Response | tuple[Response, int] | tuple[str, int]


def blueprint(carrier: Carrier) -> Blueprint:
    """The routes of this resource, below the account's."""
    routes = Blueprint("conferences", __name__)

    @routes.get("/Conferences.json")
    def index() -> Answer:
        asked = {"FriendlyName": "name", "Status": "status"}
        wanted = {field: request.args[name] for name, field in asked.items() if request.args.get(name)}
        found = [
            room
            for room in reversed(tuple(carrier.conferences.by_sid.values()))
            if all(getattr(room, field) == value for field, value in wanted.items())
        ]
        return lists.page("conferences", found, lambda room: _room(carrier, room))

    @routes.get("/Conferences/<sid>.json")
    def fetch(sid: str) -> Answer:
        return jsonify(_room(carrier, _known(carrier, sid)))

    @routes.post("/Conferences/<sid>.json")
    def update(sid: str) -> Answer:
        room = _known(carrier, sid)
        if announce := forms.url("AnnounceUrl"):
            for participant in tuple(room.participants.values()):
                _announce(participant, announce)
        if forms.choice("Status", "completed"):
            carrier.conferences.end(room, "conference-ended-via-api")
        return jsonify(_room(carrier, room))

    @routes.get("/Conferences/<sid>/Participants.json")
    def participants(sid: str) -> Answer:
        room = _known(carrier, sid)
        return lists.page("participants", tuple(room.participants.values()), lambda each: _one(carrier, room, each))

    @routes.post("/Conferences/<sid>/Participants.json")
    def invite(sid: str) -> Answer:
        return _invited(carrier, sid)

    @routes.get("/Conferences/<sid>/Participants/<who>.json")
    def participant(sid: str, who: str) -> Answer:
        room = _known(carrier, sid)
        return jsonify(_one(carrier, room, _there(room, who)))

    @routes.post("/Conferences/<sid>/Participants/<who>.json")
    def change(sid: str, who: str) -> Answer:
        room = _known(carrier, sid)
        found = _there(room, who)
        _change(carrier, room, found)
        return jsonify(_one(carrier, room, found))

    @routes.delete("/Conferences/<sid>/Participants/<who>.json")
    def kick(sid: str, who: str) -> Answer:
        found = _there(_known(carrier, sid), who)
        found.out = "participant_updated_via_api"
        found.leg.poke()
        return "", 204

    return routes


def _known(carrier: Carrier, sid: str) -> Conference:
    room = carrier.conferences.by_sid.get(sid)
    if room is None:
        raise not_found(request.path)
    return room


def _there(room: Conference, who: str) -> Participant:
    for sid, participant in tuple(room.participants.items()):
        if who in (sid, participant.label):
            return participant
    raise not_found(request.path)


def _change(carrier: Carrier, room: Conference, found: Participant) -> None:
    muted = forms.flag("Muted", default=found.muted)
    hold = forms.flag("Hold", default=found.hold)
    found.end_on_exit = forms.flag("EndConferenceOnExit", default=found.end_on_exit)
    if forms.given("Coaching"):
        found.coaching = forms.given("CallSidToCoach") if forms.flag("Coaching") else None
    events = []
    if muted != found.muted:
        events.append("participant-mute" if muted else "participant-unmute")
    if hold != found.hold:
        events.append("participant-hold" if hold else "participant-unhold")
    found.muted, found.hold = muted, hold
    if hold and (url := forms.url("HoldUrl")):
        _announce(found, url)
    if url := forms.url("AnnounceUrl"):
        _announce(found, url)
    for event in events or ["participant-modify"]:
        carrier.conferences.changed(room, found, event)


def _announce(participant: Participant, url: str) -> None:
    participant.announcements.append(url)
    participant.leg.poke()


def _invited(carrier: Carrier, name: str) -> tuple[Response, int]:
    """Call somebody into a conference, named by its SID or, as the carrier allows here, by its name."""
    known = carrier.conferences.by_sid.get(name)
    room_name = known.name if known else name
    to, from_ = forms.given("To"), forms.given("From")
    if to is None or from_ is None:
        raise RestError(400, 21201, "To and From are needed")
    if carrier.store.number(from_) is None and from_ not in carrier.verified:
        raise RestError(400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    attributes = {
        "startConferenceOnEnter": str(forms.flag("StartConferenceOnEnter", default=True)).lower(),
        "endConferenceOnExit": str(forms.flag("EndConferenceOnExit")).lower(),
        "muted": str(forms.flag("Muted")).lower(),
    }
    label = forms.given("Label")
    coach = forms.given("CallSidToCoach") if forms.flag("Coaching") else None
    attributes |= {"participantLabel": label} if label else {}
    attributes |= {"coach": coach} if coach else {}
    text = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
    escaped = room_name.replace("&", "&amp;").replace("<", "&lt;")
    twiml = f"<Response><Dial><Conference {text}>{escaped}</Conference></Dial></Response>"
    call = carrier.call_out(
        Order(
            to=to,
            from_=from_,
            step=Given(twiml),
            status_callback=forms.progress_address(),
            timeout=forms.whole("Timeout", 60, 5, 600),
        )
    )
    body = _fields(carrier, known.sid if known else "", call.sid, label) | {"status": "queued"}
    return jsonify(body), 201


def _room(carrier: Carrier, room: Conference) -> dict[str, Any]:
    uri = f"/{API_VERSION}/Accounts/{carrier.account_sid}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": carrier.account_sid,
        "api_version": API_VERSION,
        "call_sid_ending_conference": room.ended_by,
        "date_created": pictures.date(room.created_at),
        "date_updated": pictures.date(room.updated_at or room.created_at),
        "friendly_name": room.name,
        "reason_conference_ended": room.reason_ended,
        "region": room.region,
        "status": room.status,
        "uri": f"{uri}.json",
        "subresource_uris": {"participants": f"{uri}/Participants.json", "recordings": f"{uri}/Recordings.json"},
    }


def _one(carrier: Carrier, room: Conference, shown: Participant) -> dict[str, Any]:
    return _fields(carrier, room.sid, shown.leg.call.sid, shown.label) | {
        "call_sid_to_coach": shown.coaching,
        "coaching": shown.coaching is not None,
        "date_created": pictures.date(shown.joined_at),
        "date_updated": pictures.date(shown.joined_at),
        "end_conference_on_exit": shown.end_on_exit,
        "hold": shown.hold,
        "muted": shown.muted,
        "start_conference_on_enter": shown.start_on_enter,
        "status": "connected",
    }


def _fields(carrier: Carrier, room_sid: str, call_sid: str, label: str | None) -> dict[str, Any]:
    account = f"/{API_VERSION}/Accounts/{carrier.account_sid}"
    return {
        "account_sid": carrier.account_sid,
        "call_sid": call_sid,
        "conference_sid": room_sid,
        "label": label,
        "queue_time": "0",
        "uri": f"{account}/Conferences/{room_sid}/Participants/{call_sid}.json",
    }
