"""Who may come in: every route demands a token, every role has its own rights, nobody sees another brand."""

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from api.door import NOUNS
from api.operations import Operation
from core.database import transaction
from people import sign_ins
from people.models import Brand, Role, Token
from people.rights import may
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.factories.people import make_account, make_brand, make_department, make_phone_number
from tests.factories.recordings import make_recording
from tests.factories.routing import make_callback
from tests.factories.tickets import CALLER, make_call, make_customer
from tickets.models import Ticket

OPERATIONS = [operation for noun in NOUNS for operation in noun.operations]
NAMES = [operation.name for operation in OPERATIONS]


def path_of(path: str) -> str:
    filled = {"{number}": "1001", "{id}": "1", "{sid}": "CA1", "{key}": "billing", "{sign_in}": "1"}
    for name, value in filled.items():
        path = path.replace(name, value)
    assert "{" not in path
    return path


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_every_route_demands_a_token(app: Flask, operation: Operation) -> None:
    path = path_of(operation.path)
    answer = app.test_client().open(f"/api/v1{path}", method=operation.method, json={})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content_type == "application/problem+json"


def test_every_route_below_api_is_an_operation_the_document_or_nothing(app: Flask) -> None:
    endpoints = {rule.endpoint.split(".")[1] for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")}
    assert endpoints == {*NAMES, "openapi", "nothing"}


@pytest.mark.parametrize(
    "header", ["Bearer nobody-knows-me", "Bearer ", "Basic dXNlcjpwYXNz", "token-of-agent", "Bearer \udc80"]
)
def test_what_is_no_token_is_refused(programs: dict[Role, Program], header: str) -> None:
    headers = {"Authorization": header.encode("utf-8", "surrogateescape").decode("latin-1")}
    answer = programs[Role.AGENT].get("/tickets", headers=headers)
    assert answer.status_code == 401
    assert answer.get_json()["type"] == "urn:problem-type:ringback:no-token"


def test_a_revoked_token_opens_nothing(api: Program, engine: Engine, clock: HandClock) -> None:
    assert api.get("/tickets").status_code == 200
    with transaction(engine) as session:
        for token in session.scalars(select(Token)):
            token.revoked_at = clock()
    assert api.get("/tickets").status_code == 401


def test_the_use_of_a_token_is_noted(api: Program, engine: Engine, clock: HandClock) -> None:
    api.get("/tickets")
    with transaction(engine) as session:
        used = session.scalars(select(Token.used_at).where(Token.role == Role.ADMINISTRATOR)).one()
        assert used == clock()


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_only_what_it_has_a_right_to(programs: dict[Role, Program], role: Role) -> None:
    for operation in OPERATIONS:
        answer = programs[role].send(operation.method, path_of(operation.path), json={"no-such-field": 1})
        refused = answer.status_code == 403
        assert refused == (not may(role, operation.right)), operation.name
        if refused:
            assert str(operation.right) in answer.get_json()["detail"]


def test_another_brands_things_are_not_there(api: Program, engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        other = make_brand(session)
        call = make_call(session, other)
        recording = make_recording(session, call)
        customer = make_customer(session, other, CALLER)
        department = make_department(session, other)
        person = make_account(session, other, departments=[department])
        number = make_phone_number(session, other)
        sign_in = sign_ins.begin(session, account=person, now=clock())[0].id
        ticket = call.ticket_id
        callback = make_callback(session, session.get_one(Ticket, ticket))
        paths = [
            f"/tickets/{ticket}",
            f"/tickets/{ticket}/timeline",
            f"/calls/{call.sid}",
            f"/recordings/{recording.id}",
            f"/customers/{customer.id}",
            f"/callbacks/{callback.id}",
            f"/departments/{department.key}",
            f"/agents/{person.id}",
            f"/agents/{person.id}/sign-ins",
        ]
    for path in paths:
        assert api.get(path).status_code == 404, path
    lists = ("tickets", "calls", "recordings", "messages", "customers", "callbacks", "departments", "agents", "numbers")
    for path in lists:
        assert api.get(f"/{path}").get_json() == {"items": [], "next": None}, path
    assert api.patch(f"/tickets/{ticket}", {"priority": 1}).status_code == 404
    assert api.post("/callbacks", {"ticket": ticket}).status_code == 422
    assert api.post("/tickets", {"subject": "x", "department": department.key}).status_code == 422
    assert api.post("/departments", {"key": "own", "name": "Own"}).status_code == 201
    for method, path, body in (
        ("DELETE", f"/callbacks/{callback.id}", None),
        ("POST", f"/callbacks/{callback.id}/done", None),
        ("POST", f"/messages/{recording.id}/done", None),
        ("PUT", f"/calls/{call.sid}/customer", {"customer": str(customer.id)}),
        ("PATCH", f"/departments/{department.key}", {"name": "Taken"}),
        ("PUT", f"/departments/{department.key}/closed", {"closed": True}),
        ("DELETE", f"/departments/{department.key}", None),
        ("PATCH", f"/agents/{person.id}", {"active": False}),
        ("PUT", f"/agents/{person.id}/link", None),
        ("DELETE", f"/agents/{person.id}/sign-ins", None),
        ("DELETE", f"/agents/{person.id}/sign-ins/{sign_in}", None),
        ("PATCH", f"/numbers/{number.id}", {"name": "Taken"}),
        ("DELETE", f"/numbers/{number.id}", None),
    ):
        assert api.send(method, path, json=body).status_code == 404, (method, path)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/tickets", "/api/v1/tickets/", "/api/v1/nothing"])
def test_what_is_not_there_is_a_problem_and_not_a_page(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_method_that_is_not_offered_says_which_are(api: Program, brand: Brand) -> None:
    answer = api.send("DELETE", "/tickets/1001")
    assert answer.status_code == 405
    assert {"GET", "PATCH"} <= {method.strip() for method in answer.headers["Allow"].split(",")}
    assert answer.content_type == "application/problem+json"
