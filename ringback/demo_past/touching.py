"""What the people who work here did to a ticket in the demo's past, through the same verbs as everybody's changes."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.models import Membership
from ringback.demo_past.plan import Touch
from routing.assignment import reassign
from tickets.changes import add_note, change
from tickets.models import Ticket
from tickets.statuses import READ_ONLY


def touch(session: Session, *, ticket_id: int, touch: Touch, now: datetime) -> bool:
    """Do it as the ticket's owner; False: nobody owns it, or nothing may be done to it any more."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None or ticket.assignee_id is None or ticket.status in READ_ONLY:
        return False
    TOUCHES[touch.does](session, ticket, touch, f"account:{ticket.assignee_id}", now)
    return True


def _write_down(session: Session, ticket: Ticket, touch: Touch, actor: str, now: datetime) -> None:
    matter = touch.matter
    change(
        session,
        ticket=ticket,
        actor=actor,
        now=now,
        subject=matter.subject,
        reason=matter.reason,
        priority=matter.priority,
        tags=matter.tags,
    )


def _note(session: Session, ticket: Ticket, touch: Touch, actor: str, now: datetime) -> None:
    add_note(session, ticket=ticket, actor=actor, now=now, text=touch.words)


def _wait(session: Session, ticket: Ticket, touch: Touch, actor: str, now: datetime) -> None:
    if ticket.status == "open":
        change(session, ticket=ticket, actor=actor, now=now, status="pending")


def _hold(session: Session, ticket: Ticket, touch: Touch, actor: str, now: datetime) -> None:
    if ticket.status == "open":
        change(session, ticket=ticket, actor=actor, now=now, status="on_hold")


def _solve(session: Session, ticket: Ticket, touch: Touch, actor: str, now: datetime) -> None:
    change(session, ticket=ticket, actor=actor, now=now, status="solved", outcome="answered")


def _give_up(session: Session, ticket: Ticket, touch: Touch, actor: str, now: datetime) -> None:
    """A missed call: tried once, then closed as work."""
    add_note(session, ticket=ticket, actor=actor, now=now, text="Left nothing. Will call again if it matters.")
    change(session, ticket=ticket, actor=actor, now=now, status="solved", outcome="abandoned")


def _hand_over(session: Session, ticket: Ticket, touch: Touch, actor: str, now: datetime) -> None:
    """To a colleague of the department, if there is one."""
    colleague = session.scalar(
        select(Membership.account_id)
        .where(Membership.department_id == ticket.department_id, Membership.account_id != ticket.assignee_id)
        .order_by(Membership.account_id)
        .limit(1)
    )
    if colleague is not None:
        reassign(session, ticket_id=ticket.id, account_id=colleague, actor=actor, now=now)


TOUCHES: dict[str, Callable[[Session, Ticket, Touch, str, datetime], None]] = {
    "write down": _write_down,
    "note": _note,
    "wait": _wait,
    "hold": _hold,
    "solve": _solve,
    "give up": _give_up,
    "hand over": _hand_over,
}
