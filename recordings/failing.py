"""When a recording cannot be had: whose fault it is, whether to try again, and when it counts as missing.

Trouble at the carrier ends at the deadline, for then nothing more is to be expected. Trouble of our own (store, disk)
never ends a recording: the carrier still has it. Past its deadline it is called missing all the same
(recordings/ledger.py), so that somebody looks; a later try that succeeds brings it back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.carrier import CarrierError, CarrierRefused, CarrierUnavailable, MediaNotReady, NotASid
from core.storage import StorageError, StorageRefused
from recordings.audio import AudioError, EmptyAudio, Truncated
from recordings.fetching import SpoolUnavailable, TooLarge
from recordings.models import Recording, RecordingState
from recordings.states import move
from recordings.telling import tell

TROUBLES = (CarrierError, AudioError, StorageError, SpoolUnavailable)
"""All that fetching and keeping may raise of their own."""

_GONE = 410
_EMPTY_TRIES = 5
_REFUSED_WAIT = timedelta(minutes=5)


class NotYet(Exception):
    """The recording is not stored, and will be tried again; `after` is the shortest sensible wait, if any."""

    try_again = True

    def __init__(self, why: str, *, after: timedelta | None = None) -> None:
        super().__init__(why)
        self.after = after


@dataclass(frozen=True)
class Verdict:
    """What follows from an error. `why` is for ledger, timeline and people; it names no person, number or secret."""

    why: str
    final: bool
    after: timedelta | None = None


def judge(error: Exception, *, attempts: int, overdue: bool) -> Verdict:
    """Judge one of TROUBLES after that many attempts."""
    if isinstance(error, StorageError | SpoolUnavailable):
        wait = _REFUSED_WAIT if isinstance(error, StorageRefused) else None
        return Verdict(f"it could not be kept: {error}", final=False, after=wait)
    if isinstance(error, CarrierUnavailable) and error.retry_after is not None:
        return Verdict(_why(error), final=overdue, after=timedelta(seconds=error.retry_after))
    return Verdict(_why(error), final=overdue or _never(error, attempts))


def give_up(session: Session, *, recording_id: int, call_id: int, why: str, now: datetime) -> bool:
    """Call a recording missing and raise the alarm on the timeline; False when its state does not allow it (any more).

    One that was missing already has its reason replaced, without a second alarm.
    """
    if move(session, recording_id=recording_id, to=RecordingState.MISSING, failure=why):
        tell(session, "missing", recording_id=recording_id, call_id=call_id, now=now, facts={"why": why})
        return True
    note_failure(session, recording_id=recording_id, why=why)
    return False


def note_failure(session: Session, *, recording_id: int, why: str) -> None:
    """Keep why the last try failed, so that the ledger says so while it waits."""
    session.execute(
        update(Recording)
        .where(
            Recording.id == recording_id,
            Recording.state.not_in((RecordingState.STORED, RecordingState.DELETED)),
        )
        .values(failure=why)
        .execution_options(synchronize_session=False)
    )


def _never(error: Exception, attempts: int) -> bool:
    """What no waiting cures. A few tries for an empty file: the carrier may not have finished writing it."""
    if isinstance(error, CarrierRefused) and error.status == _GONE:
        return True
    return isinstance(error, TooLarge | NotASid) or (isinstance(error, EmptyAudio) and attempts >= _EMPTY_TRIES)


def _why(error: Exception) -> str:
    if isinstance(error, MediaNotReady):
        return "the carrier has no audio of it"
    if isinstance(error, CarrierUnavailable):
        return str(error)
    if isinstance(error, CarrierRefused):
        return f"the carrier refused its audio (status {error.status})"
    if isinstance(error, EmptyAudio):
        return "it is empty"
    if isinstance(error, Truncated):
        return f"it is truncated: {error}"
    return f"what the carrier sent is {error}"
