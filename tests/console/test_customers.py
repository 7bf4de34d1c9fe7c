"""Customers: looked for, shown with all that is known, renamed, given numbers; who it was on shared ones."""

import pytest
from sqlalchemy import Engine, select

from core.database import transaction
from people.models import Brand, Role
from tests.console.conftest import Person
from tests.factories.people import make_brand
from tests.factories.tickets import CALLER, make_call, make_customer, make_ticket
from tests.statements import counted
from tickets.models import Call, Customer, CustomerNumber


def test_nobody_yet_and_nobody_found_each_say_what_to_do(signed_in) -> None:
    agent: Person = signed_in()
    assert "No customers yet" in agent.get("/customers").text
    assert "Nobody matches" in agent.get("/customers?q=zzz").text


@pytest.mark.parametrize("q", ["petrov", "555 0147", "%2B1 202"])
def test_a_customer_is_found_by_name_or_digits(signed_in, engine: Engine, brand: Brand, q: str) -> None:
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER, name="Ana Petrov")
        ben = make_customer(session, brand, "+442071838750", name="Ben")
    page = signed_in().get(f"/customers?q={q}").text
    assert f'href="/customers/{ana.id}"' in page
    assert f'href="/customers/{ben.id}"' not in page


def test_who_has_no_name_yet_is_called_by_their_number(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        nameless, bare = make_customer(session, brand, CALLER), make_customer(session, brand)
    page = signed_in().get("/customers").text
    assert f'id="customer-{nameless.id}" data-row-link>+1\u00a0202-555-0147</a>' in page
    assert f'id="customer-{bare.id}" data-row-link>Customer {bare.id}</a>' in page
    assert page.count("No name yet") == 2


def test_the_card_has_all_numbers_tickets_and_calls(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER, "+442071838750", name="Ana Petrov")
        ben = make_customer(session, brand, CALLER, name="Ben")
        ticket = make_ticket(session, brand, customer_id=ana.id, subject="Refund")
        call = make_call(session, brand, ticket=ticket, customer_id=ana.id)
        other = make_call(session, brand, customer_id=ben.id)
    page = signed_in().get(f"/customers/{ana.id}").text
    for words in (
        "Ana Petrov",
        "+44\u00a020\u00a07183\u00a08750",
        "Refund",
        f"/calls/{call.sid}",
        "Shared with",
        "Ben",
    ):
        assert words in page, words
    assert other.sid not in page


def test_a_card_costs_the_same_however_much_is_on_it(signed_in, engine: Engine, brand: Brand) -> None:
    agent: Person = signed_in()
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER)
    costs = []
    for _ in range(2):
        with transaction(engine) as session:
            for n in range(3):
                make_call(session, brand, customer_id=ana.id)
                make_customer(session, brand, CALLER, f"+1202555019{n}")
        agent.get(f"/customers/{ana.id}")
        with counted(engine) as statements:
            agent.get(f"/customers/{ana.id}")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 9


def test_a_customer_is_renamed_or_told_what_is_wrong_with_the_name(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER, name="Ana")
    agent: Person = signed_in()
    refused = agent.post(f"/customers/{ana.id}/name", {"name": "x" * 121})
    assert refused.status_code == 422
    assert 'href="#field-name"' in refused.text
    assert agent.post(f"/customers/{ana.id}/name", {"name": " Ana Petrov "}).status_code == 303
    with transaction(engine) as session:
        assert session.get_one(Customer, ana.id).name == "Ana Petrov"


@pytest.mark.parametrize(("typed", "kept"), [("(202) 555-0188", "+12025550188"), ("+44 20 7183 8750", "+442071838750")])
def test_a_number_is_added_in_any_writing(signed_in, engine: Engine, brand: Brand, typed: str, kept: str) -> None:
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER)
    assert signed_in().post(f"/customers/{ana.id}/numbers", {"number": typed}).status_code == 303
    with transaction(engine) as session:
        assert set(session.scalars(select(CustomerNumber.e164))) == {CALLER, kept}


@pytest.mark.parametrize("typed", ["", "12", "call me", "+1 202 555 0147 ext 9"])
def test_what_is_no_number_is_refused_at_its_field(signed_in, engine: Engine, brand: Brand, typed: str) -> None:
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER)
    answer = signed_in().post(f"/customers/{ana.id}/numbers", {"number": typed})
    assert answer.status_code == 422
    assert 'href="#field-number"' in answer.text


def test_calls_of_which_nobody_knows_who_it_was_wait_above_the_list(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana, _ben = (make_customer(session, brand, CALLER, name=name) for name in ("Ana", "Ben"))
        call = make_call(session, brand)
    agent: Person = signed_in()
    assert "Who was it?" in agent.get("/customers").text
    answer = agent.post(f"/calls/{call.sid}/caller", {"customer": str(ana.id), "from": "customers"})
    assert answer.headers["Location"] == "/customers"
    assert "Who was it?" not in agent.get("/customers").text
    with transaction(engine) as session:
        assert session.get_one(Call, call.id).customer_id == ana.id


def test_a_reviewer_reads_and_changes_nothing(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER, name="Ana")
    reviewer: Person = signed_in(Role.REVIEWER)
    assert f"/customers/{ana.id}/name" not in reviewer.get(f"/customers/{ana.id}").text
    assert reviewer.post(f"/customers/{ana.id}/name", {"name": "Eve"}).status_code == 403
    assert reviewer.post(f"/customers/{ana.id}/numbers", {"number": "+442071838750"}).status_code == 403


def test_customers_of_another_brand_are_nobody(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        theirs = make_customer(session, make_brand(session), CALLER, name="Ana")
    agent: Person = signed_in()
    assert agent.get(f"/customers/{theirs.id}").status_code == 404
    assert agent.post(f"/customers/{theirs.id}/name", {"name": "Eve"}).status_code == 404
    assert f"/customers/{theirs.id}" not in agent.get("/customers?q=ana").text
