"""Every operation of the API under whatever anybody may send: refused by name and without effect, or done."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from core.database import transaction
from people.models import Role
from tests.api.conftest import Program, api, app, brand, programs, storage  # noqa: F401 - fixtures
from tests.factories.people import make_account, make_department, make_phone_number
from tests.factories.recordings import make_recording
from tests.factories.routing import make_callback
from tests.factories.tickets import make_call, make_customer, make_ticket
from tests.fuzz.schemas import keeping, straying
from tests.fuzz.wild import examples, texts, values
from tests.promises.test_forms import everything

REAL = {"number": ["1001", "1"], "id": ["1", "2"], "sid": ["CA1"], "key": ["billing"], "sign_in": ["1"]}


@pytest.fixture
def filled(engine: Engine, brand, clock) -> Engine:  # noqa: F811
    """One of everything, so that paths lead somewhere."""
    with transaction(engine) as session:
        department = make_department(session, brand, key="billing")
        make_account(session, brand, role=Role.AGENT)
        ticket = make_ticket(session, brand, department_id=department.id)
        call = make_call(session, brand, ticket_id=ticket.id)
        make_recording(session, call)
        make_customer(session, brand)
        make_callback(session, ticket)
        make_phone_number(session, brand)
    return engine


@pytest.fixture
def document(api):  # noqa: F811
    return api.get("/openapi.json").get_json()


@examples(80)
@given(data=st.data())
def test_whatever_is_sent_is_done_or_refused_by_name_and_changes_nothing(api, filled, document, data):  # noqa: F811
    named = document["components"]["schemas"]
    path, method, operation = data.draw(
        st.sampled_from([(path, m, told) for path, ms in document["paths"].items() for m, told in ms.items()])
    )
    given = operation.get("parameters", [])
    query = {}
    for parameter in given:
        name, kind = parameter["name"], parameter["in"]
        if kind == "path":
            piece = data.draw(st.sampled_from(REAL[name]) | keeping(parameter["schema"], named).map(str) | texts)
            path = path.replace(f"{{{name}}}", quote(piece.replace("/", "_") or "_", safe="", errors="replace"))
        elif kind == "query" and data.draw(st.booleans()):
            query[name] = data.draw(keeping(parameter["schema"], named).map(_as_query) | texts)
    headers = {}
    for parameter in given:
        if parameter["in"] == "header" and data.draw(st.integers(0, 3)) == 0:
            headers[parameter["name"]] = data.draw(st.text('abc"*=-,0123456789 ', max_size=30))
    body = None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        sent = data.draw(keeping(schema, named) | straying(schema, named) | straying(schema, named) | values)
        body = json.dumps(sent).encode()
        headers["Content-Type"] = "application/json"
    changing = method != "get"
    before = everything(_House(filled)) if changing else None
    answer = api.send(method.upper(), path, query_string=query, headers=headers, data=body)
    holds(answer, operation)
    if changing and answer.status_code >= 400:
        assert everything(_House(filled)) == before


@examples(25)
@given(
    raw=st.binary(max_size=200)
    | st.sampled_from(
        [b"[" * 100_000, b'{"a":' * 5000, b"\xff\xfe{}", b'{"subject": "\\ud800"}', b"{}" + b" " * 300_000]
    ),
    kind=st.sampled_from(["application/json", "application/json; charset=utf-16", "text/plain", "", "a/b+json"]),
    at=st.sampled_from([("POST", "/tickets"), ("PATCH", "/tickets/1001"), ("POST", "/calls"), ("POST", "/customers")]),
)
def test_bytes_that_are_no_json_are_refused(api, filled, raw, kind, at):  # noqa: F811
    answer = api.send(*at, data=raw, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"


def holds(answer, operation) -> None:
    """What the document promises of an answer, and what must never be in one."""
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    if answer.status_code < 400:
        return
    assert answer.content_type == "application/problem+json"
    document = answer.get_json()
    assert str(answer.status_code) in operation["responses"], document
    if document["type"].endswith((":invalid-field", ":invalid-parameter", ":invalid-header")):
        assert document["errors"], document
        assert all(error["detail"] for error in document["errors"]), document


def _as_query(value) -> str:
    return json.dumps(value) if not isinstance(value, str) else value


class _House:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
