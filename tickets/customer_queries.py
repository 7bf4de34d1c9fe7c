"""Customers as pages and programs read them, with their numbers: two statements whatever the page holds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.models import Customer, CustomerNumber
from tickets.paging import Page, Position


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer with the numbers they call from."""

    customer: Customer
    numbers: tuple[str, ...]


def customers(
    session: Session, *, brand_id: int, number: str | None = None, limit: int, after: Position | None = None
) -> Page[CustomerView]:
    """A page of a brand's customers, the latest first. number: E.164; several may share one. Two statements."""
    statement = select(Customer).where(Customer.brand_id == brand_id).order_by(Customer.id.desc()).limit(limit + 1)
    if number is not None:
        sharing = select(CustomerNumber.customer_id).where(
            CustomerNumber.brand_id == brand_id, CustomerNumber.e164 == number
        )
        statement = statement.where(Customer.id.in_(sharing))
    if after is not None:
        statement = statement.where(Customer.id < after.id)
    rows = session.scalars(statement).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(_views(session, rows[:limit]), Position(last.created_at, last.id) if last else None)


def customer(session: Session, *, brand_id: int, id: int) -> CustomerView | None:
    """The customer of an id. Two statements."""
    rows = session.scalars(select(Customer).where(Customer.brand_id == brand_id, Customer.id == id)).all()
    views = _views(session, rows)
    return views[0] if views else None


def _views(session: Session, rows: Sequence[Customer]) -> list[CustomerView]:
    statement = select(CustomerNumber).where(CustomerNumber.customer_id.in_([row.id for row in rows]))
    numbers: dict[int, list[str]] = defaultdict(list)
    for number in session.scalars(statement.order_by(CustomerNumber.e164)):
        numbers[number.customer_id].append(number.e164)
    return [CustomerView(row, tuple(numbers[row.id])) for row in rows]
