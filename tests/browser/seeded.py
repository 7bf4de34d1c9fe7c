"""A small past for the pages to show: calls told by stories, a note, an owner, a solved ticket, names and numbers that
are longer than anybody expects."""

from datetime import timedelta

from sqlalchemy import select

from people.models import Account, Department
from routing.assignment import reassign
from routing.deeds import Chosen, do_to
from tests.house import House
from tickets.changes import add_note, change
from tickets.customers import rename
from tickets.manual import Told, log_call
from tickets.models import Customer, Ticket, TicketStatus

CALLS = (
    ("+14155550123", "2", "1", "My invoice is wrong, it says four hundred but we agreed on three hundred."),
    ("+4915735985123", "1", "1", "The router has no light since this morning. Please call me back before noon."),
    ("withheld", "3", "1", "I would rather not say who I am."),
    ("+14155550177", "2", "2", ""),
    ("+14155550178", "1", "1", "Hello?"),
    ("+442079460018", "3", "1", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen wants spelling."),
)
"""Caller, department's key, 1 for a message or 2 to be called back, what is said."""

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff & Söhne GmbH, Abteilung Rechnungswesen"


def seed(house: House) -> list[int]:
    """Let all that happen, an hour apart; the tickets' numbers, oldest first. Needs a clock that can be moved."""
    for caller, department, wish, words in CALLS:
        house.clock.move(hours=1)
        house.story(_story(caller, department, wish, words))
        house.work()
    house.clock.move(minutes=5)
    _staff_at_work(house)
    house.work()
    return [number for (number,) in house.rows("select number from ticket order by number")]


def _story(caller: str, department: str, wish: str, words: str) -> str:
    lines = [f'  - press: "{department}"', f'  - press: "{wish}"']
    if words:
        lines += [f"  - record: {words!r}", '  - press: "#"']
    else:
        lines.append('  - press: "1"')
    return "\n".join([f"story: {words or 'wants a call'!r}", f'caller: "{caller}"', "lines:", *lines])


def _staff_at_work(house: House) -> None:
    now = house.clock()
    with house.session() as session, session.begin():
        agent = session.scalars(select(Account).where(Account.email == "bruno@example.com")).one()
        first, second, *_ = session.scalars(select(Ticket).order_by(Ticket.number))
        actor = f"account:{agent.id}"
        reassign(session, ticket_id=first.id, account_id=agent.id, actor=actor, now=now)
        change(session, ticket=first, actor=actor, now=now, priority=1)
        add_note(session, ticket=first, actor=actor, now=now, text="Credit of 100 is on its way.\nTold her so.")
        change(session, ticket=second, actor=actor, now=now, status=TicketStatus.SOLVED)
        # One is done and one refused: a ticket somebody else has changed since.
        chosen = [Chosen(first.number), Chosen(second.number, version=1)]
        do_to(session, by=agent, once="seeded", wish={"add_tags": ["vip"]}, chosen=chosen, now=now)
        for customer in session.scalars(select(Customer).order_by(Customer.id).limit(1)):
            rename(session, customer=customer, name=LONG_NAME)
        told = Told(
            direction="inbound",
            started_at=now - timedelta(minutes=20),
            duration=345,
            from_number="+14155550144",
            to_number="+14155550199",
            subject="Asked for a copy of the contract",
            note="Sent by post.",
        )
        department = session.scalars(select(Department).where(Department.key == "general")).one()
        log_call(session, brand_id=agent.brand_id, actor=actor, now=now, told=told, department=department)
