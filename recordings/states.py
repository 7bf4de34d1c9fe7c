"""The states of a recording, as one table of allowed moves."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from recordings.models import Recording, RecordingState

_EXPECTED, _READY, _STORED = RecordingState.EXPECTED, RecordingState.READY, RecordingState.STORED
_MISSING, _DELETED = RecordingState.MISSING, RecordingState.DELETED

MOVES: Mapping[RecordingState, frozenset[RecordingState]] = MappingProxyType(
    {
        # Straight to stored: the carrier told the recording's id while it ran, and its last news was lost.
        _EXPECTED: frozenset({_READY, _STORED, _MISSING}),
        _READY: frozenset({_STORED, _MISSING}),
        # Missing is an alarm, not an end: late news, or a fetch that succeeds after all, brings it back.
        _MISSING: frozenset({_READY, _STORED}),
        _STORED: frozenset({_DELETED}),
        _DELETED: frozenset(),
    }
)


def sources(to: RecordingState) -> list[RecordingState]:
    """The states from which a recording may become `to`."""
    return [state for state, targets in MOVES.items() if to in targets]


def move(session: Session, *, recording_id: int, to: RecordingState, **columns: Any) -> bool:
    """Move a recording and set its columns, if its state allows it now; False when it does not (or is there already).

    The condition is in the statement, so of two that try at once one succeeds.
    """
    statement = (
        update(Recording)
        .where(Recording.id == recording_id, Recording.state.in_(sources(to)))
        .values(state=to, **columns)
        .returning(Recording.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one_or_none() is not None
