"""The words for the ids and keys that events hold."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.event_words import Names
from people.models import Account, Department


def names_in(session: Session, *, brand_id: int) -> Names:
    """A brand's people, also those who have left, and departments. Two statements."""
    people = select(Account.id, Account.name).where(Account.brand_id == brand_id)
    departments = select(Department.key, Department.name).where(Department.brand_id == brand_id)
    return Names(
        accounts=dict(session.execute(people).all()),
        departments=dict(session.execute(departments).all()),
    )
