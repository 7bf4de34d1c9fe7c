"""The OpenAPI document: valid, public, and true to what the code runs on."""

import re

from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.door import NOUNS
from tests.api.conftest import Program


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
