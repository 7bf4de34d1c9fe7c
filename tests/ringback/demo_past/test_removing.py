"""Removing takes everything that is labelled demo, files too, and touches nothing real."""

import dataclasses
import io
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy.orm import Session

from core.database import transaction
from core.outbox import ask
from core.storage import from_settings
from people.models import Account, Brand
from ringback.demo_past.growing import grow_afresh
from ringback.demo_past.removing import remove
from tests.clock import MONDAY_MORNING
from tests.conftest import execute, scalar
from tests.factories.people import make_account
from tests.factories.recordings import make_recording
from tests.factories.tickets import make_call, make_customer, make_event, make_ticket
from tests.ringback.demo_past.conftest import NOW, kept_files
from tickets.models import Call, Ticket

TABLES = (
    "ticket",
    "call",
    "leg",
    "event",
    "recording",
    "customer",
    "customer_number",
    "outbox",
    "account",
    "audit_entry",
)
SOUND = b"RIFF of somebody real"


@pytest.fixture
def real(demo, engine):
    """A real ticket with all that can belong to one, made before the demo's past."""
    with transaction(engine) as session:
        brand = session.query(Brand).one()
        agent = make_account(session, brand, name="Real Agent")
        customer = make_customer(session, brand, "+14155550120", name="Real Customer")
        ticket = make_ticket(session, brand, customer_id=customer.id, assignee_id=agent.id, status="open")
        call = make_call(session, brand, ticket=ticket, customer_id=customer.id)
        make_recording(session, call, state="stored", storage_key="1/2026/11/real.wav", peaks_key=None)
        make_event(session, brand, ticket_id=ticket.id, call_id=call.id)
        ask(session, job="assign_ticket", args={"ticket": ticket.id}, now=MONDAY_MORNING, ticket_id=ticket.id)
    store = from_settings(demo)
    digest = sha256(SOUND).hexdigest()
    store.put("1/2026/11/real.wav", io.BytesIO(SOUND), size=len(SOUND), sha256=digest, content_type="audio/wav")


def snapshot(engine):
    return {table: execute(engine, f"select to_jsonb(t)::text from {table} t order by 1") for table in TABLES}


def test_everything_labelled_goes_and_everything_real_stays_as_it_was(real, grow, engine, demo):
    before = snapshot(engine)
    grow(2)
    assert scalar(engine, "select count(*) from call where demo") > 0
    removed = remove(demo)
    assert removed.calls > 0
    assert snapshot(engine) == before
    assert kept_files(demo) == {"1/2026/11/real.wav"}
    assert scalar(engine, "select count(*) from turn") == 0
    assert scalar(engine, "select count(*) from carrier_event") == 0


def test_a_demo_ticket_that_a_real_call_joined_stays_with_its_customer(demo, grow, engine):
    grow(1)
    with Session(engine) as session, session.begin():
        ticket = session.query(Ticket).where(Ticket.demo, Ticket.customer_id.is_not(None)).first()
        customer = ticket.customer_id
        real = make_call(session, session.query(Brand).one(), ticket=ticket)
        number, real_id = ticket.number, real.id
    remove(demo)
    assert execute(engine, "select number, customer_id from ticket") == [(number, customer)]
    assert execute(engine, "select id, ticket_id from call") == [(real_id, number)]
    assert execute(engine, "select id from customer") == [(customer,)]


def test_once_removed_nothing_is_told_until_it_is_asked_for_again(demo, grow, engine):
    grow(1)
    remove(demo)
    assert not grow(1)
    assert scalar(engine, "select count(*) from call") == 0
    later = NOW + timedelta(days=1)
    grow_afresh(demo, now=later)
    assert grow(1)
    assert scalar(engine, "select max(started_at) from call") > NOW - timedelta(hours=15)


def test_removed_while_it_is_told_it_stops_and_leaves_nothing(demo, grow, engine):
    assert not grow(3, told=lambda progress: remove(demo))
    for table in ("call", "ticket", "event", "recording", "customer"):
        assert scalar(engine, f"select count(*) from {table}") == 0, table
    assert kept_files(demo) == set()


def test_while_it_is_a_demo_its_people_stay(demo, engine):
    people = scalar(engine, "select count(*) from account where demo")
    assert remove(demo).people == 0
    assert scalar(engine, "select count(*) from account where demo and active") == people


def test_no_demo_any_more_its_people_go_or_can_sign_in_no_longer(demo, engine):
    with transaction(engine) as session:
        brand = session.query(Brand).one()
        keeper = session.query(Account).where(Account.demo).order_by(Account.id).first()
        keeper.password = "$argon2id$known"
        make_ticket(session, brand, assignee_id=keeper.id, status="open")
        kept = keeper.id
    remove(dataclasses.replace(demo, demo=False))
    assert execute(engine, "select id, active, password from account where demo") == [(kept, False, None)]
    assert scalar(engine, "select count(*) from ticket") == 1


def test_calls_of_this_moment_go_too(demo, engine):
    with transaction(engine) as session:
        make_call(session, session.query(Brand).one(), ended_at=None, demo=True)
    remove(demo)
    with Session(engine) as session:
        assert session.query(Call).count() == 0
