"""The life of a ticket: one table of allowed moves, and what each state demands.

Source: the status rules of contact-centre practice (Zendesk's, of which every help desk has a dialect).
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column

from people.refusals import Listed, said
from tickets.fields import ChangeRefused
from tickets.models import Ticket, TicketStatus

NEW, OPEN, PENDING, ON_HOLD = TicketStatus.NEW, TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.ON_HOLD
SOLVED, CLOSED, MERGED, SPAM = TicketStatus.SOLVED, TicketStatus.CLOSED, TicketStatus.MERGED, TicketStatus.SPAM

MOVES: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    # Nobody has taken it. A matter settled in the first look need not pass through open.
    NEW: frozenset({OPEN, PENDING, ON_HOLD, SOLVED, MERGED, SPAM}),
    OPEN: frozenset({PENDING, ON_HOLD, SOLVED, MERGED, SPAM}),
    # Waiting for the customer; any contact from them opens it again.
    PENDING: frozenset({OPEN, ON_HOLD, SOLVED, MERGED, SPAM}),
    # Waiting for a third party; to the customer it looks open.
    ON_HOLD: frozenset({OPEN, PENDING, SOLVED, MERGED, SPAM}),
    # Not back to pending or on hold: whoever waits again has first opened it again, and that is counted.
    SOLVED: frozenset({OPEN, CLOSED}),
    # Read-only for ever: a call about it opens a new ticket that follows it up.
    CLOSED: frozenset(),
    # Its calls and notes live on in the other ticket; taking it apart again is an operation of its own.
    MERGED: frozenset(),
    # A person judged wrongly: back to open, never to new, because somebody has looked at it.
    SPAM: frozenset({OPEN}),
}

UNSOLVED = frozenset({NEW, OPEN, PENDING, ON_HOLD})
"""Somebody still owes something: what a repeat caller may join and what counts as work."""

IS_WORK: ColumnElement[bool] = Ticket.status.in_([literal_column(f"'{status}'") for status in sorted(UNSOLVED)])
"""The same of a row, in words and not by parameters: so the planner always sees that an index of work alone will do."""

READ_ONLY = frozenset({CLOSED, MERGED})


class MoveRefused(ChangeRefused):
    """A move the ticket's state does not allow; trying again never helps."""


def move(ticket: Ticket, *, to: str, now: datetime, by_system: bool = False) -> bool:
    """Move `ticket` to the status `to` and keep its solved_at and closed_at; False: it was there already.

    A person solves only a ticket somebody answers for; the system may solve one with an outcome instead. The caller
    writes the event (see tickets/changes.py). Raises MoveRefused.
    """
    before, after = TicketStatus(ticket.status), TicketStatus(to)
    if before == after:
        return False
    _check_allowed(before, after)
    if after == SOLVED:
        _check_solvable(ticket, by_system=by_system)
    ticket.status = after
    if after != CLOSED:
        ticket.solved_at = now if after == SOLVED else None
    ticket.closed_at = now if after in READ_ONLY else None
    return True


def check_writable(ticket: Ticket) -> None:
    """Raise MoveRefused where nothing of the ticket may change any more."""
    if ticket.status == CLOSED:
        raise MoveRefused("status", said("the ticket is closed and read-only"), said("open a follow-up ticket instead"))
    if ticket.status == MERGED:
        raise MoveRefused(
            "status", said("the ticket was merged and is read-only"), said("change the ticket it was merged into")
        )


def _check_allowed(before: TicketStatus, after: TicketStatus) -> None:
    if after in MOVES[before]:
        return
    if after == NEW:
        raise MoveRefused("status", said("a ticket never becomes new again"), said("use open"))
    reason = said("%(before)s does not go to %(after)s", before=before, after=after)
    if not MOVES[before]:
        raise MoveRefused("status", reason, said("it is read-only"))
    allowed = Listed(sorted(MOVES[before]))
    raise MoveRefused("status", reason, said("allowed from %(before)s: %(allowed)s", before=before, allowed=allowed))


def _check_solvable(ticket: Ticket, *, by_system: bool) -> None:
    if ticket.assignee_id is not None:
        return
    if not by_system:
        raise MoveRefused(
            "status", said("a solved ticket needs somebody who answers for it"), said("assign the ticket first")
        )
    if ticket.outcome is None:
        raise MoveRefused("outcome", said("the system solves a ticket only with an outcome"), said("give an outcome"))
