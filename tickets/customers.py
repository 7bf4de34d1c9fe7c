"""Customers: found by the number they call from, never guessed; made, named and given numbers by people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.numbers import looks_e164
from people.refusals import said
from tickets.fields import ChangeRefused, checked_name
from tickets.models import Call, Customer, CustomerNumber, Event, Ticket
from tickets.timeline import add_event


class Match(StrEnum):
    """What `identify` found out about a call's other end."""

    KNOWN = "known"
    MADE = "made"
    AMBIGUOUS = "ambiguous"
    """Several customers share the number: a person has to say who it was."""
    NOBODY = "nobody"
    """Withheld, or no number at all: such callers are never merged into one."""


@dataclass(frozen=True)
class Identified:
    """The answer of `identify`; candidates: ids of the customers who share the number, when there are several."""

    match: Match
    customer_id: int | None = None
    candidates: tuple[int, ...] = ()


class NoSuchCall(LookupError):
    """There is no call of that id: never will be, calls are not deleted."""


def identify(session: Session, *, call_id: int, now: datetime) -> Identified:
    """Find or make the customer at the other end of a call, and tell the call and its ticket.

    The number must be E.164 and not withheld; it is matched within the brand. Safe to run again, and beside another
    call from the same number: one of them makes the customer, the other finds it. A customer that a person chose for
    the call or ticket stays. Raises NoSuchCall.
    """
    call = session.get(Call, call_id, populate_existing=True)
    if call is None:
        raise NoSuchCall(f"no call {call_id}")
    if call.customer_id is not None:
        _tell_ticket(session, call, call.customer_id)
        return Identified(Match.KNOWN, call.customer_id)
    number = _other_end(call)
    if number is None:
        return Identified(Match.NOBODY)
    lock_number(session, brand_id=call.brand_id, e164=number)
    candidates = customers_with(session, brand_id=call.brand_id, e164=number)
    if len(candidates) > 1:
        _ask_who(session, call, candidates, now=now)
        return Identified(Match.AMBIGUOUS, candidates=candidates)
    if candidates:
        found = Identified(Match.KNOWN, candidates[0])
    else:
        made = create(session, brand_id=call.brand_id, numbers=(number,), now=now, demo=call.demo)
        found = Identified(Match.MADE, made.id)
    _tell_call(session, call, found, now=now)
    return found


def customers_with(session: Session, *, brand_id: int, e164: str) -> tuple[int, ...]:
    """Ids of the brand's customers who call from `e164`, oldest first."""
    statement = (
        select(CustomerNumber.customer_id)
        .where(CustomerNumber.brand_id == brand_id, CustomerNumber.e164 == e164)
        .order_by(CustomerNumber.customer_id)
    )
    return tuple(session.scalars(statement))


def create(
    session: Session,
    *,
    brand_id: int,
    now: datetime,
    numbers: tuple[str, ...] = (),
    name: str | None = None,
    email: str | None = None,
    demo: bool = False,
) -> Customer:
    """Make a customer. A number others have already is shared from now on. Raises ChangeRefused (not E.164)."""
    customer = Customer(brand_id=brand_id, name=checked_name(name), email=email, demo=demo, created_at=now)
    session.add(customer)
    session.flush()
    for e164 in sorted(set(numbers)):  # in one order, so that two who lock the same ones do not wait for each other
        add_number(session, customer=customer, e164=e164)
    return customer


def add_number(session: Session, *, customer: Customer, e164: str) -> bool:
    """The customer calls from this number too; False: that was known. Raises ChangeRefused (not E.164)."""
    if not looks_e164(e164):
        raise ChangeRefused(
            "numbers",
            said("%(number)s is not a full international number", number=repr(e164)),
            said("write it as +12025550147"),
        )
    lock_number(session, brand_id=customer.brand_id, e164=e164)
    statement = (
        insert(CustomerNumber)
        .values(customer_id=customer.id, e164=e164, brand_id=customer.brand_id)
        .on_conflict_do_nothing()
        .returning(CustomerNumber.e164)
    )
    return session.scalar(statement) is not None


def rename(session: Session, *, customer: Customer, name: str | None) -> bool:
    """Give the customer another name, or none; False: it was so already. Raises ChangeRefused."""
    wanted = checked_name(name)
    if customer.name == wanted:
        return False
    customer.name = wanted
    session.flush()
    return True


def lock_number(session: Session, *, brand_id: int, e164: str) -> None:
    """One at a time for a number of a brand, until the commit: two first calls must not make two customers.

    Whoever locks a ticket too locks the number first, or two of them may wait for each other.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"customer:{brand_id}:{e164}", 0))))


def _other_end(call: Call) -> str | None:
    """The number of whoever is not us, if it can be matched."""
    number = call.to_number if call.direction == "outbound" else call.from_number
    return number if not call.withheld and looks_e164(number) else None


def _tell_call(session: Session, call: Call, found: Identified, *, now: datetime) -> None:
    statement = (
        update(Call)
        .where(Call.id == call.id, Call.customer_id.is_(None))
        .values(customer_id=found.customer_id)
        .returning(Call.id)
    )
    if session.scalar(statement) is None:
        return
    add_event(
        session,
        type="caller_identified",
        brand_id=call.brand_id,
        ticket_id=call.ticket_id,
        call_id=call.id,
        happened_at=now,
        facts={"customer": found.customer_id, "first_call": found.match == Match.MADE},
    )
    session.flush()
    _tell_ticket(session, call, found.customer_id)


def _tell_ticket(session: Session, call: Call, customer_id: int | None) -> None:
    """The version stays: whoever edits the ticket meanwhile loses nothing to this."""
    if call.ticket_id is not None:
        session.execute(
            update(Ticket)
            .where(Ticket.id == call.ticket_id, Ticket.customer_id.is_(None))
            .values(customer_id=customer_id)
        )


def _ask_who(session: Session, call: Call, candidates: tuple[int, ...], *, now: datetime) -> None:
    """Told once; the lock on the number keeps two runs of one call apart."""
    told = select(Event.id).where(Event.call_id == call.id, Event.type == "caller_ambiguous").limit(1)
    if session.scalar(told) is None:
        add_event(
            session,
            type="caller_ambiguous",
            brand_id=call.brand_id,
            ticket_id=call.ticket_id,
            call_id=call.id,
            happened_at=now,
            facts={"customers": list(candidates)},
        )
        session.flush()
