"""Who owns a ticket: given to somebody, or to nobody."""

from api.operations import Answered, Asked
from api.problems import Problem
from api.ticket_shapes import AssignmentSent, TicketShape
from api.tickets import NOUN as NOUN  # the operations below complete it
from api.tickets import found, known_account, shown
from api.versions import REFUSALS, asked_version
from people.rights import Right
from routing.assignment import AssigneeRefused, reassign, unassign
from tickets import queries
from tickets.changes import VersionConflict


@NOUN.offers(
    "PUT",
    "/tickets/{number}/assignment",
    right=Right.ASSIGN_TICKETS,
    sends=AssignmentSent,
    answer=TicketShape,
    refusals=REFUSALS,
)
def assign_ticket(asked: Asked[None, AssignmentSent], number: int) -> Answered:
    """Give a ticket to somebody. A new one becomes open."""
    ticket = found(asked, number)
    account = known_account(asked, asked.body.assignee, status=422, place="body")
    try:
        reassign(
            asked.session,
            ticket_id=ticket.id,
            account_id=account.id,
            actor=asked.who.actor,
            now=asked.now,
            version=asked_version(asked.body.version),
        )
    except VersionConflict as conflict:
        raise _in_words(asked, number, conflict, wanted=asked.body.assignee) from None
    return shown(asked, number)


@NOUN.offers(
    "DELETE",
    "/tickets/{number}/assignment",
    right=Right.ASSIGN_TICKETS,
    answer=TicketShape,
    refusals=REFUSALS | {409: "The ticket is solved: somebody answers for it."},
)
def unassign_ticket(asked: Asked[None, None], number: int) -> Answered:
    """Take a ticket from its owner; it stays with nobody until somebody assigns it."""
    ticket = found(asked, number)
    try:
        unassign(asked.session, ticket_id=ticket.id, actor=asked.who.actor, now=asked.now, version=asked_version())
    except VersionConflict as conflict:
        raise _in_words(asked, number, conflict, wanted=None) from None
    except AssigneeRefused as error:
        raise Problem(409, "still-needed", f"The ticket keeps its owner: {error.reason}; {error.cure}.") from None
    return shown(asked, number)


def _in_words(
    asked: Asked[object, object], number: int, conflict: VersionConflict, *, wanted: str | None
) -> VersionConflict:
    """The conflict with e-mail addresses, as everything else here names people."""
    view = queries.ticket(asked.session, brand_id=asked.who.brand_id, number=number)
    values = {"assignee": (wanted, view.assignee if view else None)}
    return VersionConflict(yours=conflict.yours, theirs=conflict.theirs, values=values)
