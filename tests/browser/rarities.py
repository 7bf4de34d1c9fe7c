"""What a small past seldom holds, once each, so that every sign, badge and branch of a page is looked at."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.outbox_models import OutboxRow
from people import drafts, saved_views
from people.departments import add_department, close_now
from people.models import Account, Brand, Role
from recordings.models import RecordingState
from routing.deeds import Chosen, do_to
from tests.factories.people import make_account, make_phone_number
from tests.factories.recordings import make_recording
from tests.factories.routing import make_callback
from tests.factories.tickets import make_call, make_customer, make_ticket
from tests.house import House
from tickets.models import Call, Ticket

SHARED = "+12025550170"
MORE_THAN_A_PAGE = 51
KEEPERS = ("bruno@example.com", "sam@example.com")


def add_rarities(house: House) -> None:
    """Add them to a house, which may have a past already (`seeded.seed`)."""
    with house.session() as session, session.begin():
        brand = session.scalars(select(Brand)).one()
        _departments(session, brand, house)
        _customers(session, brand)
        _people(session, brand, house)
        _recordings(session, brand, house)
        _tickets(session, brand, house)
        _work(session, house)


def _people(session: Session, brand: Brand, house: House) -> None:
    make_account(session, brand, name="Gone Away", active=False, password="-")
    make_account(session, brand, name="Not Here Yet", role=Role.REVIEWER)
    make_phone_number(session, brand, "+12025550199", name="Front desk")
    for account in session.scalars(select(Account).where(Account.role != Role.REVIEWER, Account.active)):
        ticket = session.scalars(select(Ticket).order_by(Ticket.number).limit(1)).one()
        place = f"ticket:{ticket.number}:note"
        drafts.save(session, account_id=account.id, place=place, text="Begun, not sent", now=house.clock())


def _departments(session: Session, brand: Brand, house: House) -> None:
    """One that nobody uses, and one that was closed at once."""
    for key, name in (("unused", "Nobody uses it"), ("shut", "Closed by the switch")):
        made = add_department(session, brand_id=brand.id, key=key, name=name, zone="UTC", now=house.clock())
    close_now(session, made, True, now=house.clock())


def _customers(session: Session, brand: Brand) -> None:
    """Two who share a number from which somebody called, and one of whom everything is known."""
    for name in ("Ana Petrov", "Ben Petrov"):
        make_customer(session, brand, SHARED, name=name)
    make_call(session, brand, from_number=SHARED)
    known = {"email": "ines@example.com", "tier": "gold", "note": "Prefers to be called after six.", "demo": True}
    customer = make_customer(session, brand, "+12025550171", "+12025550172", name="Inês Sousa", **known)
    make_ticket(session, brand, customer_id=customer.id, caller="+12025550171", subject="Known from before")


def _recordings(session: Session, brand: Brand, house: House) -> None:
    """Those that cannot be heard, in one call each, and a message that has waited for a day."""
    reasons = {RecordingState.MISSING: "the carrier answered 404 for an hour"}
    for state in (RecordingState.EXPECTED, RecordingState.READY, RecordingState.MISSING, RecordingState.DELETED):
        call = make_call(session, brand, from_number="+12025550173", started_at=house.clock() - timedelta(days=2))
        make_recording(
            session, call, state=state, failure=reasons.get(state), expected_at=house.clock() - timedelta(days=2)
        )
    make_call(session, brand, from_number="+12025550174", unrecorded=True)


def _tickets(session: Session, brand: Brand, house: House) -> None:
    """Every status and urgency, somebody on the line, and more than fit on a page of the solved ones."""
    now = house.clock()
    agent = session.scalars(select(Account).where(Account.email == "bruno@example.com")).one()
    for priority, status in enumerate(("open", "pending", "on_hold", "spam"), start=1):
        row = {"subject": f"Is {status}", "priority": priority, "tags": ["vip", "billing"], "assignee_id": agent.id}
        make_ticket(session, brand, status=status, **row)
    for status in ("closed", "merged"):
        make_ticket(session, brand, status=status, subject=f"Is {status}", outcome="answered")
    speaking = make_ticket(session, brand, status="open", subject="Is on the line", assignee_id=agent.id)
    make_call(session, brand, ticket=speaking, ended_at=None, started_at=now)
    for n in range(MORE_THAN_A_PAGE):
        make_ticket(session, brand, status="solved", subject=f"Was solved {n}", assignee_id=agent.id)


def _work(session: Session, house: House) -> None:
    """A callback that was promised, a job that failed for good, a view that was kept, and a change of many tickets that
    could not be made everywhere."""
    ticket = session.scalars(select(Ticket).join(Call, Call.ticket_id == Ticket.id).order_by(Ticket.number)).first()
    assert ticket is not None
    make_callback(session, ticket)
    now = house.clock()
    why = "StoreError: the store did not answer, and did not for a day"
    failed = {"state": "failed", "attempts": 9, "last_error": why, "ticket_id": ticket.id, "args": {}}
    session.add(OutboxRow(job="fetch_recording", asked_at=now, due_at=now, ended_at=now, **failed))
    chosen = session.scalars(select(Ticket).where(Ticket.status.in_(("closed", "spam", "pending"))))
    for at, account in enumerate(
        session.scalars(select(Account).where(Account.email.in_(KEEPERS)).order_by(Account.id))
    ):
        name, query = f"Kept by {account.name}", "status=open&priority=1"
        saved_views.save(session, account=account, name=name, query=query, shared=at == 0, now=now)
    do_to(
        session, by=account, once="once", wish={"priority": 2}, chosen=[Chosen(row.number) for row in chosen], now=now
    )
