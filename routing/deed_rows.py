"""One ticket of a deed: changed, refused or taken back, and its row ended, in one transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from people.models import Account
from people.refusals import FieldRefused, said, told_before
from routing.models import Assignment
from routing.wishes import Wish, do
from tickets.deed_models import DeedTicket, RowState
from tickets.fields import ChangeRefused
from tickets.models import Ticket
from tickets.restoring import ChangedSince, left_behind, restore, snapshot


def do_row(session: Session, *, row: DeedTicket, wish: Wish, by: Account, now: datetime) -> None:
    """Change the row's ticket as wished, unless somebody has changed it since it was chosen."""
    try:
        ticket = _locked(session, row, by)
        if row.version is not None and ticket.version != row.version:
            raise ChangedSince
        before = snapshot(ticket)
        do(session, ticket=ticket, wish=wish, by=by, now=now)
    except FieldRefused as refused:
        row.state, row.problem = RowState.REFUSED, _kept(refused)
        return
    left = left_behind(before, ticket)
    row.state = RowState.DONE if left else RowState.SAME
    row.before, row.after_version = left or None, ticket.version


def undo_row(session: Session, *, row: DeedTicket, by: Account, now: datetime) -> None:
    """Put the row's ticket back, unless somebody has changed it since; its owner's assignment with it."""
    before, actor = row.before or {}, f"account:{by.id}"
    try:
        ticket = _locked(session, row, by)
        restore(session, ticket=ticket, before=before, version=row.after_version or 0, actor=actor, now=now)
    except FieldRefused as refused:
        row.state, row.problem = RowState.KEPT, _kept(refused)
        return
    if "assignee_id" in before:
        _reassign(session, ticket, actor=actor, now=now)
    row.state = RowState.UNDONE


def problem(row: DeedTicket) -> FieldRefused | None:
    """Why the row's ticket was refused or kept."""
    if row.problem is None:
        return None
    return FieldRefused(str(row.problem["field"]), told_before(row.problem["reason"]), told_before(row.problem["cure"]))


def _locked(session: Session, row: DeedTicket, by: Account) -> Ticket:
    ticket = session.get(Ticket, row.ticket_id, with_for_update=True, populate_existing=True)
    if ticket is None or ticket.brand_id != by.brand_id:
        raise ChangeRefused("ticket", said("it is not here any more"), said("choose another"))
    return ticket


def _reassign(session: Session, ticket: Ticket, *, actor: str, now: datetime) -> None:
    open_ones = update(Assignment).where(Assignment.ticket_id == ticket.id, Assignment.ended_at.is_(None))
    session.execute(open_ones.values(ended_at=now))
    if ticket.assignee_id is not None:
        session.add(
            Assignment(ticket_id=ticket.id, account_id=ticket.assignee_id, assigned_at=now, actor=actor, why="")
        )
    session.flush()


def _kept(refused: FieldRefused) -> dict[str, Any]:
    return {"field": refused.field, "reason": refused.reason.kept(), "cure": refused.cure.kept()}
