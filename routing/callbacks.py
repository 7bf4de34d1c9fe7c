"""Promises to call back: asking for one, calling it off, and finding it kept another way. Judging and placing are jobs.

The caller's own request is written by the turn's statement (routing/wanting.py); this is everybody else's door.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.outbox import ask
from people.refusals import FieldRefused, said
from routing.callback_rows import locked, move, tell
from routing.callback_states import may_cancel, may_move
from routing.models import Callback, CallbackAttempt, CallbackState
from tickets.models import Ticket
from tickets.statuses import check_writable

LONGEST_ASKED = 64
"""Characters of a number kept as asked; to_e164 judges what it is."""


class RequestRefused(FieldRefused):
    """A callback that cannot even be asked for; never will until the request changes. `field` is the one to mend."""


class Cancelled(StrEnum):
    """What became of a cancel."""

    CANCELLED = "cancelled"
    CALLING_NOW = "calling_now"
    """Too late by a moment: the customer's phone is being dialled, or they talk already."""
    ALREADY_OVER = "already_over"
    MISSING = "missing"


class Superseded(StrEnum):
    """What became of a promise when the customer was reached another way."""

    SUPERSEDED = "superseded"
    TALKING = "talking"
    ALREADY_OVER = "already_over"
    MISSING = "missing"


def request(session: Session, *, ticket_id: int, number: str | None, actor: str, now: datetime) -> Callback:
    """Promise to call somebody back about a ticket; `number` as written, None for the ticket's caller.

    It is judged by a job at once: look at its state. Raises RequestRefused, and MoveRefused for a read-only ticket.
    """
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise RequestRefused("ticket", said("there is no such ticket"), said("choose another"))
    check_writable(ticket)
    asked = (number or ticket.caller or "").strip()
    if not asked:
        raise RequestRefused("to", said("the ticket has no number to call back"), said("give one that can be called"))
    if len(asked) > LONGEST_ASKED:
        raise RequestRefused("to", said("this is longer than any number"), said("give one that can be called"))
    callback = Callback(
        brand_id=ticket.brand_id,
        ticket_id=ticket.id,
        department_id=ticket.department_id,
        asked_number=asked,
        state=CallbackState.REQUESTED,
        requested_at=now,
        due_at=now,
    )
    session.add(callback)
    session.flush()
    tell(session, callback, "callback_requested", now=now, actor=actor, content={"number": asked})
    ask_to_judge(session, callback, now=now)
    return callback


def ask_to_judge(session: Session, callback: Callback, *, now: datetime, key: str = "") -> bool:
    """Ask for the job that judges it, once; the turn's statement uses the same key."""
    return ask(
        session,
        job="judge_callback",
        args={"callback": callback.id},
        now=now,
        key=f"judge_callback:{callback.id}{key}",
        ticket_id=callback.ticket_id,
    )


def cancel(session: Session, *, callback_id: int, actor: str, now: datetime) -> Cancelled:
    """Call it off, unless the customer is being called this moment. An agent who is being rung is let go."""
    callback = locked(session, callback_id)
    if callback is None:
        return Cancelled.MISSING
    state = CallbackState(callback.state)
    if callback.closed_at is not None:
        return Cancelled.ALREADY_OVER
    if not may_cancel(state):
        return Cancelled.CALLING_NOW
    move(callback, CallbackState.CANCELLED, why="asked", now=now)
    tell(session, callback, "callback_cancelled", now=now, actor=actor)
    _let_agent_go(session, callback, now=now)
    return Cancelled.CANCELLED


def supersede(session: Session, *, callback_id: int, call_id: int | None, actor: str, now: datetime) -> Superseded:
    """The customer has reached an agent another way, in `call_id`: nobody calls them again about it."""
    callback = locked(session, callback_id)
    if callback is None:
        return Superseded.MISSING
    if callback.closed_at is not None:
        return Superseded.ALREADY_OVER
    if not may_move(CallbackState(callback.state), CallbackState.SUPERSEDED):
        return Superseded.TALKING
    move(callback, CallbackState.SUPERSEDED, why="called_in", now=now)
    tell(session, callback, "callback_superseded", now=now, call_id=call_id, actor=actor, facts={"why": "called_in"})
    _let_agent_go(session, callback, now=now)
    return Superseded.SUPERSEDED


def _let_agent_go(session: Session, callback: Callback, *, now: datetime) -> None:
    """Stop ringing the agent where the carrier has named the call; where not, they are told when they answer."""
    rung = session.scalar(
        select(CallbackAttempt)
        .where(CallbackAttempt.callback_id == callback.id, CallbackAttempt.ended_at.is_(None))
        .where(CallbackAttempt.sid.is_not(None), CallbackAttempt.accepted_at.is_(None))
    )
    if rung is None:
        return
    args = {"sid": rung.sid, "callback": callback.id}
    ask(session, job="hang_up_leg", args=args, now=now, key=f"hang_up_leg:{rung.sid}", ticket_id=callback.ticket_id)
