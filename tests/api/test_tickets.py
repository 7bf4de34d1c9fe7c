"""Tickets through the API: shapes, lists, changes, notes and owners."""

from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import Engine

from core.database import transaction
from people.models import Brand, Role
from recordings.models import RecordingState
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.factories.people import make_account, make_department
from tests.factories.recordings import make_recording
from tests.factories.routing import make_assignment
from tests.factories.tickets import CALLER, make_call, make_customer, make_ticket
from tests.statements import counted

CONTRACT = frozenset(
    (
        *("number", "status", "priority", "department", "subject", "channel", "caller", "customer", "assignee"),
        *("reason", "outcome", "tags", "calls", "recordings", "created_at", "updated_at", "closed_at", "version"),
    )
)


def test_a_ticket_has_the_fields_of_the_contract(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        billing = make_department(session, brand)
        agent = make_account(session, brand, email="ada@example.com")
        customer = make_customer(session, brand, CALLER)
        ticket = make_ticket(
            session,
            brand,
            department_id=billing.id,
            customer_id=customer.id,
            subject="Refund",
            reason="message",
            tags=["vip"],
        )
        make_assignment(session, ticket, agent)
        call = make_call(session, brand, ticket=ticket)
        recording = make_recording(session, call, state=RecordingState.STORED)
    answer = api.get(f"/tickets/{ticket.number}")
    shown = answer.get_json()
    assert {name: shown[name] for name in CONTRACT} == {
        "number": ticket.number,
        "status": "new",
        "priority": 3,
        "department": "billing",
        "subject": "Refund",
        "channel": "phone",
        "caller": CALLER,
        "customer": str(customer.id),
        "assignee": "ada@example.com",
        "reason": "message",
        "outcome": None,
        "tags": ["vip"],
        "calls": [call.sid],
        "recordings": [str(recording.id)],
        "created_at": "2026-11-23T10:00:00Z",
        "updated_at": "2026-11-23T10:00:00Z",
        "closed_at": None,
        "version": 1,
    }
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert api.get("/tickets").get_json()["items"] == [shown]


def test_pages_are_followed_by_their_address_while_tickets_come_and_change(
    api: Program, engine: Engine, brand: Brand, clock: HandClock
) -> None:
    with transaction(engine) as session:
        numbers = [make_ticket(session, brand, status="open").number for _ in range(5)]
    page = api.get("/tickets?limit=2&status=open").get_json()
    seen = [ticket["number"] for ticket in page["items"]]
    while page["next"]:
        assert page["next"].startswith("http://127.0.0.1:8000/api/v1/tickets?")
        with transaction(engine) as session:
            make_ticket(session, brand, status="open", created_at=clock() + timedelta(minutes=1))
        api.patch(f"/tickets/{seen[-1]}", {"priority": 1})
        address = urlsplit(page["next"])
        page = api.get(f"/tickets?{address.query}").get_json()
        seen += [ticket["number"] for ticket in page["items"]]
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=", "cursor"),
        ("status=lost", "status"),
        ("department=nobody", "department"),
        ("assignee=nobody%40example.com", "assignee"),
        ("caller=12", "caller"),
        ("colour=red", "colour"),
        ("status=new&status=open", "status"),
        ("q=" + "x" * 201, "q"),
        ("q=%00", "q"),
        ("call_sid=%00", "call_sid"),
    ],
)
def test_a_bad_parameter_is_400_and_named(api: Program, query: str, parameter: str) -> None:
    answer = api.get(f"/tickets?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    [error] = answer.get_json()["errors"]
    assert error["field"] == parameter
    assert error["cure"]


def test_filters_of_the_contract_find_their_ticket(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        billing = make_department(session, brand)
        ticket = make_ticket(session, brand, department_id=billing.id, status="open", subject="Überweisung 50%")
        call = make_call(session, brand, ticket=ticket)
        make_ticket(session, brand, caller="+442071838750")
    for query in (
        f"call_sid={call.sid}",
        f"caller={quote(CALLER)}",
        f"caller={CALLER}",
        "department=billing",
        "status=open",
        f"q={ticket.number}",
        f"q={quote('(202) 555-0147')}",
        f"q={quote('überweisung 50%')}",
        "status=open&department=billing&assignee=none",
    ):
        found = api.get(f"/tickets?{query}").get_json()["items"]
        assert [item["number"] for item in found] == [ticket.number], query
    for query in ("call_sid=CAnone", "q=50x", "status=closed"):
        assert api.get(f"/tickets?{query}").get_json()["items"] == [], query


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999", "-1", "abc", "1%00"])
def test_a_ticket_that_is_not_there_is_404(api: Program, brand: Brand, number: str) -> None:
    for path in (f"/tickets/{number}", f"/tickets/{number}/timeline"):
        answer = api.get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_change_moves_only_what_was_sent(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        make_department(session, brand)
        number = make_ticket(session, brand, subject="Refund", reason="message").number
    answer = api.patch(f"/tickets/{number}", {"status": "open", "department": "billing", "reason": None})
    shown = answer.get_json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (shown["status"], shown["department"], shown["reason"], shown["subject"]) == (
        "open",
        "billing",
        None,
        "Refund",
    )
    [event] = api.get(f"/tickets/{number}/timeline").get_json()["items"]
    assert event["type"] == "ticket_changed"
    assert event["facts"]["before"] == {"status": "new", "department": None, "reason": "message"}
    assert event["actor"].startswith("token:")


def test_an_old_version_is_refused_with_both_values(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    assert api.patch(f"/tickets/{number}", {"priority": 1}, headers={"If-Match": '"1"'}).status_code == 200
    by_body = api.patch(f"/tickets/{number}", {"priority": 2, "version": 1})
    by_header = api.patch(f"/tickets/{number}", {"priority": 2}, headers={"If-Match": '"1"'})
    assert (by_body.status_code, by_header.status_code) == (409, 412)
    for answer in (by_body, by_header):
        assert answer.get_json()["conflicts"] == [{"field": "priority", "yours": 2, "theirs": 1}]
        assert answer.get_json()["version"] == 2
    assert api.patch(f"/tickets/{number}", {"priority": 2}, headers={"If-Match": "*"}).status_code == 200
    assert api.patch(f"/tickets/{number}", {"priority": 2}, headers={"If-Match": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"status": None}, "status"),
        ({"status": "solved"}, "status"),
        ({"status": "closed"}, "status"),
        ({"priority": "1"}, "priority"),
        ({"priority": True}, "priority"),
        ({"priority": 5}, "priority"),
        ({"department": "nobody"}, "department"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "nul \x00"}, "subject"),
        ({"reason": "Free words"}, "reason"),
        ({"tags": "vip"}, "tags"),
        ({"tags": [1]}, "tags.0"),
        ({"number": 7}, "number"),
        ({"version": 0}, "version"),
    ],
)
def test_a_field_that_cannot_be_taken_is_422_and_named(
    api: Program, engine: Engine, brand: Brand, body: dict[str, object], field: str
) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    answer = api.patch(f"/tickets/{number}", body)
    assert answer.status_code == 422
    [error] = answer.get_json()["errors"]
    assert (error["field"], error["pointer"]) == (field, "#/" + field.replace(".", "/"))
    assert error["cure"]
    assert api.get(f"/tickets/{number}").get_json()["version"] == 1


def test_a_note_is_on_the_timeline_of_its_ticket(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    answer = api.post(f"/tickets/{number}/notes", {"text": "called back"})
    assert (answer.status_code, answer.get_json()["content"]) == (201, {"text": "called back"})
    assert api.get(f"/tickets/{number}/timeline").get_json()["items"] == [answer.get_json()]
    assert api.post(f"/tickets/{number}/notes", {"text": " "}).status_code == 422


def test_an_owner_is_given_taken_and_needed(programs: dict[Role, Program], engine: Engine, brand: Brand) -> None:
    supervisor = programs[Role.SUPERVISOR]
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
        make_account(session, brand, email="ada@example.com")
        make_account(session, brand, email="rex@example.com", role=Role.REVIEWER)
    path = f"/tickets/{number}/assignment"
    given = supervisor.send("PUT", path, json={"assignee": "Ada@example.com"})
    assert (given.status_code, given.get_json()["assignee"]) == (200, "ada@example.com")
    assert given.get_json()["status"] == "open"
    for body in ({"assignee": "nobody@example.com"}, {"assignee": "rex@example.com"}):
        refused = supervisor.send("PUT", path, json=body)
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "assignee")
    stale = supervisor.send("PUT", path, json={"assignee": "rex@example.com", "version": 1})
    assert stale.get_json()["conflicts"] == [
        {"field": "assignee", "yours": "rex@example.com", "theirs": "ada@example.com"}
    ]
    supervisor.patch(f"/tickets/{number}", {"status": "solved", "outcome": "answered"})
    assert supervisor.send("DELETE", path).status_code == 409
    supervisor.patch(f"/tickets/{number}", {"status": "open"})
    taken = supervisor.send("DELETE", path)
    assert (taken.status_code, taken.get_json()["assignee"]) == (200, None)
    assert programs[Role.AGENT].send("PUT", path, json={"assignee": "ada@example.com"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 40])
def test_a_page_takes_the_same_few_statements_whatever_it_holds(
    api: Program, engine: Engine, brand: Brand, rows: int
) -> None:
    with transaction(engine) as session:
        for _ in range(rows):
            make_recording(session, make_call(session, brand))
    api.get("/tickets")
    for path, most in (("/tickets", 3), ("/calls", 3), ("/recordings", 1)):
        with counted(engine) as statements:
            assert len(api.get(path).get_json()["items"]) == rows
        assert len(statements) == 1 + most, path  # the token's own is the first
