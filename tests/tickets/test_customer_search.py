"""Looking for customers by name or digits."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.database import transaction
from tests.clock import MONDAY_MORNING
from tests.factories.people import make_brand
from tests.factories.tickets import make_call, make_customer, make_ticket
from tests.statements import counted
from tickets.customer_search import digits_in, search


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ana", {"Ana Petrov"}),
        ("PETROV", {"Ana Petrov"}),
        ("example.org", {"Ben 100%"}),
        ("100%", {"Ben 100%"}),
        ("0_0", set()),
        ("555 0147", {"Ana Petrov"}),
        ("(202) 555-01", {"Ana Petrov", "Ben 100%"}),
        ("+1.202", {"Ana Petrov", "Ben 100%"}),
        ("20", set()),
        ("100", {"Ben 100%"}),
        ("", {"Ana Petrov", "Ben 100%"}),
    ],
)
def test_names_and_digits_in_any_writing_are_found(engine: Engine, q: str, found: set[str]) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_customer(session, brand, "+12025550147", name="Ana Petrov")
        make_customer(session, brand, "+12025550199", name="Ben 100%", email="ben@example.org")
        make_customer(session, make_brand(session), "+12025550147", name="Ana of another brand")
        page = search(session, brand_id=brand.id, q=q, limit=9)
        assert {line.customer.name for line in page.items} == found


def test_a_line_counts_open_tickets_and_knows_the_last_call(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ana = make_customer(session, brand, "+12025550147", "+442071838750", name="Ana")
        solved = make_ticket(session, brand, customer_id=ana.id, status="solved", outcome="answered")
        make_ticket(session, brand, customer_id=ana.id)
        later = MONDAY_MORNING + timedelta(hours=3)
        make_call(session, brand, ticket=solved, customer_id=ana.id)
        make_call(session, brand, ticket=solved, customer_id=ana.id, started_at=later)
        make_customer(session, brand)
        with counted(engine) as statements:
            nobody, line = search(session, brand_id=brand.id, limit=9).items
        assert (line.numbers, line.open_tickets, line.last_call_at) == (("+12025550147", "+442071838750"), 1, later)
        assert (nobody.numbers, nobody.open_tickets, nobody.last_call_at) == ((), 0, None)
        assert len(statements) == 4


def test_pages_follow_each_other(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ids = [make_customer(session, brand).id for _ in range(3)]
        first = search(session, brand_id=brand.id, limit=2)
        second = search(session, brand_id=brand.id, limit=2, after=first.end)
        assert [line.customer.id for line in (*first.items, *second.items)] == ids[::-1]
        assert second.end is None


def test_words_with_digits_are_words() -> None:
    assert [digits_in(text) for text in ("+1 (202) 555", "Studio 54", "", "2-3.4/5", "٣٤٥")] == [
        "1202555",
        "",
        "",
        "2345",
        "",
    ]
