"""Callbacks' rows: locked in one order everywhere, moved by the table, told on the timeline.

The order of locks: the brand's choosing lock, then the callback, then everything below it. Webhooks take the callback
alone, so that two of them for one callback follow one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.outbox import ask
from routing.callback_states import FINAL, check_move
from routing.models import Callback, CallbackAttempt, CallbackState
from tickets.models import Call
from tickets.timeline import add_event

_CHOOSING = 7_246_226
"""First half of the advisory lock under which callbacks are judged and agents chosen; the brand is the second."""

WAITING = frozenset({CallbackState.QUEUED, CallbackState.SCHEDULED})
UNDER_WAY = frozenset({CallbackState.RESERVED, CallbackState.DIALLING, CallbackState.CONNECTED})


@dataclass(frozen=True, slots=True)
class Under:
    """An attempt with its callback, whose row is locked until the commit, and the call it made."""

    callback: Callback
    attempt: CallbackAttempt
    call: Call


def lock_choosing(session: Session, brand_id: int) -> None:
    """Wait until no other worker judges callbacks or chooses agents of this brand; until the commit."""
    session.execute(select(func.pg_advisory_xact_lock(_CHOOSING, brand_id)))


def locked(session: Session, callback_id: int) -> Callback | None:
    """The callback as it is now, locked until the commit; None when there is none."""
    return session.get(Callback, callback_id, with_for_update=True, populate_existing=True)


def locked_attempt(session: Session, attempt_id: int) -> Under | None:
    """The attempt with its callback locked; None when there is none, or it never had a call."""
    callback_id = session.scalar(select(CallbackAttempt.callback_id).where(CallbackAttempt.id == attempt_id))
    callback = locked(session, callback_id) if callback_id is not None else None
    if callback is None:
        return None
    attempt = session.get_one(CallbackAttempt, attempt_id, populate_existing=True)
    call = session.get(Call, attempt.call_id, populate_existing=True) if attempt.call_id is not None else None
    return Under(callback, attempt, call) if call is not None else None


def move(callback: Callback, to: CallbackState, *, why: str, now: datetime) -> None:
    """Move by the table; a final state closes the promise. Raises ImpossibleMoveError."""
    if callback.state != to:
        check_move(CallbackState(callback.state), to)
    callback.state = to
    callback.why = why
    if to in FINAL:
        callback.closed_at = now


def wait_until(session: Session, callback: Callback, *, due_at: datetime, why: str, now: datetime) -> None:
    """Put it in line for `due_at`, and ask for the job that places it then."""
    move(callback, CallbackState.QUEUED, why=why, now=now)
    callback.due_at = max(due_at, now)
    ask_to_place(session, callback, now=now)


def ask_to_place(session: Session, callback: Callback, *, now: datetime, key: str = "") -> bool:
    """Ask for the job that places it when it is due: one for each time it becomes due."""
    due = int(callback.due_at.timestamp() * 1000)
    return ask(
        session,
        job="place_callback",
        args={"callback": callback.id},
        now=now,
        due_at=callback.due_at,
        key=f"place_callback:{callback.id}:{due}:{callback.agent_rounds}{key}",
        ticket_id=callback.ticket_id,
    )


def tell(
    session: Session,
    callback: Callback,
    type: str,
    *,
    now: datetime,
    call_id: int | None = None,
    actor: str = "system",
    alert: bool = False,
    facts: Mapping[str, Any] | None = None,
    content: Mapping[str, Any] | None = None,
) -> None:
    """Add a line about this callback to its ticket's timeline. alert: somebody in charge has to see it."""
    add_event(
        session,
        type=type,
        brand_id=callback.brand_id,
        ticket_id=callback.ticket_id,
        call_id=call_id,
        happened_at=now,
        actor=actor,
        facts={"callback": callback.id, **({"level": "alert"} if alert else {}), **(facts or {})},
        content=content,
    )
