"""How loud a recording is over time: what a player draws, and where silence is. Drawing it is no listening."""

from collections.abc import Callable
from typing import Literal

from flask import Response

from api.audio import NOT_HERE, lost, not_here
from api.audio import NOUN as NOUN  # the operation below completes it
from api.operations import Asked
from api.problems import Problem, not_found
from api.shapes import Shape
from core.storage import NotStored
from people.rights import Right
from recordings.listening import NoSuchRecording, NotListenable, peaks_key
from recordings.models import RecordingState


class PeaksShape(Shape):
    """The layout of audiowaveform's JSON, version 2 (github.com/bbc/audiowaveform, DataFormat.md)."""

    version: Literal[2]
    channels: int
    sample_rate: int
    samples_per_pixel: int
    bits: Literal[8]
    length: int
    """Pixels."""
    data: list[int]
    """For each pixel the least and the greatest sample of each channel, from -128 to 127."""


@NOUN.offers("GET", "/recordings/{id}/peaks", right=Right.PLAY_RECORDINGS, answer=PeaksShape, refusals=NOT_HERE)
def show_peaks(asked: Asked[None, None], id: int) -> Callable[[], Response]:
    """Read how loud a recording is over time."""
    try:
        key = peaks_key(asked.session, brand_id=asked.who.brand_id, recording_id=id)
    except NoSuchRecording:
        raise not_found(f"recording {id}") from None
    except NotListenable as error:
        state = RecordingState(error.state)
        if state == RecordingState.STORED:
            raise Problem(
                409, "no-peaks", "This audio is of a kind no peaks are taken of.", more={"state": state}
            ) from None
        raise not_here(state) from None
    return lambda: _response(asked, key)


def _response(asked: Asked[None, None], key: str) -> Response:
    try:
        with asked.parts.storage().open(key) as reading:
            body = b"".join(reading)
    except NotStored:
        raise lost() from None
    return Response(body, content_type="application/json", headers={"Cache-Control": "private, no-store"})
