"""Who owns a ticket: given by the system to the member at work with the fewest, or by a person to anybody.

Every change locks the ticket first and the brand's choosing second, ends the open assignment, and tells the timeline.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.outbox import ask
from people.models import Account, Role
from people.refusals import NOTHING, FieldRefused, Said, said
from routing.at_work import Calendar, calendars
from routing.candidates import candidates, members_of
from routing.choosing import choose
from routing.models import Assignment
from tickets.changes import VersionConflict
from tickets.models import Event, Ticket, TicketStatus
from tickets.statuses import UNSOLVED, check_writable, move
from tickets.timeline import add_event

ASK_AGAIN = timedelta(minutes=15)
ASK_AGAIN_ONCE_OLD = timedelta(hours=1)
OLD = timedelta(days=1)

_CHOOSING = 7_246_227
"""First half of the advisory lock under which one worker at a time chooses; the brand is the second. The brand, not the
department: a member of two would look idle to two workers at once."""


class AssigneeRefused(FieldRefused):
    """Somebody who cannot own the ticket; never will until the account or the ticket changes."""

    def __init__(self, reason: Said, cure: Said) -> None:
        super().__init__("assignee", reason, cure)


@dataclass(frozen=True, slots=True)
class Assigned:
    """The ticket has a new owner; `reason` is the sentence on its timeline."""

    account_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class AlreadyAssigned:
    """It has this owner already."""

    account_id: int


@dataclass(frozen=True, slots=True)
class NotWork:
    """It needs no owner any more: it is `status`."""

    status: str


@dataclass(frozen=True, slots=True)
class NobodyThere:
    """Nobody of the department can take it now; it is tried again at `again_at`."""

    reason: str
    again_at: datetime


def assign(session: Session, *, ticket_id: int, now: datetime) -> Assigned | AlreadyAssigned | NotWork | NobodyThere:
    """Give a ticket without owner to the member of its department who is at work and has the fewest open ones.

    Right when many workers do so at once, redoable, and asked for again by itself while nobody is there.
    """
    ticket = session.get_one(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket.assignee_id is not None:
        return AlreadyAssigned(ticket.assignee_id)
    if ticket.status not in UNSOLVED:
        return NotWork(ticket.status)
    session.execute(select(func.pg_advisory_xact_lock(_CHOOSING, ticket.brand_id)))
    members = members_of(session, ticket.department_id)
    hours = calendars(session, [member.id for member in members], now=now)
    choice = choose(candidates(session, members, hours, now=now))
    if choice.chosen is None:
        coming = [hours[member.id] for member in members if member.active]
        return _nobody_there(session, ticket, coming, reason=choice.reason, now=now)
    _give(session, ticket, choice.chosen.account_id, why=choice.reason, actor="system", now=now)
    return Assigned(choice.chosen.account_id, str(choice.reason))


def reassign(
    session: Session, *, ticket_id: int, account_id: int, actor: str, now: datetime, version: int | None = None
) -> Assigned | AlreadyAssigned:
    """A person gives the ticket to somebody, or takes it themselves.

    Raises AssigneeRefused (not active, another brand, a reviewer), MoveRefused (read-only ticket) and, where `version`
    is given and no longer the ticket's, VersionConflict.
    """
    ticket = _locked(session, ticket_id, version=version, wanted=account_id)
    account = session.get(Account, account_id)
    _check_can_own(ticket, account)
    if ticket.assignee_id == account_id:
        return AlreadyAssigned(account_id)
    _give(session, ticket, account_id, why=NOTHING, actor=actor, now=now)
    return Assigned(account_id, "")


def unassign(session: Session, *, ticket_id: int, actor: str, now: datetime, version: int | None = None) -> bool:
    """Take the ticket from its owner; False: it had none. It stays with nobody until somebody assigns it.

    Raises MoveRefused (read-only ticket), AssigneeRefused (solved: somebody answers for it), VersionConflict.
    """
    ticket = _locked(session, ticket_id, version=version, wanted=None)
    if ticket.assignee_id is None:
        return False
    if ticket.status == TicketStatus.SOLVED:
        raise AssigneeRefused(said("a solved ticket keeps who answers for it"), said("open it again first"))
    before = ticket.assignee_id
    _end_open(session, ticket, now)
    ticket.assignee_id = None
    _changed(session, ticket, "unassigned", actor=actor, now=now, before=before)
    return True


def _locked(session: Session, ticket_id: int, *, version: int | None, wanted: int | None) -> Ticket:
    ticket = session.get_one(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if version is not None and version != ticket.version:
        raise VersionConflict(yours=version, theirs=ticket.version, values={"assignee": (wanted, ticket.assignee_id)})
    check_writable(ticket)
    return ticket


def _check_can_own(ticket: Ticket, account: Account | None) -> None:
    if account is None or account.brand_id != ticket.brand_id:
        raise AssigneeRefused(said("nobody of that name works here"), said("choose somebody else"))
    if not account.active:
        raise AssigneeRefused(
            said("%(name)s does not work here any more", name=account.name), said("choose somebody else")
        )
    if account.role == Role.REVIEWER:
        raise AssigneeRefused(
            said("%(name)s is a reviewer, who reads and scores but owns no tickets", name=account.name),
            said("choose somebody else"),
        )


def _give(session: Session, ticket: Ticket, account_id: int, *, why: Said, actor: str, now: datetime) -> None:
    before = ticket.assignee_id
    _end_open(session, ticket, now)
    session.add(Assignment(ticket_id=ticket.id, account_id=account_id, assigned_at=now, actor=actor, why=str(why)))
    ticket.assignee_id = account_id
    if ticket.status == TicketStatus.NEW:
        move(ticket, to=TicketStatus.OPEN, now=now)
    _changed(session, ticket, "assigned", actor=actor, now=now, before=before, why=why)


def _end_open(session: Session, ticket: Ticket, now: datetime) -> None:
    session.execute(
        update(Assignment).where(Assignment.ticket_id == ticket.id, Assignment.ended_at.is_(None)).values(ended_at=now)
    )


def _changed(
    session: Session, ticket: Ticket, type: str, *, actor: str, now: datetime, before: int | None, why: Said = NOTHING
) -> None:
    ticket.version += 1
    ticket.updated_at = now
    add_event(
        session,
        type=type,
        brand_id=ticket.brand_id,
        ticket_id=ticket.id,
        happened_at=now,
        actor=actor,
        facts={"before": before, "after": ticket.assignee_id},
        # The sentence names a person, so it is content; the accounts' ids are facts.
        content={"reason": str(why), "said": why.kept()} if why.text else {},
    )
    session.flush()


def _nobody_there(
    session: Session, ticket: Ticket, hours: list[Calendar], *, reason: Said, now: datetime
) -> NobodyThere:
    """Told once; asked again when the next shift starts, and in between, as shifts and members are changed."""
    told = select(Event.id).where(Event.ticket_id == ticket.id, Event.type == "nobody_to_assign").limit(1)
    if session.scalar(told) is None:
        add_event(
            session,
            type="nobody_to_assign",
            brand_id=ticket.brand_id,
            ticket_id=ticket.id,
            happened_at=now,
            facts={"reason": str(reason), "said": reason.kept()},
        )
    starts = [start for calendar in hours if (start := calendar.next_start(now)) is not None and start > now]
    pause = ASK_AGAIN if now - ticket.created_at < OLD else ASK_AGAIN_ONCE_OLD
    again_at = min([now + pause, *starts])
    ask(
        session,
        job="assign_ticket",
        args={"ticket": ticket.id},
        now=now,
        due_at=again_at,
        key=f"assign_ticket:{ticket.id}:{int(again_at.timestamp())}",
        ticket_id=ticket.id,
    )
    return NobodyThere(str(reason), again_at)
