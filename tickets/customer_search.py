"""Customers as people look for them: by part of a name, or by digits of a number in any writing."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import Session

from tickets.models import Call, Customer, CustomerNumber, Ticket
from tickets.paging import Page, Position
from tickets.searching import SIMPLE, name_words
from tickets.statuses import UNSOLVED

FEWEST_DIGITS = 3
TELLING_DIGITS = 6
WINDOW = 250


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer with the numbers they call from, how many of their tickets are work, and when they last called."""

    customer: Customer
    numbers: tuple[str, ...]
    open_tickets: int
    last_call_at: datetime | None


def search(
    session: Session, *, brand_id: int, q: str = "", limit: int, after: Position | None = None
) -> Page[CustomerLine]:
    """A page of a brand's customers, the latest first. Four statements.

    q: digits are part of a number (at least FEWEST_DIGITS), or begin a word of a name; anything else is part of a name
    or an e-mail address.
    """
    statement = select(Customer).where(Customer.brand_id == brand_id).order_by(Customer.id.desc()).limit(limit + 1)
    if q.strip():
        statement = statement.where(_matches(brand_id, q.strip(), after, limit + 1))
    if after is not None:
        statement = statement.where(Customer.id < after.id)
    rows = session.scalars(statement).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(lines_of(session, rows[:limit]), Position(last.created_at, last.id) if last else None)


def digits_in(text: str) -> str:
    """The digits of something that looks like a number or a part of one; empty for words."""
    bare = re.sub(r"[\s()+#./-]", "", text)
    return bare if re.fullmatch(r"[0-9]{1,18}", bare) else ""


def lines_of(session: Session, rows: Sequence[Customer]) -> list[CustomerLine]:
    """The same customers with what a list shows of each. Three statements."""
    ids = [row.id for row in rows]
    numbers: dict[int, list[str]] = defaultdict(list)
    of_these = select(CustomerNumber).where(CustomerNumber.customer_id.in_(ids)).order_by(CustomerNumber.e164)
    for number in session.scalars(of_these):
        numbers[number.customer_id].append(number.e164)
    work = select(Ticket.customer_id, func.count()).where(Ticket.customer_id.in_(ids), Ticket.status.in_(UNSOLVED))
    open_tickets: dict[int | None, int] = dict(session.execute(work.group_by(Ticket.customer_id)).all())
    calls = select(Call.customer_id, func.max(Call.started_at)).where(Call.customer_id.in_(ids))
    called: dict[int | None, datetime | None] = dict(session.execute(calls.group_by(Call.customer_id)).all())
    return [CustomerLine(row, tuple(numbers[row.id]), open_tickets.get(row.id, 0), called.get(row.id)) for row in rows]


def _matches(brand_id: int, q: str, after: Position | None, most: int) -> ColumnElement[bool]:
    digits = digits_in(q)
    if digits:
        return Customer.id == func.any(func.array(_of_digits(brand_id, digits, after, most).scalar_subquery()))
    return or_(Customer.name.icontains(q, autoescape=True), Customer.email.icontains(q, autoescape=True))


def _of_digits(brand_id: int, digits: str, after: Position | None, most: int) -> Select[int]:
    """Ids of the latest customers with these digits in a number, or beginning a word of their name: some companies are
    called by digits alone.

    As in tickets/searching.py: digits that many have are found among the latest WINDOW, others by their index.
    """
    where = [Customer.brand_id == brand_id] + ([Customer.id < after.id] if after else [])
    latest = select(Customer.id, Customer.name).where(*where).order_by(Customer.id.desc()).limit(WINDOW).subquery()
    called = name_words(latest.c.name)
    query = func.to_tsquery(SIMPLE, f"'{digits}':*")
    is_long = len(digits) >= FEWEST_DIGITS
    # One value for each customer, since the planner would rather look through everybody's numbers once.
    numbers = select(func.string_agg(CustomerNumber.e164, " ")).where(CustomerNumber.customer_id == latest.c.id)
    having = numbers.scalar_subquery().contains(digits, autoescape=True)
    matches = or_(having, called.op("@@")(query)) if is_long else called.op("@@")(query)
    near = select(latest.c.id).where(matches).order_by(latest.c.id.desc()).limit(most).cte()
    is_short = select(func.count()).select_from(near).scalar_subquery() < most
    named = name_words(Customer.name).op("@@")(query)
    far = [select(Customer.id).where(*where, named, is_short)]
    if is_long:
        # A number begins as many others do; it is told apart by its end.
        pieces = func.digit_grams(CustomerNumber.e164).op("@>")(func.digit_grams(digits[-TELLING_DIGITS:]))
        holds = CustomerNumber.e164.contains(digits, autoescape=True)
        ours = [CustomerNumber.brand_id == brand_id] + ([CustomerNumber.customer_id < after.id] if after else [])
        far.append(select(CustomerNumber.customer_id).where(*ours, pieces, holds, is_short))
    either = union_all(select(near.c.id), *far).subquery()
    return select(either.c.id).distinct().order_by(either.c.id.desc()).limit(most)
