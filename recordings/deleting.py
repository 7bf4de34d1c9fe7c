"""Deleting audio: the carrier's copy once ours is verified, and ours when it must go. Jobs call both."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.carrier import Carrier
from core.clock import Clock
from core.storage import Storage
from recordings.models import Recording, RecordingState
from recordings.states import move
from recordings.storing import Transaction
from recordings.telling import tell


class Deleted(StrEnum):
    """How a deletion ended, where it ended well."""

    DELETED = "deleted"
    ALREADY_DELETED = "already deleted"
    NOT_THERE = "not there"
    """There is no such row, or it has no audio of ours."""


class CopyNotVerified(Exception):
    """Our copy is not what the ledger says, so the carrier's, perhaps the only good one, stays."""

    try_again = False


def delete_at_carrier(
    transaction: Transaction,
    *,
    recording_id: int,
    carrier: Carrier,
    storage: Storage,
    clock: Clock,
    finish: Callable[[Session], None] = lambda session: None,
) -> Deleted:
    """Delete the carrier's copy of a stored recording, after looking that ours is there in full.

    Raises CopyNotVerified, and what carrier and store raise. `finish` as in recordings.storing.store.
    """
    with transaction() as session:
        row = session.get(Recording, recording_id)
    if row is None or row.state != RecordingState.STORED or row.sid is None or row.storage_key is None:
        return _finished(transaction, finish, Deleted.NOT_THERE)
    if row.carrier_deleted_at is not None:
        return _finished(transaction, finish, Deleted.ALREADY_DELETED)
    found = storage.stat(row.storage_key)
    if found is None or found.size != row.bytes or found.sha256 not in (None, row.sha256):
        raise CopyNotVerified("our copy is not in the store as the ledger has it; the carrier's was kept")
    carrier.delete_recording(row.sid, account_sid=row.account_sid)
    with transaction() as session:
        if _note_gone_at_carrier(session, row.id, clock()):
            tell(session, "deleted_at_carrier", recording_id=row.id, call_id=row.call_id, now=clock())
        finish(session)
    return Deleted.DELETED


def delete(
    transaction: Transaction,
    *,
    recording_id: int,
    storage: Storage,
    actor: str,
    why: str,
    clock: Clock,
    finish: Callable[[Session], None] = lambda session: None,
) -> Deleted:
    """Delete our copy, audio and peaks, and keep the row: size, digest and times tell that it was, and when it went.

    The store goes first: after a crash in between, the redo finds the row as it was. `why` is a word of a rule or a
    request, never personal.
    """
    with transaction() as session:
        row = session.get(Recording, recording_id)
    if row is None or row.state not in (RecordingState.STORED, RecordingState.DELETED):
        return _finished(transaction, finish, Deleted.NOT_THERE)
    if row.state == RecordingState.DELETED:
        return _finished(transaction, finish, Deleted.ALREADY_DELETED)
    for key in (row.storage_key, row.peaks_key):
        if key is not None:
            storage.delete(key)
    with transaction() as session:
        now = clock()
        gone = move(
            session,
            recording_id=row.id,
            to=RecordingState.DELETED,
            deleted_at=now,
            storage_key=None,
            peaks_key=None,
        )
        if gone:
            tell(
                session,
                "deleted",
                recording_id=row.id,
                call_id=row.call_id,
                now=now,
                actor=actor,
                facts={"why": why},
            )
        finish(session)
    return Deleted.DELETED if gone else Deleted.ALREADY_DELETED


def _finished(transaction: Transaction, finish: Callable[[Session], None], ended: Deleted) -> Deleted:
    with transaction() as session:
        finish(session)
    return ended


def _note_gone_at_carrier(session: Session, recording_id: int, now: datetime) -> bool:
    statement = (
        update(Recording)
        .where(Recording.id == recording_id, Recording.carrier_deleted_at.is_(None))
        .values(carrier_deleted_at=now)
        .returning(Recording.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one_or_none() is not None
