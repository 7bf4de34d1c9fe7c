"""The life of a callback as one table of moves.

    requested → (scheduled →) queued → reserved → dialling → connected → completed

The waiting state is `queued`, with the reason of the last try in `why` and the time of the next in `due_at`; an
unanswered or busy try therefore leads back there, not into a state of its own.
"""

from collections.abc import Mapping

from routing.models import CallbackState

S = CallbackState

FINAL = frozenset({S.COMPLETED, S.EXHAUSTED, S.INVALID, S.CANCELLED, S.SUPERSEDED, S.EXPIRED, S.BLOCKED})
"""States nothing leads out of. Another try is a new callback, so that each promise keeps its own history."""

MOVES: Mapping[CallbackState, frozenset[CallbackState]] = {
    # Asked for, its number not yet judged.
    S.REQUESTED: frozenset(
        {S.SCHEDULED, S.QUEUED, S.INVALID, S.BLOCKED, S.CANCELLED, S.SUPERSEDED, S.EXPIRED},
    ),
    # Waits for the time the customer chose. Blocked: the rules may have changed since.
    S.SCHEDULED: frozenset({S.QUEUED, S.BLOCKED, S.CANCELLED, S.SUPERSEDED, S.EXPIRED}),
    # In line, or waiting for its next try. Back to scheduled: the customer called and chose a time.
    S.QUEUED: frozenset({S.RESERVED, S.SCHEDULED, S.BLOCKED, S.CANCELLED, S.SUPERSEDED, S.EXPIRED}),
    # An agent is being rung. Back to queued: they did not accept, which is no try to reach the customer.
    # A cancel still wins here; the customer has not been dialled.
    S.RESERVED: frozenset({S.DIALLING, S.QUEUED, S.BLOCKED, S.CANCELLED, S.SUPERSEDED}),
    # The customer is being rung. No cancel any more: whoever asks is told "calling you now". Superseded all the same:
    # they may be on another line with an agent about the very matter. Completed without connected: a machine took the
    # message, which counts as reached. Blocked: the carrier refused the destination.
    S.DIALLING: frozenset(
        {S.CONNECTED, S.COMPLETED, S.QUEUED, S.EXHAUSTED, S.INVALID, S.BLOCKED, S.SUPERSEDED},
    ),
    # Customer and agent talk. Nothing but an end follows; what was promised has happened.
    S.CONNECTED: frozenset({S.COMPLETED}),
    **{state: frozenset[CallbackState]() for state in FINAL},
}


class ImpossibleMoveError(ValueError):
    """The callback is no longer where this move begins. Never will: look at it again and decide anew."""


def may_move(before: CallbackState, after: CallbackState) -> bool:
    """Whether the table has this move. Staying where one is is no move."""
    return after in MOVES[before]


def check_move(before: CallbackState, after: CallbackState) -> None:
    """Raise `ImpossibleMoveError` with both states unless the table has this move."""
    if not may_move(before, after):
        raise ImpossibleMoveError(f"a callback that is {before} cannot become {after}")


def moves_to(after: CallbackState) -> tuple[CallbackState, ...]:
    """States from which `after` can be reached, for the `where state in …` of a claim."""
    return tuple(state for state in MOVES if after in MOVES[state])


def may_cancel(state: CallbackState) -> bool:
    """Whether the customer can still call it off: until the moment their phone is dialled."""
    return may_move(state, S.CANCELLED)
