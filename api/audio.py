"""The audio of a recording: whole or a range, each listening written down before a byte leaves."""

from collections.abc import Callable

from flask import Response, request

from api.operations import Asked
from api.problems import RETRY_SECONDS, Problem, not_found
from api.recordings import NOUN as NOUN  # the operation below completes it
from core.storage import NotStored
from people.rights import Right
from recordings.byte_ranges import RangeNotSatisfiable
from recordings.listening import Audible, NoSuchRecording, NotListenable, find_audio, listen
from recordings.models import RecordingState

NOT_HERE = {
    409: "The audio is not stored here (yet); `state` says why.",
    410: "The audio was deleted.",
}
ON_ITS_WAY = frozenset({RecordingState.EXPECTED, RecordingState.READY})


@NOUN.offers(
    "GET",
    "/recordings/{id}/audio",
    right=Right.PLAY_RECORDINGS,
    audio=True,
    refusals=NOT_HERE | {416: "The range lies beyond the end; Content-Range has the size."},
)
def play_recording(asked: Asked[None, None], id: int) -> Callable[[], Response]:
    """Listen to a recording.

    Who listened, to which part and from where is written down. HEAD tells size and digest without that.
    """
    try:
        audible = _audible(asked, id)
    except NoSuchRecording:
        raise not_found(f"recording {id}") from None
    except NotListenable as error:
        raise not_here(RecordingState(error.state)) from None
    except RangeNotSatisfiable as error:
        headers = {"Content-Range": f"bytes */{error.size}"}
        detail = f"The audio has {error.size} bytes, and none in this range."
        raise Problem(416, "no-such-range", detail, headers=headers) from None
    if request.method == "HEAD":
        return lambda: _response(audible, None)
    return lambda: _response(audible, asked)


def _audible(asked: Asked[None, None], id: int) -> Audible:
    """What may be heard; unless it is only looked at, noted as heard."""
    whole = find_audio(asked.session, brand_id=asked.who.brand_id, recording_id=id)
    if request.method == "HEAD":
        return whole
    # RFC 9110 §13.1.5: a range of something else than what the program has seen is no use to it.
    same = request.headers.get("If-Range", whole.etag) == whole.etag
    return listen(
        asked.session,
        brand_id=asked.who.brand_id,
        recording_id=id,
        range_header=request.headers.get("Range") if same else None,
        actor=asked.who.actor,
        address=request.remote_addr or "",
        now=asked.now,
    )


def _response(audible: Audible, asked: Asked[None, None] | None) -> Response:
    """Opened after the commit: no byte leaves before the listening is on record. Without `asked`, headers alone."""
    response = Response(status=206 if audible.range.partial else 200, content_type=audible.content_type)
    if asked is not None:
        try:
            response.response = audible.open(asked.parts.storage())
        except NotStored:
            raise lost() from None
    response.headers["Content-Length"] = str(audible.range.length)
    response.headers["Content-Disposition"] = f'inline; filename="recording-{audible.recording_id}.wav"'
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = audible.etag
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if audible.range.partial:
        response.headers["Content-Range"] = audible.range.content_range
    return response


def lost() -> Problem:
    """What is answered where the store has not what the ledger says it has."""
    return Problem(500, "audio-lost", "The audio ought to be stored here but is not. Tell your administrator.")


def not_here(state: RecordingState) -> Problem:
    """What is answered where there is no audio."""
    if state == RecordingState.DELETED:
        return Problem(410, "audio-deleted", "The audio was deleted.", more={"state": state})
    coming = state in ON_ITS_WAY
    detail = "The audio is on its way. Try again soon." if coming else f"The audio is not here: it is {state}."
    headers = {"Retry-After": str(RETRY_SECONDS)} if coming else {}
    return Problem(409, "audio-not-stored", detail, headers=headers, more={"state": state})
