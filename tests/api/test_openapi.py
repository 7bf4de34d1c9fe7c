"""The OpenAPI document: valid, public, and true to what the code runs on."""

import re
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy import Engine

from api.door import NOUNS
from core.database import transaction
from people import sign_ins
from people.models import Brand
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.factories.people import make_account, make_department, make_phone_number
from tests.factories.recordings import make_recording
from tests.factories.routing import make_callback
from tests.factories.tickets import CALLER, make_call, make_customer, make_event, make_ticket


def test_the_document_is_valid_openapi_3_1_and_open_to_everybody(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    OpenAPIV31SpecValidator(answer.get_json()).validate()
    assert answer.get_json()["openapi"].startswith("3.1")


def test_every_route_is_in_the_document_and_the_other_way_round(app: Flask) -> None:
    paths = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    documented = {(path, method.upper()) for path, methods in paths.items() for method in methods}
    routed = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert documented == routed


def test_the_document_names_the_fields_of_the_contract(api: Program) -> None:
    schemas = api.get("/openapi.json").get_json()["components"]["schemas"]
    contract = {
        "TicketShape": "number status priority department subject channel caller customer assignee reason outcome "
        "tags calls recordings created_at updated_at closed_at version",
        "CallShape": "sid direction from to status department ticket started_at answered_at ended_at duration legs "
        "timeline",
        "RecordingShape": "id sid call ticket state duration channels bytes sha256 created_at",
        "CallbackShape": "id ticket to state reason attempts",
    }
    for name, fields in contract.items():
        assert set(fields.split()) <= set(schemas[name]["required"]), name


def test_every_operation_says_what_it_is_and_names_its_right() -> None:
    operations = [operation for noun in NOUNS for operation in noun.operations]
    assert len({operation.name for operation in operations}) == len(operations)
    assert all(operation.summary for operation in operations)


def test_answers_and_problems_are_as_the_document_says(
    api: Program, engine: Engine, brand: Brand, clock: HandClock
) -> None:
    with transaction(engine) as session:
        department = make_department(session, brand)
        person = make_account(session, brand, departments=[department])
        make_phone_number(session, brand)
        sign_ins.begin(session, account=person, now=clock())
        customer = make_customer(session, brand, CALLER, name="Ada")
        ticket = make_ticket(session, brand, department_id=department.id, customer_id=customer.id)
        call = make_call(session, brand, ticket=ticket)
        make_event(session, brand, call_id=call.id, ticket_id=ticket.id)
        recording = make_recording(session, call)
        callback = make_callback(session, ticket)
    ids = {
        "tickets": ticket.number,
        "recordings": recording.id,
        "callbacks": callback.id,
        "customers": customer.id,
        "agents": person.id,
    }
    document = api.get("/openapi.json").get_json()
    reads = [(path, methods["get"]) for path, methods in document["paths"].items() if "get" in methods]
    for path, operation in reads:
        noun = operation["tags"][0]
        filled = re.sub(r"\{(number|id)\}", str(ids.get(noun)), path).replace("{sid}", call.sid)
        filled = filled.replace("{key}", department.key)
        for query in ("", "?no_such_parameter=1"):
            answer = api.get(filled + query)
            check(document, operation["responses"][str(answer.status_code)], answer.get_json())


def test_refused_changes_are_as_the_document_says(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    document = api.get("/openapi.json").get_json()
    responses = document["paths"]["/tickets/{number}"]["patch"]["responses"]
    for body, status in (({"priority": 9}, 422), ({"priority": 1, "version": 9}, 409), ({"priority": 2}, 200)):
        answer = api.patch(f"/tickets/{number}", body)
        assert answer.status_code == status
        check(document, responses[str(status)], answer.get_json())


def check(document: dict[str, Any], response: dict[str, Any], value: Any) -> None:
    """Hold a value to the schema of a response, references and all."""
    [media] = response["content"].values()
    schema = media["schema"] | {"components": document["components"]}
    Draft202012Validator(schema).validate(value)
