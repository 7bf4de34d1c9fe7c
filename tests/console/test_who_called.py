"""Who called, said on the ticket's own page; and customers who have not called yet."""

import pytest

from core.database import transaction
from people.models import Role
from tests.conftest import execute, scalar
from tests.factories.tickets import CALLER, make_call, make_customer, make_ticket


@pytest.fixture
def mia(signed_in):
    return signed_in(Role.AGENT, name="Mia Chen")


@pytest.fixture
def shared(engine, brand):
    """A ticket whose caller could be either of two customers: its number, and theirs."""
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER, name="Ana Petrov")
        ben = make_customer(session, brand, CALLER, name="Ben Petrov")
        ticket = make_ticket(session, brand)
        call = make_call(session, brand, ticket=ticket)
        return ticket.number, call.sid, ana.id, ben.id


def test_a_ticket_shows_all_who_share_the_number_and_takes_who_it_was(mia, shared, engine):
    number, sid, _ana, ben = shared
    page = mia.get(f"/tickets/{number}").text
    assert "Several customers share this number" in page
    assert "Ana Petrov" in page
    assert f'name="customer" value="{ben}"' in page
    answer = mia.post(f"/calls/{sid}/caller", {"customer": ben, "ticket": number})
    assert answer.location == f"/tickets/{number}"
    assert execute(engine, "select customer_id from ticket") == [(ben,)]
    page = mia.get(f"/tickets/{number}").text
    assert "Several customers share" not in page
    assert f'<a href="/customers/{ben}">Ben Petrov</a>' in page


def test_who_may_only_read_sees_them_and_chooses_none(signed_in, shared):
    page = signed_in(Role.REVIEWER).get(f"/tickets/{shared[0]}").text
    assert "Several customers share this number" in page
    assert "This one called" not in page


def test_one_owner_of_a_number_is_no_question(mia, engine, brand):
    with transaction(engine) as session:
        make_customer(session, brand, CALLER, name="Ana")
        ticket = make_ticket(session, brand)
        make_call(session, brand, ticket=ticket)
    assert "Several customers share" not in mia.get(f"/tickets/{ticket.number}").text


def test_a_customer_is_made_before_they_call(mia, engine):
    assert 'href="/customers/new"' in mia.get("/customers").text
    answer = mia.post("/customers/new", {"name": "Ana", "number": "(202) 555-0147", "email": "ana@example.com"})
    (row,) = execute(engine, "select id, name, email from customer")
    assert (answer.location, row[1:]) == (f"/customers/{row[0]}", ("Ana", "ana@example.com"))
    assert scalar(engine, "select e164 from customer_number") == "+12025550147"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", {"name": " "}),
        ("number", {"name": "Ana", "number": "12"}),
        ("email", {"name": "Ana", "email": "ana"}),
        ("name", {"name": "A" * 121}),
    ],
)
def test_a_customer_that_cannot_be_is_refused_by_the_field(mia, engine, field, typed):
    page = mia.post("/customers/new", typed)
    assert page.status_code == 422
    assert f'href="#field-{field}"' in page.text
    assert scalar(engine, "select count(*) from customer") == 0


def test_a_reviewer_makes_none(signed_in):
    rosa = signed_in(Role.REVIEWER)
    assert rosa.get("/customers/new").status_code == 403
    assert 'href="/customers/new"' not in rosa.get("/customers").text
