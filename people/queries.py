"""Departments and people as pages and programs read them."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.models import Account, Department, Membership, Role


@dataclass(frozen=True, slots=True)
class AgentView:
    """A person who works here, with the keys of their departments."""

    account: Account
    departments: tuple[str, ...]


def departments(session: Session, *, brand_id: int, limit: int, after_id: int = 0) -> list[Department]:
    """At most `limit` of a brand's departments that follow the id, oldest first. One statement."""
    statement = select(Department).where(Department.brand_id == brand_id, Department.id > after_id)
    return list(session.scalars(statement.order_by(Department.id).limit(limit)))


def department(session: Session, *, brand_id: int, key: str) -> Department | None:
    """The department of a key."""
    return session.scalar(select(Department).where(Department.brand_id == brand_id, Department.key == key))


def agents(
    session: Session, *, brand_id: int, limit: int, after_id: int = 0, also_left: bool = False
) -> list[AgentView]:
    """At most `limit` of those who may sign in (or might once), following the id, oldest first. Two statements."""
    statement = select(Account).where(Account.brand_id == brand_id, Account.id > after_id)
    if not also_left:
        statement = statement.where(Account.active)
    accounts = list(session.scalars(statement.order_by(Account.id).limit(limit)))
    memberships = (
        select(Membership.account_id, Department.key)
        .join(Department, Department.id == Membership.department_id)
        .where(Membership.account_id.in_([account.id for account in accounts]))
        .order_by(Department.id)
    )
    keys: dict[int, list[str]] = defaultdict(list)
    for account_id, key in session.execute(memberships):
        keys[account_id].append(key)
    return [AgentView(account, tuple(keys[account.id])) for account in accounts]


def account_by_email(session: Session, *, brand_id: int, email: str) -> Account | None:
    """The person of an e-mail address, in any case, also one who has left."""
    return session.scalar(select(Account).where(Account.brand_id == brand_id, Account.email == email.strip().lower()))


def owners(session: Session, *, brand_id: int) -> list[Account]:
    """Everybody who can own a ticket, by name. One statement."""
    statement = select(Account).where(Account.brand_id == brand_id, Account.active, Account.role != Role.REVIEWER)
    return list(session.scalars(statement.order_by(Account.name, Account.id)))


def account_names(session: Session, *, brand_id: int) -> dict[int, str]:
    """The names of all who work or worked here, by id, for timelines. One statement."""
    rows = session.execute(select(Account.id, Account.name).where(Account.brand_id == brand_id))
    return {id: name for id, name in rows}  # noqa: C416 - a Row is not a pair to mypy
