"""Who it was: calls from a number that several customers share, until a person says which of them rang."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from people.refusals import said
from tickets.call_lines import other_end
from tickets.customers import customers_with, lock_number
from tickets.fields import ChangeRefused
from tickets.models import Call, Customer, CustomerNumber, Ticket
from tickets.timeline import add_event


@dataclass(frozen=True, slots=True)
class Sharer:
    """A customer who calls from a number that others call from too."""

    e164: str
    customer_id: int
    name: str | None


def unknown_callers(session: Session, *, brand_id: int, limit: int) -> list[Call]:
    """The latest incoming calls from shared numbers of which nobody has said who it was. One statement.

    Shared numbers are few, so they are looked for first and their calls by number.
    """
    first, second = aliased(CustomerNumber), aliased(CustomerNumber)
    shared = (
        select(first.e164)
        .where(first.brand_id == brand_id)
        .where(
            exists().where(
                second.brand_id == brand_id, second.e164 == first.e164, second.customer_id != first.customer_id
            )
        )
    )
    statement = (
        select(Call)
        .where(
            Call.brand_id == brand_id,
            Call.from_number.in_(shared),
            Call.customer_id.is_(None),
            Call.direction == "inbound",
            Call.withheld.is_(False),
        )
        .order_by(Call.started_at.desc(), Call.id.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def sharers(session: Session, *, brand_id: int, numbers: list[str]) -> list[Sharer]:
    """Who calls from each of these numbers, oldest customer first. One statement."""
    statement = (
        select(CustomerNumber.e164, Customer.id, Customer.name)
        .join(Customer, Customer.id == CustomerNumber.customer_id)
        .where(tuple_(CustomerNumber.brand_id, CustomerNumber.e164).in_([(brand_id, e164) for e164 in numbers]))
        .order_by(CustomerNumber.e164, Customer.id)
    )
    return [Sharer(*row) for row in session.execute(statement)]


def choose_caller(session: Session, *, call: Call, customer_id: int, actor: str, now: datetime) -> bool:
    """A person says whose call it was: one of those who share its number. False: that was known already.

    The call's ticket learns it too, unless it has a customer. Raises ChangeRefused (somebody without this number).
    """
    number = other_end(call)
    if number is None:
        raise ChangeRefused(
            "customer", said("the caller withheld their number"), said("put the customer on the ticket instead")
        )
    lock_number(session, brand_id=call.brand_id, e164=number)
    if customer_id not in customers_with(session, brand_id=call.brand_id, e164=number):
        raise ChangeRefused(
            "customer", said("this customer does not call from that number"), said("add the number to them first")
        )
    session.refresh(call, with_for_update=True)
    if call.customer_id == customer_id:
        return False
    before, call.customer_id = call.customer_id, customer_id
    add_event(
        session,
        type="caller_identified",
        brand_id=call.brand_id,
        ticket_id=call.ticket_id,
        call_id=call.id,
        happened_at=now,
        actor=actor,
        facts={"customer": customer_id, "before": before, "first_call": False, "chosen": True},
    )
    if call.ticket_id is not None:
        # The ticket follows its call, and keeps a customer that came from elsewhere.
        session.execute(
            update(Ticket)
            .where(Ticket.id == call.ticket_id, Ticket.customer_id.is_not_distinct_from(before))
            .values(customer_id=customer_id)
        )
    session.flush()
    return True
