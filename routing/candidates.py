"""Who may be given a ticket of a department, with what is known of each: the rows behind routing/choosing.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from people.models import Account, Membership, Role
from routing.at_work import Calendar
from routing.choosing import Candidate
from routing.models import Assignment
from tickets.models import Ticket
from tickets.statuses import UNSOLVED

WORKERS = (Role.AGENT, Role.SUPERVISOR)
"""Roles that are given tickets by the system; an administrator who works as an agent takes them by hand."""


def members_of(session: Session, department_id: int | None) -> list[Account]:
    """Everybody of the department whom the system may give tickets to, also those who are away or inactive."""
    statement = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.department_id == department_id, Account.role.in_(WORKERS))
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def candidates(
    session: Session, members: Sequence[Account], hours: Mapping[int, Calendar], *, now: datetime
) -> list[Candidate]:
    """The members with what the choice is made from: open tickets of all departments, and when one was last given."""
    ids = [member.id for member in members]
    has_open = (
        select(Ticket.assignee_id, func.count())
        .where(Ticket.assignee_id.in_(ids), Ticket.status.in_(UNSOLVED))
        .group_by(Ticket.assignee_id)
    )
    # One look into the index for each, however much each was ever given.
    latest = select(func.max(Assignment.assigned_at)).where(Assignment.account_id == Account.id).scalar_subquery()
    last_given = select(Account.id, latest).where(Account.id.in_(ids))
    counts = dict(session.execute(has_open).all())
    given = dict(session.execute(last_given).all())
    return [
        Candidate(
            account_id=member.id,
            name=member.name,
            active=member.active,
            on_shift=hours[member.id].at_work(now),
            open_tickets=counts.get(member.id, 0),
            last_assigned_at=given.get(member.id),
        )
        for member in members
    ]
