"""Listening: audio leaves only through here, a range at a time, and each time is written down.

The API and the console check who may; then `listen` finds the audio and notes who hears which part of it, the edge
commits that, and only then opens the audio. Players ask for many small ranges: each is a row of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.storage import Reading, Storage
from recordings.byte_ranges import ByteRange, byte_range
from recordings.models import Recording, RecordingPlay, RecordingState

_HEADER = 44  # bytes before the first sample in the usual WAV file; good enough to name a second


class NoSuchRecording(Exception):
    """This brand has no recording of that id."""


class NotListenable(Exception):
    """There is a recording, but no audio of it here: `state` tells why (expected, ready, missing or deleted)."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the recording is {state}")
        self.state = state


@dataclass(frozen=True)
class Audible:
    """Audio somebody may hear now: where it is kept, which bytes of it, and what an answer's headers need."""

    recording_id: int
    key: str
    range: ByteRange
    sha256: str
    duration: float
    content_type: str = "audio/wav"

    @property
    def etag(self) -> str:
        """A strong validator: audio never changes under its digest."""
        return f'"{self.sha256}"'

    def open(self, storage: Storage) -> Reading:
        """The bytes of the range, chunk by chunk; NotStored and other errors of the store come from here."""
        return storage.open(self.key, self.range.first, self.range.length)


def find_audio(session: Session, *, brand_id: int, recording_id: int, range_header: str | None = None) -> Audible:
    """The audio of a recording, without noting a play: for HEAD, and as the first half of `listen`.

    Raises NoSuchRecording, NotListenable or RangeNotSatisfiable.
    """
    row = session.get(Recording, recording_id)
    if row is None or row.brand_id != brand_id:
        raise NoSuchRecording(recording_id)
    if row.state != RecordingState.STORED or row.storage_key is None or not row.bytes:
        raise NotListenable(row.state)
    return Audible(
        recording_id=row.id,
        key=row.storage_key,
        range=byte_range(range_header, row.bytes),
        sha256=row.sha256 or "",
        duration=row.duration or 0.0,
    )


def peaks_key(session: Session, *, brand_id: int, recording_id: int) -> str:
    """Where the peaks of a recording are kept: a drawing of it is no listening.

    Raises NoSuchRecording or NotListenable.
    """
    row = session.get(Recording, recording_id)
    if row is None or row.brand_id != brand_id:
        raise NoSuchRecording(recording_id)
    if row.state != RecordingState.STORED or row.peaks_key is None:
        raise NotListenable(row.state)
    return row.peaks_key


def listen(
    session: Session,
    *,
    brand_id: int,
    recording_id: int,
    range_header: str | None,
    actor: str,
    address: str,
    now: datetime,
) -> Audible:
    """Find audio and note that `actor` (``account:7``, ``token:3``) hears it from `address`. Commit, then open it."""
    audible = find_audio(session, brand_id=brand_id, recording_id=recording_id, range_header=range_header)
    wanted = audible.range
    session.add(
        RecordingPlay(
            recording_id=audible.recording_id,
            at=now,
            actor=actor,
            address=address,
            first_byte=wanted.first,
            last_byte=wanted.last,
            from_second=_second(wanted.first, audible),
            to_second=_second(wanted.last + 1, audible),
        )
    )
    session.flush()
    return audible


def _second(byte: int, audible: Audible) -> float:
    """The moment in the recording that a byte belongs to: telephone audio has the same bytes in every second."""
    samples = max(audible.range.size - _HEADER, 1)
    return round(min(max(byte - _HEADER, 0) / samples, 1.0) * audible.duration, 3)
