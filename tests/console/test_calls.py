"""The pages of calls: filters in the address, pages by key, one call with its legs, who it was."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from core.database import transaction
from people.models import Brand, Role
from tests.clock import MONDAY_MORNING
from tests.console.conftest import Person
from tests.factories.people import make_department
from tests.factories.recordings import make_recording
from tests.factories.tickets import CALLER, make_call, make_customer, make_event, make_leg
from tests.statements import counted
from tickets.models import Call, Customer, Ticket


def test_an_empty_list_says_what_will_come_and_where_to_try_it(signed_in) -> None:
    page = signed_in().get("/calls").text
    assert "No calls yet" in page
    assert 'href="/phone"' in page


def test_a_line_has_all_that_was_asked_for(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        billing, ana = make_department(session, brand), make_customer(session, brand, CALLER, name="Ana Petrov")
        call = make_call(session, brand, department_id=billing.id, customer_id=ana.id, outcome="message_left")
        facts = {"path": [{"step": "choose", "choice": "billing"}, {"step": "then", "choice": "message"}]}
        make_event(session, brand, call_id=call.id, type="caller_turn", facts=facts)
        number = session.get_one(Ticket, call.ticket_id).number
    page = signed_in().get("/calls").text
    for words in ("Ana Petrov", "+1\u00a0202-555-0147", "Billing › Message", "Left a message", "1:00", f"#{number}"):
        assert words in page, words
    assert f'href="/calls/{call.sid}"' in page
    assert f'href="/tickets/{number}"' in page


def test_a_filter_is_in_the_address_and_its_chip_takes_it_away(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        make_department(session, brand)
        wanted = make_call(session, brand, direction="outbound", to_number="+442071838750")
        other = make_call(session, brand)
    agent: Person = signed_in()
    page = agent.get("/calls?direction=outbound&number=207+183").text
    assert wanted.sid in page
    assert other.sid not in page
    assert 'href="/calls?number=207+183"' in page
    assert 'href="/calls?direction=outbound"' in page
    nothing = agent.get("/calls?department=billing").text
    assert "No call matches" in nothing
    assert "Department" in nothing


@pytest.mark.parametrize(
    "odd", ["direction=up", "department=none", "result=won", "day=31.12.", "after=x", "day=0001-01-01"]
)
def test_a_filter_that_means_nothing_filters_nothing(signed_in, engine: Engine, brand: Brand, odd: str) -> None:
    with transaction(engine) as session:
        call = make_call(session, brand)
    assert call.sid in signed_in().get(f"/calls?{odd}").text


def test_a_day_begins_and_ends_at_midnight_where_the_viewer_is(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        session.get_one(Brand, brand.id).zone = "Europe/Berlin"
        late = make_call(session, brand, started_at=MONDAY_MORNING.replace(hour=22, minute=59))
        next_day = make_call(session, brand, started_at=MONDAY_MORNING.replace(hour=23))
    page = signed_in().get("/calls?day=2026-11-23").text
    assert late.sid in page
    assert next_day.sid not in page


def test_older_calls_are_a_page_away_with_the_filters_kept(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        sids = [make_call(session, brand, started_at=MONDAY_MORNING - timedelta(minutes=n)).sid for n in range(51)]
    agent: Person = signed_in()
    first = agent.get("/calls?direction=inbound").text
    assert sids[0] in first
    assert sids[50] not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "direction=inbound" in older
    second = agent.get(older).text
    assert sids[50] in second
    assert sids[0] not in second


def test_the_list_costs_the_same_however_many_calls_it_shows(signed_in, engine: Engine, brand: Brand) -> None:
    agent: Person = signed_in()
    agent.get("/calls")
    costs = []
    for _ in range(2):
        with transaction(engine) as session:
            for _ in range(4):
                make_event(session, brand, call_id=make_call(session, brand).id, type="call_started")
        with counted(engine) as statements:
            agent.get("/calls")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 6


def test_a_call_is_found_by_any_leg_and_shows_legs_path_timeline_and_recordings(
    signed_in, engine: Engine, brand: Brand
) -> None:
    with transaction(engine) as session:
        make_department(session, brand)
        call = make_call(session, brand)
        leg = make_leg(session, call, from_number="+12025550188")
        facts = {"turn": 1, "step": "choose", "path": [{"step": "choose", "choice": "billing"}]}
        make_event(session, brand, call_id=call.id, type="caller_turn", facts=facts, content={"heard": "2"})
        make_event(session, brand, call_id=call.id, type="call_ended", facts={"status": "completed", "duration": 60})
        recording = make_recording(session, call, state="stored")
    for sid in (call.sid, leg.sid):
        page = signed_in().get(f"/calls/{sid}").text
        for words in ("Call from +1\u00a0202-555-0147", "Billing", leg.sid, "Agent", f'id="recording-{recording.id}"'):
            assert words in page, words


def test_a_call_nobody_knows_is_404(signed_in, engine: Engine) -> None:
    for sid in ("CA404", "..%2f", "%00x"):
        assert signed_in().get(f"/calls/{sid}").status_code in (400, 404)


def test_a_person_says_who_called_from_a_shared_number(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana, _ben = (make_customer(session, brand, CALLER, name=name) for name in ("Ana", "Ben"))
        call = make_call(session, brand)
    agent: Person = signed_in()
    assert "Several share this number" in agent.get(f"/calls/{call.sid}").text
    answer = agent.post(f"/calls/{call.sid}/caller", {"customer": str(ana.id)})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/calls/{call.sid}")
    assert customer_of(engine, call) == ana.id
    assert "Call from Ana" in agent.get(f"/calls/{call.sid}").text


def test_somebody_new_on_a_shared_number_gets_a_name(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        for name in ("Ana", "Ben"):
            make_customer(session, brand, CALLER, name=name)
        call = make_call(session, brand)
    agent: Person = signed_in()
    refused = agent.post(f"/calls/{call.sid}/caller", {"customer": "new", "name": "  "})
    assert refused.status_code == 422
    assert 'href="#field-name"' in refused.text
    agent.post(f"/calls/{call.sid}/caller", {"customer": "new", "name": "Carla"})
    with transaction(engine) as session:
        assert session.get_one(Customer, customer_of(engine, call)).name == "Carla"


@pytest.mark.parametrize("chosen", ["", "0", "999", "x", "9" * 30])
def test_somebody_who_does_not_call_from_there_is_refused(signed_in, engine: Engine, brand: Brand, chosen: str) -> None:
    with transaction(engine) as session:
        for name in ("Ana", "Ben"):
            make_customer(session, brand, CALLER, name=name)
        call = make_call(session, brand)
    answer = signed_in().post(f"/calls/{call.sid}/caller", {"customer": chosen})
    assert (answer.status_code, customer_of(engine, call)) == (422, None)


def test_a_reviewer_reads_and_does_not_say_who_it_was(signed_in, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        ana, _ben = (make_customer(session, brand, CALLER, name=name) for name in ("Ana", "Ben"))
        call = make_call(session, brand)
    reviewer: Person = signed_in(Role.REVIEWER)
    assert f"/calls/{call.sid}/caller" not in reviewer.get(f"/calls/{call.sid}").text
    assert "/calls/new" not in reviewer.get("/calls").text
    assert reviewer.post(f"/calls/{call.sid}/caller", {"customer": str(ana.id)}).status_code == 403
    assert customer_of(engine, call) is None


def customer_of(engine: Engine, call: Call) -> int | None:
    with transaction(engine) as session:
        return session.scalar(select(Call.customer_id).where(Call.id == call.id))
