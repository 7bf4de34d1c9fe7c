"""Searching: what is found is the same however it is looked for, and what is not needed is not run."""

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from core.database import transaction
from tests.clock import MONDAY_MORNING
from tests.factories.people import make_brand
from tests.factories.tickets import make_customer, make_ticket
from tickets import searching
from tickets.models import Ticket
from tickets.queries import Asked
from tickets.worklist import Order, worklist


@pytest.fixture
def session(engine: Engine):
    with transaction(engine) as session:
        yield session


@pytest.fixture
def brand(session: Session):
    return make_brand(session)


def ids(session, q, *where, most=99, **more):
    return sorted(
        session.scalars(searching.found(q, brand_id=1, where=[Ticket.brand_id == 1, *where], most=most, **more))
    )


@pytest.mark.parametrize(("window", "stretch"), [(1000, 65_536), (3, 65_536), (3, 5)], ids=["walk", "stretch", "all"])
def test_whichever_way_it_is_looked_for_the_newest_that_match_are_found(session, brand, monkeypatch, window, stretch):
    monkeypatch.setattr(searching, "WINDOW", window)
    monkeypatch.setattr(searching, "STRETCH", stretch)
    made = [
        make_ticket(
            session,
            brand,
            subject="Refund asked" if n % 4 == 0 else "Something else",
            status="open" if n % 8 == 0 else "new",
            created_at=MONDAY_MORNING + timedelta(minutes=n),
        )
        for n in range(24)
    ]
    refunds = [ticket.id for ticket in made if ticket.subject == "Refund asked"]
    assert ids(session, "refund") == refunds
    assert ids(session, "refund", most=2) == refunds[-2:]
    assert ids(session, "refund", Ticket.status == "open") == refunds[::2]
    assert ids(session, "elsewhere") == []
    older = refunds[3]
    assert ids(session, "refund", Ticket.id < older, most=2, before_id=older) == refunds[1:3]


def test_pages_of_a_search_follow_each_other_to_the_end(session, brand, monkeypatch):
    monkeypatch.setattr("tickets.queries.MOST_FOUND", 5)
    for n in range(12):
        make_ticket(session, brand, subject="Refund", created_at=MONDAY_MORNING + timedelta(minutes=n))
    seen, after = [], None
    while True:
        page = worklist(session, brand_id=brand.id, viewer_id=0, asked=Asked(q="refund"), limit=5, after=after)
        seen += [row.ticket.id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == sorted(session.scalars(select(Ticket.id)), reverse=True)
    oldest = worklist(
        session, brand_id=brand.id, viewer_id=0, asked=Asked(q="refund"), order=Order.WAITING, limit=9
    ).rows
    assert len(oldest) <= 9


def test_words_begin_and_all_of_them_count_and_names_are_looked_in(session, brand):
    ana = make_customer(session, brand, name="Ana Petrov")
    deposit = make_ticket(session, brand, subject="Refund of a deposit, O'Neill")
    hers = make_ticket(session, brand, customer_id=ana.id, subject="Refund")
    other = make_ticket(session, make_brand(session), subject="Refund of a deposit")
    assert ids(session, "REFUND dep") == [deposit.id]
    assert ids(session, "refund") == [deposit.id, hers.id]
    assert ids(session, "petr") == [hers.id]
    assert ids(session, "o'neill") == [deposit.id]
    assert ids(session, "eposit") == []
    assert other.id not in ids(session, "deposit")


def test_a_tag_is_looked_for_alone_and_with_words(session, brand):
    both = make_ticket(session, brand, subject="Refund", tags=["vip", "late"])
    tagged = make_ticket(session, brand, subject="Other", tags=["vip"])
    make_ticket(session, brand, subject="Refund", tags=["vips"])
    assert ids(session, "", tag="vip") == [both.id, tagged.id]
    assert ids(session, "refund", tag="vip") == [both.id]
    assert ids(session, "", tag="v") == []


def test_digits_are_a_number_the_end_of_one_or_a_word(session, brand):
    by_end = make_ticket(session, brand, caller="+4915123456789")
    by_word = make_ticket(session, brand, caller=None, subject="Invoice 456789 is wrong")
    number = make_ticket(session, brand, id=77, number=456789, caller=None)
    assert ids(session, "456789") == sorted([by_end.id, by_word.id, number.id])
    assert ids(session, "0151 234-567 89") == [by_end.id]  # as people at home dial it
    assert ids(session, "789") == []
    assert ids(session, "#456789") == sorted([by_end.id, by_word.id, number.id])


def test_what_is_not_needed_is_not_run(session, brand, monkeypatch):
    monkeypatch.setattr(searching, "WINDOW", 10)
    for n in range(30):
        subject = "Common" if n > 5 else "Common and rare"
        make_ticket(session, brand, subject=subject, created_at=MONDAY_MORNING + timedelta(minutes=n))
    walked = _plan(session, "common", most=5)
    assert len(re.findall("never executed", walked)) >= 2
    assert "never executed" not in _plan(session, "rare", most=9).split("Bitmap")[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(q=st.text(max_size=40))
def test_any_text_makes_a_query_that_can_be_asked(engine, q):
    with engine.connect() as connection:
        plain = q.replace("\x00", "").encode("utf-8", "ignore").decode()
        connection.execute(text("select to_tsquery('simple', :words)"), {"words": searching.words_of(plain)})


def _plan(session, q, *, most):
    compiled = searching.found(q, brand_id=1, where=[Ticket.brand_id == 1], most=most)
    statement = compiled.compile(session.connection(), compile_kwargs={"render_postcompile": True})
    rows = session.connection().exec_driver_sql(
        "explain (analyze, costs off, timing off) " + str(statement), statement.params
    )
    return "\n".join(row[0] for row in rows)
