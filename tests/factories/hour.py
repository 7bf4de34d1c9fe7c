"""A recording of an hour, with its audio and its peaks in the store."""

import hashlib
import io
import random
import struct
import wave
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.storage import Storage
from people.models import Brand
from recordings.audio import WavReader
from recordings.models import RecordingState
from tests.factories.recordings import make_recording
from tests.factories.tickets import make_call, make_ticket

HOUR = 3600
RATE = 8000


def hour_long(session: Session, storage: Storage, *, now: datetime) -> int:
    """The number of a new ticket whose one call was recorded for an hour, both sides in lanes of their own."""
    sound = _speech(seconds=HOUR)
    peaks = _peaks(sound)
    digests = [hashlib.sha256(data).hexdigest() for data in (sound, peaks)]
    storage.put("long/1.wav", io.BytesIO(sound), size=len(sound), sha256=digests[0], content_type="audio/wav")
    storage.put("long/1.json", io.BytesIO(peaks), size=len(peaks), sha256=digests[1], content_type="application/json")
    brand = session.scalars(select(Brand)).one()
    ticket = make_ticket(session, brand, subject="An hour on the line", created_at=now, channel="phone")
    call = make_call(session, brand, ticket=ticket, started_at=now - timedelta(seconds=HOUR), ended_at=now)
    kept = {"storage_key": "long/1.wav", "bytes": len(sound), "sha256": digests[0], "peaks_key": "long/1.json"}
    make_recording(session, call, state=RecordingState.STORED, kind="call", duration=HOUR, channels=2, **kept)
    return ticket.number


def _speech(*, seconds: int) -> bytes:
    """A WAV file: half a minute of two people in turn, again and again."""
    chance = random.Random(2)
    frames = []
    for tenth in range(300):
        loud = 8000 if tenth % 40 < 30 else 20
        left, right = (loud, 20) if tenth % 80 < 40 else (20, loud)
        frames += [(chance.randint(-left, left), chance.randint(-right, right)) for _ in range(RATE // 10)]
    half_minute = b"".join(struct.pack("<hh", *both) for both in frames)
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(half_minute * (seconds // 30))
    return kept.getvalue()


def _peaks(sound: bytes) -> bytes:
    reader = WavReader()
    reader.feed(sound)
    return reader.finish().peaks.as_json()
