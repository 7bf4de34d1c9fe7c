"""What became of a call: its one ticket with its recordings. Nothing else of the house is shown here."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.models import Account, Department
from recordings.models import Recording, RecordingState
from tickets.models import Call, Customer, Leg, Ticket
from tickets.queries import Asked, TicketView, tickets

_COMING = (RecordingState.EXPECTED, RecordingState.READY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The call's ticket, or None while it has none; its own recordings; whether nothing more will come by itself.

    customer, department, assignee: their names, as far as there are any. over: the call has ended.
    """

    ticket: TicketView | None
    recordings: tuple[Recording, ...]
    over: bool
    settled: bool
    customer: str | None = None
    department: str | None = None
    assignee: str | None = None


def outcome_of(session: Session, *, brand_id: int, sid: str) -> Outcome:
    """What became of the call with a leg of this SID. At most five statements."""
    found = tickets(session, brand_id=brand_id, asked=Asked(call_sid=sid), limit=1).items
    mine = select(Recording).join(Leg, Leg.call_id == Recording.call_id).where(Leg.sid == sid).order_by(Recording.id)
    made = tuple(session.scalars(mine))
    over = session.scalar(select(Call.ended_at).join(Leg, Leg.call_id == Call.id).where(Leg.sid == sid)) is not None
    coming = any(recording.state in _COMING for recording in made)
    if not found:
        return Outcome(None, made, over, settled=False)
    names = (
        select(Customer.name, Department.name, Account.name)
        .select_from(Ticket)
        .outerjoin(Customer, Customer.id == Ticket.customer_id)
        .outerjoin(Department, Department.id == Ticket.department_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .where(Ticket.id == found[0].ticket.id)
    )
    customer, department, assignee = session.execute(names).one()
    return Outcome(found[0], made, over, over and not coming, customer, department, assignee)
