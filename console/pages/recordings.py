"""Recordings as players ask for them: the audio, a range at a time, and its peaks. Each listening is written down."""

import gzip
import json

from flask import Response, request

from console.language import _
from console.nouns import NotHere, Noun
from console.visit import Answer, Data, Later, Visit
from core.storage import NotStored
from people.rights import Right
from recordings.byte_ranges import RangeNotSatisfiable
from recordings.listening import Audible, NoSuchRecording, NotListenable, find_audio, listen, peaks_key
from recordings.models import RecordingState

NOUN = Noun("recordings")

_ON_ITS_WAY = (RecordingState.EXPECTED, RecordingState.READY)
_RETRY_SECONDS = 5


@NOUN.page("GET", "/recordings/<int:recording_id>/audio", needs=Right.PLAY_RECORDINGS)
def play_recording(visit: Visit, recording_id: int) -> Answer:
    """The audio, whole or a range. HEAD tells its size and digest, and is no listening."""
    try:
        audible = _audible(visit, recording_id)
    except NoSuchRecording:
        raise NotHere(_("recording with this number")) from None
    except NotListenable as error:
        return _not_here(RecordingState(error.state))
    except RangeNotSatisfiable as error:
        headers = {"Content-Range": f"bytes */{error.size}"}
        return Data(body={"problem": _("The recording ends before this place.")}, status=416, headers=headers)
    head = request.method == "HEAD"
    return Later(lambda: _response(visit, audible, head=head))  # not a byte before the listening is on record


@NOUN.page("GET", "/recordings/<int:recording_id>/peaks", needs=Right.PLAY_RECORDINGS)
def show_peaks(visit: Visit, recording_id: int) -> Answer:
    """How loud the recording is over time, as audiowaveform JSON: what the player draws, and where silence is."""
    try:
        key = peaks_key(visit.session, brand_id=visit.brand_id, recording_id=recording_id)
    except NoSuchRecording:
        raise NotHere(_("recording with this number")) from None
    except NotListenable as error:
        return _not_here(RecordingState(error.state))
    return Later(lambda: _peaks(visit, key))


def _audible(visit: Visit, recording_id: int) -> Audible:
    whole = find_audio(visit.session, brand_id=visit.brand_id, recording_id=recording_id)
    if request.method == "HEAD":
        return whole
    # RFC 9110 §13.1.5: a range of something else than what the player has seen is no use to it.
    same = request.headers.get("If-Range", whole.etag) == whole.etag
    return listen(
        visit.session,
        brand_id=visit.brand_id,
        recording_id=recording_id,
        range_header=request.headers.get("Range") if same else None,
        actor=visit.actor,
        address=visit.address,
        now=visit.now,
    )


def _response(visit: Visit, audible: Audible, *, head: bool) -> Response:
    response = Response(status=206 if audible.range.partial else 200, content_type=audible.content_type)
    if not head:
        try:
            response.response = audible.open(visit.parts.storage())
        except NotStored:
            return _lost()
    response.headers["Content-Length"] = str(audible.range.length)
    response.headers["Content-Disposition"] = f'inline; filename="recording-{audible.recording_id}.wav"'
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = audible.etag
    if audible.range.partial:
        response.headers["Content-Range"] = audible.range.content_range
    return response


def _peaks(visit: Visit, key: str) -> Response:
    try:
        with visit.parts.storage().open(key) as reading:
            body = b"".join(reading)
    except NotStored:
        return _lost()
    response = Response(body, content_type="application/json")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


def _lost() -> Response:
    problem = _("This ought to be stored here but is not. Tell your administrator.")
    return Response(json.dumps({"problem": problem}), status=500, content_type="application/json")


def _not_here(state: RecordingState) -> Data:
    if state == RecordingState.DELETED:
        return Data(body={"state": state, "problem": _("The recording was deleted.")}, status=410)
    if state in _ON_ITS_WAY:
        body = {"state": state, "problem": _("The recording is on its way. Try again soon.")}
        return Data(body=body, status=409, headers={"Retry-After": str(_RETRY_SECONDS)})
    return Data(body={"state": state, "problem": _("The recording is missing.")}, status=409)
