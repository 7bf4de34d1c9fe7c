"""From ready to stored: fetch a recording from the carrier, keep it, verify it, write it down.

A job calls `store`. Transactions hold rows only; fetching and uploading happen between them. A redo at any point is
safe: the key under which audio is kept names its content, and the ledger moves by a conditional update.
"""

import hashlib
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from core import outbox
from core.carrier import Carrier
from core.clock import Clock
from core.storage import Storage
from recordings.failing import TROUBLES, NotYet, give_up, judge, note_failure
from recordings.fetching import Fetched, fetch
from recordings.models import Recording, RecordingState
from recordings.states import move, sources
from recordings.telling import tell

DELETE_JOB = "delete_recording_at_carrier"

Transaction = Callable[[], AbstractContextManager[Session]]


class Ended(StrEnum):
    """How `store` ended, where it ended well."""

    STORED = "stored"
    ALREADY_STORED = "already stored"
    OVERTAKEN = "overtaken"
    """Another try stored other audio first; that stays, and this one's was taken away again."""
    NOT_WANTED = "not wanted"
    """There is no such row, the carrier never named its recording, or it has been deleted."""
    MISSING = "missing"
    """Given up: the ledger and the timeline say why."""


@dataclass(frozen=True)
class Wanted:
    """What has to be known of a recording to fetch it."""

    id: int
    brand_id: int
    call_id: int
    account_sid: str
    sid: str
    channels: int
    expected_at: datetime
    deadline_at: datetime
    attempts: int


@dataclass(frozen=True)
class Kept:
    """Audio that is in the store, verified, but not yet in the ledger."""

    key: str
    peaks_key: str
    size: int
    sha256: str
    duration: float
    channels: int


def store(
    transaction: Transaction,
    *,
    recording_id: int,
    carrier: Carrier,
    storage: Storage,
    clock: Clock,
    spool: Path,
    delete_at_carrier: bool = False,
    finish: Callable[[Session], None] = lambda session: None,
) -> Ended:
    """Fetch, keep and write down one recording; with `delete_at_carrier`, ask for the job that deletes it there.

    `finish` is called in the transaction that writes the end, so that a job ends with its work or not at all.
    Raises recordings.failing.NotYet when it is worth another try; the row then tells the reason.
    """
    with transaction() as session:
        wanted = claim(session, recording_id=recording_id)
        if isinstance(wanted, Ended):
            finish(session)
            return wanted
    try:
        kept = bring(wanted, carrier=carrier, storage=storage, spool=spool)
    except TROUBLES as error:
        return _failed(transaction, wanted, error, now=clock(), finish=finish)
    with transaction() as session:
        now = clock()
        ended = write_down(session, wanted, kept, now=now)
        if delete_at_carrier and ended is Ended.STORED:
            _ask_for_deletion(session, wanted, now)
        finish(session)
    if ended in (Ended.OVERTAKEN, Ended.NOT_WANTED):
        storage.delete(kept.key)
        storage.delete(kept.peaks_key)
    return ended


def claim(session: Session, *, recording_id: int) -> Wanted | Ended:
    """Count a try and read what it needs; or how it ended, where there is nothing to fetch."""
    statement = (
        update(Recording)
        .where(
            Recording.id == recording_id,
            Recording.sid.is_not(None),
            Recording.state.in_(sources(RecordingState.STORED)),
        )
        .values(attempts=Recording.attempts + 1)
        .returning(Recording)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    row = session.scalar(statement)
    if row is not None and row.sid is not None:
        return Wanted(
            id=row.id,
            brand_id=row.brand_id,
            call_id=row.call_id,
            account_sid=row.account_sid,
            sid=row.sid,
            channels=1 if row.kind == "message" and row.channels != 2 else 2,
            expected_at=row.expected_at,
            deadline_at=row.deadline_at,
            attempts=row.attempts,
        )
    found = session.get(Recording, recording_id)
    stored = found is not None and found.state == RecordingState.STORED
    return Ended.ALREADY_STORED if stored else Ended.NOT_WANTED


def bring(wanted: Wanted, *, carrier: Carrier, storage: Storage, spool: Path) -> Kept:
    """Fetch audio and peaks into the store; both are checked against what came. Touches no row."""
    with (
        carrier.open_media(wanted.sid, wanted.channels, account_sid=wanted.account_sid) as media,
        fetch(media, spool=spool) as fetched,
    ):
        kept = _named(wanted, fetched)
        with fetched.path.open("rb") as file:
            storage.put(kept.key, file, size=kept.size, sha256=kept.sha256, content_type="audio/wav")
        peaks = fetched.peaks.as_json()
    digest = hashlib.sha256(peaks).hexdigest()
    storage.put(kept.peaks_key, io.BytesIO(peaks), size=len(peaks), sha256=digest, content_type="application/json")
    return kept


def write_down(session: Session, wanted: Wanted, kept: Kept, *, now: datetime) -> Ended:
    """Mark the recording stored and tell the timeline, unless it is already or no longer to be."""
    if move(
        session,
        recording_id=wanted.id,
        to=RecordingState.STORED,
        stored_at=now,
        ready_at=func.coalesce(Recording.ready_at, now),
        storage_key=kept.key,
        peaks_key=kept.peaks_key,
        bytes=kept.size,
        sha256=kept.sha256,
        duration=kept.duration,
        channels=kept.channels,
        failure=None,
    ):
        facts = {"duration": kept.duration, "bytes": kept.size, "channels": kept.channels}
        tell(session, "stored", recording_id=wanted.id, call_id=wanted.call_id, now=now, facts=facts)
        return Ended.STORED
    found = session.get(Recording, wanted.id, populate_existing=True)
    if found is None or found.state != RecordingState.STORED:
        return Ended.NOT_WANTED
    return Ended.ALREADY_STORED if found.storage_key == kept.key else Ended.OVERTAKEN


def _ask_for_deletion(session: Session, wanted: Wanted, now: datetime) -> None:
    outbox.ask(
        session,
        job=DELETE_JOB,
        args={"recording": wanted.id},
        now=now,
        key=f"{DELETE_JOB}:{wanted.id}",
        call_id=wanted.call_id,
    )


def _named(wanted: Wanted, fetched: Fetched) -> Kept:
    """Keys by brand and month; the digest in the name keeps two different fetches apart."""
    stem = f"{wanted.brand_id}/{wanted.expected_at:%Y/%m}/{wanted.id}-{fetched.sha256[:16]}"
    return Kept(
        key=f"{stem}.wav",
        peaks_key=f"{stem}.peaks.json",
        size=fetched.size,
        sha256=fetched.sha256,
        duration=fetched.duration,
        channels=fetched.channels,
    )


def _failed(
    transaction: Transaction,
    wanted: Wanted,
    error: Exception,
    *,
    now: datetime,
    finish: Callable[[Session], None],
) -> Ended:
    verdict = judge(error, attempts=wanted.attempts, overdue=now >= wanted.deadline_at)
    with transaction() as session:
        if verdict.final:
            give_up(session, recording_id=wanted.id, call_id=wanted.call_id, why=verdict.why, now=now)
            finish(session)
            return Ended.MISSING
        note_failure(session, recording_id=wanted.id, why=verdict.why)
    raise NotYet(verdict.why, after=verdict.after) from error
