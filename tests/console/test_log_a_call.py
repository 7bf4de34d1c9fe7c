"""A call logged by hand: read as people write, refused at its fields, put on the right ticket, and never lost."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from console.call_log import read, seconds_in
from core.database import transaction
from people import drafts
from people.models import Brand, Role
from tests.clock import MONDAY_MORNING
from tests.console.conftest import Person
from tests.factories.people import make_department
from tests.factories.tickets import CALLER, make_customer, make_ticket
from tickets.models import Call, Customer, Event, Ticket

FORM = {
    "direction": "inbound",
    "number": "(202) 555-0147",
    "when": "2026-11-23T09:30",
    "duration": "4:30",
    "department": "",
    "subject": "Asked about the invoice",
    "note": "Will send a copy.",
    "ticket": "new",
}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("4", 240), ("4:30", 270), ("1:04:30", 3870), (" 12 min ", 720), ("0:05", 5), ("3 Minutes", 180), ("0", 0)],
)
def test_a_duration_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert seconds_in(text) == seconds


@given(st.text(max_size=12))
def test_any_other_text_is_no_duration_and_no_error(text: str) -> None:
    found = seconds_in(text)
    assert found is None or 0 <= found <= 24 * 3600


@given(st.dictionaries(st.sampled_from(sorted(FORM)), st.text(max_size=30)))
def test_whatever_is_sent_is_read_or_named_as_a_problem(given: dict[str, str]) -> None:
    typed = read(given, country="US", zone=ZoneInfo("Europe/Berlin"))
    assert typed.started_at is not None or "when" in typed.problems


def test_the_form_begins_with_a_call_of_a_few_minutes_ago_in_the_viewers_zone(signed_in, engine, brand) -> None:
    with transaction(engine) as session:
        session.get_one(Brand, brand.id).zone = "Europe/Berlin"
    page = signed_in().get("/calls/new").text
    assert 'value="2026-11-23T10:55"' in page
    assert "Europe/Berlin" in page


def test_a_first_time_caller_becomes_a_customer_with_a_new_ticket(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        billing = make_department(session, brand)
    agent: Person = signed_in()
    answer = agent.post("/calls/new", FORM | {"name": "Ana Petrov", "department": "billing"})
    call = only_call(engine)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/calls/{call.sid}")
    assert (call.from_number, call.duration, call.started_at) == (
        CALLER,
        270,
        MONDAY_MORNING.replace(hour=9, minute=30),
    )
    with transaction(engine) as session:
        ticket = session.get_one(Ticket, call.ticket_id)
        assert (ticket.subject, ticket.department_id) == ("Asked about the invoice", billing.id)
        assert session.get_one(Customer, call.customer_id).name == "Ana Petrov"
        notes = session.scalars(select(Event.content).where(Event.type == "note_added")).all()
        assert notes == [{"text": "Will send a copy."}]
    assert "Logged by hand" in agent.get("/calls").text


def test_the_number_tells_who_it_is_and_which_tickets_are_open(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        make_customer(session, brand, CALLER, name="Ana Petrov")
        mine = make_ticket(session, brand, subject="Refund")
        solved = make_ticket(session, brand, status="solved", outcome="answered")
        other = make_ticket(session, brand, caller="+442071838750")
    agent: Person = signed_in()
    looked = agent.post("/calls/new", FORM | {"look_up": "1", "note": "half a sentence"})
    for page in (looked.text, agent.get("/calls/new?number=2025550147").text):
        assert "Ana Petrov" in page
        assert f'value="{mine.number}"' in page
        assert f'value="{solved.number}"' not in page
        assert f'value="{other.number}"' not in page
    assert "half a sentence" in looked.text
    assert calls(engine) == []


def test_a_call_joins_the_open_ticket_that_was_chosen(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ticket = make_ticket(session, brand, status="pending")
    signed_in().post("/calls/new", FORM | {"ticket": str(ticket.number)})
    assert only_call(engine).ticket_id == ticket.id
    with transaction(engine) as session:
        assert session.get_one(Ticket, ticket.id).status == "open"  # they rang: nobody waits for them any more


def test_of_several_who_share_the_number_the_chosen_one_called(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana, ben = (make_customer(session, brand, CALLER, name=name) for name in ("Ana", "Ben"))
    agent: Person = signed_in()
    page = agent.post("/calls/new", FORM | {"look_up": "1"}).text
    assert "Several share this number" in page
    agent.post("/calls/new", FORM | {"customer": str(ben.id)})
    assert only_call(engine).customer_id == ben.id
    assert ana.id != ben.id


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("direction", "sideways"),
        ("number", "12"),
        ("number", "call me"),
        ("when", ""),
        ("when", "yesterday"),
        ("when", "2026-11-23"),
        ("when", "2026-11-24T09:30"),
        ("when", "1999-12-31T23:00"),
        ("duration", ""),
        ("duration", "long"),
        ("duration", "25:00:00"),
        ("department", "nobody-knows"),
        ("ticket", "999"),
        ("customer", "x"),
        ("customer", "999"),
        ("subject", "x" * 201),
        ("note", "x" * 20_001),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_all_that_was_typed_stays(
    signed_in, engine: Engine, brand: Brand, field: str, text: str
) -> None:
    answer = signed_in().post("/calls/new", FORM | {field: text})
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    if field != "note":
        assert "Will send a copy." in answer.text
    assert calls(engine) == []


def test_a_call_to_nobody_is_refused_and_one_from_a_withheld_number_is_not(signed_in, engine: Engine) -> None:
    agent: Person = signed_in()
    assert agent.post("/calls/new", FORM | {"direction": "outbound", "number": ""}).status_code == 422
    assert agent.post("/calls/new", FORM | {"number": ""}).status_code == 303
    call = only_call(engine)
    assert (call.from_number, call.withheld, call.customer_id) == (None, True, None)


def test_a_note_half_written_comes_back_and_goes_once_the_call_is_logged(signed_in, engine: Engine) -> None:
    agent: Person = signed_in()
    agent.post("/drafts", {"place": "log-a-call:note", "text": "They said that"})
    assert "They said that" in agent.get("/calls/new").text
    agent.post("/calls/new", FORM)
    with transaction(engine) as session:
        assert drafts.find(session, account_id=agent.account.id, place="log-a-call:note") is None


def test_a_reviewer_logs_nothing(signed_in, engine: Engine) -> None:
    reviewer: Person = signed_in(Role.REVIEWER)
    assert reviewer.get("/calls/new").status_code == 403
    assert reviewer.post("/calls/new", FORM).status_code == 403
    assert calls(engine) == []


def calls(engine: Engine) -> list[Call]:
    with transaction(engine) as session:
        return list(session.scalars(select(Call)))


def only_call(engine: Engine) -> Call:
    [call] = calls(engine)
    return call
