"""/Recordings: look up, list, fetch the sound, delete; and recordings started and paused on a call in progress."""

from flask import Blueprint, Response, jsonify, request

from simulator import audio
from simulator.carrier import Carrier
from simulator.recorder import NotRecordingError
from simulator.records import Recording
from simulator.rest import calls, forms, lists, lying, pictures
from simulator.rest.errors import RestError, not_found

Answer = Response | tuple[Response, int] | tuple[str, int]


def blueprint(carrier: Carrier) -> Blueprint:
    """The routes of this resource, below the account's."""
    routes = Blueprint("recordings", __name__)

    @routes.get("/Recordings.json")
    def index() -> Answer:
        return _page(carrier, request.args.get("CallSid"))

    @routes.get("/Recordings/<sid>.json")
    def fetch(sid: str) -> Answer:
        return jsonify(pictures.recording(carrier, _known(carrier, sid)))

    @routes.get("/Recordings/<sid>")
    @routes.get("/Recordings/<sid>.<kind>")
    def sound(sid: str, kind: str = "wav") -> Answer:
        return _sound(carrier, sid, kind)

    @routes.delete("/Recordings/<sid>.json")
    def delete(sid: str) -> Answer:
        return _delete(carrier, sid)

    @routes.get("/Calls/<call_sid>/Recordings.json")
    def of_call(call_sid: str) -> Answer:
        return _page(carrier, call_sid)

    @routes.post("/Calls/<call_sid>/Recordings.json")
    def start(call_sid: str) -> Answer:
        leg = calls.live(carrier, call_sid)
        made = carrier.recorder.start(
            leg,
            source="StartCallRecordingAPI",
            channels=2 if forms.choice("RecordingChannels", "mono", "dual") == "dual" else 1,
            callback=forms.recording_address(),
            track=forms.choice("RecordingTrack", "inbound", "outbound", "both") or "both",
        )
        return jsonify(pictures.recording(carrier, made)), 201

    @routes.get("/Calls/<call_sid>/Recordings/<sid>.json")
    def fetch_of_call(call_sid: str, sid: str) -> Answer:
        return jsonify(pictures.recording(carrier, _known(carrier, sid)))

    @routes.delete("/Calls/<call_sid>/Recordings/<sid>.json")
    def delete_of_call(call_sid: str, sid: str) -> Answer:
        return _delete(carrier, sid)

    @routes.post("/Calls/<call_sid>/Recordings/<sid>.json")
    def change(call_sid: str, sid: str) -> Answer:
        return jsonify(pictures.recording(carrier, _changed(carrier, call_sid, sid)))

    return routes


def _page(carrier: Carrier, call_sid: str | None) -> Response:
    deleted = request.args.get("IncludeSoftDeleted") == "true"
    created = forms.period("DateCreated")
    found = [
        made
        for made in reversed(tuple(carrier.store.recordings.values()))
        if (not call_sid or made.call_sid == call_sid)
        and (deleted or made.status != "deleted")
        and created(made.created_at)
    ]
    return lists.page("recordings", found, lambda made: pictures.recording(carrier, made))


def _known(carrier: Carrier, sid: str) -> Recording:
    made = carrier.store.recordings.get(sid)
    if made is None or (made.status == "deleted" and request.args.get("IncludeSoftDeleted") != "true"):
        raise not_found(request.path)
    return made


def _sound(carrier: Carrier, sid: str, kind: str) -> Response:
    made = _known(carrier, sid)
    wav = carrier.store.sound(sid) if made.status == "completed" else None
    if wav is None:
        raise not_found(request.path)
    if kind != "wav":
        raise RestError(400, 20001, f"This carrier keeps recordings as .wav only, not .{kind}")
    wanted = request.args.get("RequestedChannels")
    if wanted == "2" and made.channels == 1:
        raise RestError(400, 20001, "RequestedChannels=2 is not available: the recording has one channel")
    if wanted == "1" and made.channels == 2:
        wav = audio.mono(wav)
    answer = Response(wav, content_type="audio/x-wav")
    answer.add_etag()
    answer.make_conditional(request, accept_ranges=True, complete_length=len(wav))
    return lying.sound(carrier, made, answer)


def _delete(carrier: Carrier, sid: str) -> tuple[str, int]:
    made = _known(carrier, sid)
    if made.status == "deleted":
        raise not_found(request.path)
    if made.status in ("in-progress", "paused"):
        raise RestError(400, 20001, "A recording in progress cannot be deleted")
    # The carrier keeps the metadata for 40 days.
    made.status = "deleted"
    made.updated_at = carrier.now()
    carrier.store.drop_sound(sid)
    carrier.store.save(made)
    return "", 204


def _changed(carrier: Carrier, call_sid: str, sid: str) -> Recording:
    leg = calls.live(carrier, call_sid)
    if sid == "Twilio.CURRENT":
        sid = next(reversed(leg.tapes), sid)
    status = forms.choice("Status", "paused", "in-progress", "stopped")
    behaviour = forms.choice("PauseBehavior", "skip", "silence") or "silence"
    try:
        if status == "paused":
            return carrier.recorder.pause(leg, sid, behaviour)
        if status == "in-progress":
            return carrier.recorder.resume(leg, sid)
        if status == "stopped":
            return carrier.recorder.stop(leg, sid)
    except NotRecordingError:
        raise RestError(400, 21220, "The recording is not in progress") from None
    raise RestError(400, 20001, "Status is needed: paused, in-progress or stopped")
