"""Voicemail: the oldest first, taken and dealt with, and an inbox that says it is clear."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.database import transaction
from people.models import Brand, Role
from tests.clock import MONDAY_MORNING
from tests.console.conftest import Person
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.recordings import make_recording
from tests.factories.routing import make_assignment
from tests.factories.tickets import make_call, make_customer, make_ticket
from tests.statements import counted
from tickets.models import Ticket


def test_messages_are_shown_oldest_first_with_their_age(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana = make_customer(session, brand, name="Ana Petrov")
        fresh = left(session, brand, minutes=1)
        old = left(session, brand, minutes=60 * 5, customer_id=ana.id)
        very_old = left(session, brand, minutes=60 * 25)
    page = signed_in().get("/voicemail").text
    places = [page.index(f'id="message-{id}"') for id in (very_old, old, fresh)]
    assert places == sorted(places)
    assert page.count("Waits 25 h 0 min") == 1
    assert page.count("Waits 5 h 0 min") == 1
    assert "Ana Petrov" in page
    assert 'href="tel:+12025550147"' in page
    assert "Voicemail (3)" in page
    assert f'src="/recordings/{fresh}/audio"' in page


def test_an_inbox_that_is_clear_says_when_the_last_was_dealt_with(signed_in, engine: Engine, brand: Brand) -> None:
    agent: Person = signed_in()
    assert "Inbox clear" in (page := agent.get("/voicemail").text)
    assert "Messages that callers leave appear here." in page
    with transaction(engine) as session:
        id = left(session, brand)
    agent.post(f"/voicemail/{id}/done")
    page = agent.get("/voicemail").text
    assert "The last message was dealt with:" in page
    assert "2026-11-23T10:00:00Z" in page


def test_a_department_without_messages_names_the_filter(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        billing, _general = make_department(session, brand), make_department(session, brand, key="general")
        id = left(session, brand, department_id=billing.id)
    agent: Person = signed_in()
    assert f'id="message-{id}"' in agent.get("/voicemail?department=billing").text
    assert "No message waits for this department" in agent.get("/voicemail?department=general").text
    assert f'id="message-{id}"' in agent.get("/voicemail?department=nobody-knows").text


def test_whoever_takes_a_message_owns_its_ticket(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        id = left(session, brand)
    agent: Person = signed_in()
    answer = agent.post(f"/voicemail/{id}/take?department=")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/voicemail")
    assert ticket_of(engine).assignee_id == agent.account.id
    page = agent.get("/voicemail").text
    assert "You have it" in page
    assert f"/voicemail/{id}/take" not in page
    assert "Mia has it" not in page


def test_done_solves_a_ticket_that_was_only_about_the_message(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        id = left(session, brand)
    agent: Person = signed_in()
    assert "Done, solve ticket" in agent.get("/voicemail").text
    answer = agent.post(f"/voicemail/{id}/done", fragment=True)
    assert (answer.status_code, "Inbox clear" in answer.text) == (200, True)
    ticket = ticket_of(engine)
    assert (ticket.status, ticket.outcome, ticket.assignee_id) == ("solved", "answered", agent.account.id)
    assert agent.post(f"/voicemail/{id}/done").status_code == 303


def test_done_leaves_its_owner_and_a_ticket_of_another_matter(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        mia = make_account(session, brand, name="Mia")
        id = left(session, brand)
        ticket = session.get_one(Ticket, 1001)
        make_assignment(session, ticket, mia)
        ticket.born_call_id, ticket.status = None, "open"
    agent: Person = signed_in()
    assert "Mia has it" in (page := agent.get("/voicemail").text)
    assert "Done, solve ticket" not in page
    agent.post(f"/voicemail/{id}/done")
    ticket = ticket_of(engine)
    assert (ticket.status, ticket.assignee_id) == ("open", mia.id)
    assert "Inbox clear" in agent.get("/voicemail").text


def test_a_reviewer_listens_and_changes_nothing(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        id = left(session, brand)
    reviewer: Person = signed_in(Role.REVIEWER)
    page = reviewer.get("/voicemail").text
    assert "<audio" in page
    assert "/done" not in page
    for deed in ("take", "done"):
        assert reviewer.post(f"/voicemail/{id}/{deed}").status_code == 403
    assert ticket_of(engine).status == "new"


@pytest.mark.parametrize("deed", ["take", "done"])
def test_a_message_of_another_brand_is_404(signed_in, engine: Engine, brand: Brand, deed: str) -> None:
    with transaction(engine) as session:
        theirs = left(session, make_brand(session))
    assert signed_in().post(f"/voicemail/{theirs}/{deed}").status_code == 404


def test_the_inbox_costs_the_same_however_many_wait(signed_in, engine: Engine, brand: Brand) -> None:
    agent: Person = signed_in()
    costs = []
    for _ in range(2):
        with transaction(engine) as session:
            for _ in range(3):
                left(session, brand)
        agent.get("/voicemail")
        with counted(engine) as statements:
            agent.get("/voicemail")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 7


def left(session: Session, brand: Brand, *, minutes: int = 5, **columns: object) -> int:
    """The id of a message left so many minutes ago, on a ticket that its call opened."""
    at = MONDAY_MORNING - timedelta(minutes=minutes)
    ticket = make_ticket(session, brand, created_at=at, department_id=columns.get("department_id"))
    call = make_call(session, brand, ticket=ticket, started_at=at, **columns)
    ticket.born_call_id = call.id
    return make_recording(session, call, state="stored", expected_at=at).id


def ticket_of(engine: Engine) -> Ticket:
    with transaction(engine) as session:
        return session.get_one(Ticket, 1001)
