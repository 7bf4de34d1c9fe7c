"""Recordings: the ledger of audio that ought to exist. The audio itself: api/audio.py, its peaks: api/peaks.py."""

from pydantic import Field

from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.problems import not_found
from api.shapes import Moment, OpaqueId, Shape
from people.rights import Right
from recordings import queries
from recordings.models import RecordingState
from recordings.queries import RecordingView

NOUN = Noun("recordings", "Audio that ought to exist, from the moment it was ordered.")


class RecordingShape(Shape):
    """One recording."""

    id: OpaqueId
    sid: str | None
    """The carrier's id; null until it told one."""
    call: str
    """SID of its call's first leg."""
    ticket: int | None
    """Number."""
    state: RecordingState
    duration: int | None
    """Whole seconds."""
    channels: int | None
    bytes: int | None
    sha256: str | None
    """Of the stored audio, in hex."""
    created_at: Moment

    @classmethod
    def of(cls, view: RecordingView) -> "RecordingShape":
        recording = view.recording
        return cls(
            id=str(recording.id),
            sid=recording.sid,
            call=view.call,
            ticket=view.ticket,
            state=RecordingState(recording.state),
            duration=round(recording.duration) if recording.duration is not None else None,
            channels=recording.channels,
            bytes=recording.bytes,
            sha256=recording.sha256,
            created_at=recording.expected_at,
        )


class RecordingList(ListOf[RecordingShape]):
    """A page of recordings, the latest ordered first."""


class RecordingQuery(ListQuery):
    """Which recordings."""

    state: RecordingState | None = Field(None, description="Its state.")


@NOUN.offers("GET", "/recordings", right=Right.READ_CALLS, query=RecordingQuery, answer=RecordingList)
def list_recordings(asked: Asked[RecordingQuery, None]) -> object:
    """List recordings, the latest ordered first."""
    page = queries.recordings(
        asked.session,
        brand_id=asked.who.brand_id,
        state=asked.query.state,
        limit=asked.query.limit,
        after=asked.query.after(),
    )
    return page_of(page, RecordingShape.of, settings=asked.parts.settings, as_type=RecordingList)


@NOUN.offers("GET", "/recordings/{id}", right=Right.READ_CALLS, answer=RecordingShape)
def show_recording(asked: Asked[object, object], id: int) -> RecordingShape:
    """Read one recording."""
    return RecordingShape.of(found(asked, id))


def found(asked: Asked[object, object], id: int) -> RecordingView:
    """The brand's recording of the id in the path. Raises Problem 404."""
    view = queries.recording(asked.session, brand_id=asked.who.brand_id, id=id)
    if view is None:
        raise not_found(f"recording {id}")
    return view
