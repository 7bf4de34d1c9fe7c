"""What somebody's own desk shows: their tickets by urgency, today's calls without a note, what waits for anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from people.models import Membership
from tickets.models import Customer, Ticket

SHOWN = 25
SHOWN_OF_OTHERS = 6
UNLOGGED = timedelta(hours=24)
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True)
class Mine:
    """One of my open tickets, with its customer's name if known."""

    ticket: Ticket
    customer: str | None


@dataclass(frozen=True, slots=True)
class Unlogged:
    """A ticket of mine whose call came lately and on which nobody wrote anything."""

    number: int
    subject: str
    caller: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in my departments, or in all where I belong to none; counts stop at 100."""

    unassigned: int
    messages: int
    callbacks: int
    is_mine: bool


def mine(session: Session, *, account_id: int) -> list[Mine]:
    """My open tickets: the most urgent first, of those the oldest. One statement."""
    statement = (
        select(Ticket, Customer.name)
        .outerjoin(Customer, Customer.id == Ticket.customer_id)
        .where(Ticket.assignee_id == account_id, Ticket.status.in_(("new", "open", "pending", "on_hold")))
        .order_by(Ticket.status.in_(("pending", "on_hold")), Ticket.priority, Ticket.created_at, Ticket.id)
        .limit(SHOWN)
    )
    return [Mine(ticket, name) for ticket, name in session.execute(statement)]


def unlogged(session: Session, *, account_id: int, now: datetime) -> list[Unlogged]:
    """Calls of the last day on my open tickets on which nobody has written a note. One statement."""
    statement = text("""
        select distinct on (k.id) k.number, k.subject, k.caller, c.started_at
        from ticket k join call c on c.ticket_id = k.id
        where k.assignee_id = :account and k.status in ('new', 'open', 'pending', 'on_hold') and c.started_at > :since
          and not exists (select 1 from event e where e.ticket_id = k.id and e.type = 'note_added')
        order by k.id, c.started_at desc limit 10
    """)
    rows = session.execute(statement, {"account": account_id, "since": now - UNLOGGED})
    return [Unlogged(*row) for row in rows]


def urgent(session: Session, *, account_id: int, brand_id: int) -> list[Mine]:
    """The most urgent open tickets of my departments (of all, if I have none) that are not mine. One statement."""
    of_mine = select(Membership.department_id).where(Membership.account_id == account_id)
    statement = (
        select(Ticket, Customer.name)
        .outerjoin(Customer, Customer.id == Ticket.customer_id)
        .where(
            Ticket.brand_id == brand_id,
            Ticket.status.in_(("new", "open")),
            Ticket.assignee_id.is_distinct_from(account_id),
            Ticket.department_id.in_(of_mine) | ~of_mine.exists(),
        )
        .order_by(Ticket.priority, Ticket.created_at, Ticket.id)
        .limit(SHOWN_OF_OTHERS)
    )
    return [Mine(ticket, name) for ticket, name in session.execute(statement)]


def waiting(session: Session, *, account_id: int, brand_id: int) -> Waiting:
    """What waits for anybody of my departments; for those who belong to none, of all and of none. One statement."""
    statement = text("""
        with own as (select department_id from membership where account_id = :account)
        select
          (select count(*) from (select 1 from ticket k
             where k.brand_id = :brand and k.assignee_id is null and k.status in ('new', 'open')
               and (not exists (select 1 from own) or k.department_id in (select department_id from own))
             limit :most) x),
          (select count(*) from (select 1 from recording r join call c on c.id = r.call_id
             join ticket k on k.id = c.ticket_id
             where k.brand_id = :brand and r.kind = 'message' and r.state in ('ready', 'stored')
               and k.status in ('new', 'open', 'pending', 'on_hold')
               and (not exists (select 1 from own) or k.department_id in (select department_id from own))
               and not exists (select 1 from event e where e.call_id = c.id and e.type = 'message_done'
                 and e.facts ->> 'recording' = r.id::text) limit :most) x),
          (select count(*) from (select 1 from callback b
             where b.brand_id = :brand and b.closed_at is null
               and (not exists (select 1 from own) or b.department_id in (select department_id from own))
             limit :most) x),
          exists (select 1 from own)
    """)
    values = {"account": account_id, "brand": brand_id, "most": MOST_COUNTED + 1}
    return Waiting(*session.execute(statement, values).one())
