"""People as the page about them reads them: everybody, also those who left."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.models import Account, Department, Membership
from people.queries import AgentView


def everybody(session: Session, *, brand_id: int, limit: int) -> list[AgentView]:
    """Who works or worked here, the active first, by name, with the keys of their departments. Two statements."""
    statement = select(Account).where(Account.brand_id == brand_id)
    accounts = list(session.scalars(statement.order_by(Account.active.desc(), Account.name, Account.id).limit(limit)))
    rows = (
        select(Membership.account_id, Department.key)
        .join(Department, Department.id == Membership.department_id)
        .where(Department.brand_id == brand_id)
        .order_by(Department.id)
    )
    keys: dict[int, list[str]] = defaultdict(list)
    for account_id, key in session.execute(rows):
        keys[account_id].append(key)
    return [AgentView(account, tuple(keys[account.id])) for account in accounts]


def departments_of(session: Session, *, account_id: int) -> frozenset[str]:
    """The keys of the departments somebody belongs to. One statement."""
    statement = select(Department.key).join(Membership, Membership.department_id == Department.id)
    return frozenset(session.scalars(statement.where(Membership.account_id == account_id)))
