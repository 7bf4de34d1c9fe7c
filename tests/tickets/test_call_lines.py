"""The list of calls: filters, words for results, the path taken, and few statements."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.database import transaction
from people.models import Brand
from tests.clock import MONDAY_MORNING
from tests.factories.people import make_brand, make_department
from tests.factories.tickets import make_call, make_customer, make_event
from tests.statements import counted
from tickets.call_lines import RESULTS, AskedCalls, CallLine, call_lines, result_of
from tickets.path import passed_in


def test_pages_follow_each_other_newest_first(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        same = [make_call(session, brand).id for _ in range(3)]
        later = make_call(session, brand, started_at=MONDAY_MORNING + timedelta(hours=1)).id
        first = call_lines(session, brand_id=brand.id, limit=3)
        second = call_lines(session, brand_id=brand.id, limit=3, after=first.end)
        assert [line.call.id for line in (*first.items, *second.items)] == [later, *reversed(same)]
        assert second.end is None


def test_each_filter_finds_its_calls_and_no_others(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        billing, ana = make_department(session, brand), make_customer(session, brand, name="Ana")
        made = {
            "direction": "outbound",
            "to_number": "+442071838750",
            "department_id": billing.id,
            "customer_id": ana.id,
            "outcome": "message_left",
            "started_at": MONDAY_MORNING + timedelta(days=1),
        }
        wanted = make_call(session, brand, **made)
        other = make_call(session, brand)
        found = {
            "direction": AskedCalls(direction="outbound"),
            "department": AskedCalls(department_id=billing.id),
            "customer": AskedCalls(customer_id=ana.id),
            "result": AskedCalls(result="message_left"),
            "day": AskedCalls(since=MONDAY_MORNING + timedelta(hours=1)),
            "digits": AskedCalls(digits="2071838"),
        }
        for name, asked in found.items():
            assert [line.call.id for line in lines(session, brand, asked)] == [wanted.id], name
        before = AskedCalls(before=MONDAY_MORNING + timedelta(hours=1))
        assert [line.call.id for line in lines(session, brand, before)] == [other.id]
        assert lines(session, brand, AskedCalls(digits="2")) == []
        assert lines(session, brand, AskedCalls(result="no such result")) == []


@pytest.mark.parametrize(
    ("columns", "result"),
    [
        ({"ended_at": None}, "on_call"),
        ({"outcome": "message_left"}, "message_left"),
        ({"outcome": "callback_requested"}, "callback_requested"),
        ({"outcome": "informed"}, "informed"),
        ({"outcome": "abandoned_in_ivr"}, "given_up"),
        ({"outcome": "no_message"}, "given_up"),
        ({"status": "busy"}, "not_reached"),
        ({"status": "no_answer", "direction": "outbound"}, "not_reached"),
        ({"account_sid": ""}, "logged"),
        ({}, "talked"),
    ],
)
def test_a_call_has_the_result_under_which_a_filter_finds_it_and_no_other(
    engine: Engine, columns: dict[str, object], result: str
) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        call = make_call(session, brand, **columns)
        assert result_of(call) == result
        assert [name for name in RESULTS if lines(session, brand, AskedCalls(result=name))] == [result]


def test_a_line_has_the_words_for_its_ids_and_the_path_in_order(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        billing, ana = make_department(session, brand), make_customer(session, brand, name="Ana")
        call = make_call(session, brand, department_id=billing.id, customer_id=ana.id)
        for second, type, choices in (
            (0, "call_started", [None]),
            (5, "caller_turn", ["no input"]),
            (9, "caller_turn", ["billing", "closed"]),
            (12, "caller_turn", ["message?"]),
            (15, "caller_turn", ["message"]),
            (16, "caller_turn", ["message"]),
            (17, "call_ended", ["not a turn"]),
        ):
            path = [{"step": "x", "choice": choice} for choice in choices]
            at = MONDAY_MORNING + timedelta(seconds=second)
            make_event(session, brand, call_id=call.id, type=type, happened_at=at, facts={"path": path})
        [line] = lines(session, brand)
        assert (line.department, line.customer, line.path) == ("Billing", "Ana", ("billing", "closed", "message"))
        assert line.ticket is not None


def test_other_brands_calls_stay_theirs(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_call(session, make_brand(session))
        assert lines(session, brand) == []


def test_a_page_costs_two_statements_whatever_it_holds(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        for _ in range(5):
            make_event(session, brand, call_id=make_call(session, brand).id, type="call_started")
        with counted(engine) as statements:
            call_lines(session, brand_id=brand.id, limit=5)
        assert len(statements) == 2


@pytest.mark.parametrize("facts", [{}, {"path": None}, {"path": "x"}, {"path": [None, 3, {}, {"choice": 7}]}])
def test_facts_of_an_odd_shape_are_no_path(facts: dict[str, object]) -> None:
    assert list(passed_in(facts)) == []


def lines(session: Session, brand: Brand, asked: AskedCalls | None = None) -> list[CallLine]:
    return list(call_lines(session, brand_id=brand.id, asked=asked, limit=50).items)
