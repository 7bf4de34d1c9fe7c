"""Bad bodies: each gets a problem document with the right status, none an error of ours."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from core import logs
from core.database import transaction
from people.models import Brand
from tests.api.conftest import Program
from tests.factories.tickets import make_ticket

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b'{"text": "x"}', "text/plain", 415),
        (b"text=x", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (b'{"text": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"text": NaN}', "application/json", 422),
        (b'{"text": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"text": "' + b"x" * 262_144 + b'"}', "application/json", 413),
        (b'{"text": "' + b"x" * 30_000 + b'"}', "application/json", 422),
    ],
)
def test_a_bad_body_is_a_problem_with_its_own_status(
    api: Program, engine: Engine, brand: Brand, data: bytes, content_type: str, status: int
) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    answer = api.post(f"/tickets/{number}/notes", data=data, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert api.get(f"/tickets/{number}/timeline").get_json()["items"] == []


def test_a_long_body_without_a_length_is_413_too(api: Program) -> None:
    body = io.BytesIO(b'{"text": "' + b"x" * 300_000 + b'"}')
    environ = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_TYPE": "application/json"}
    answer = api.post("/tickets/1/notes", environ_overrides=environ, headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 413


def test_a_stranger_s_body_is_not_read(app: Flask) -> None:
    class Untouched(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("read")

    environ = {"wsgi.input": Untouched(), "CONTENT_LENGTH": "10", "CONTENT_TYPE": "application/json"}
    assert app.test_client().post("/api/v1/calls", environ_overrides=environ).status_code == 401


def test_every_unknown_field_is_named(api: Program) -> None:
    answer = api.post("/customers", {"name": "Ada", "colour": "red", "size": 1})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == ["colour", "size"]
    assert "colour" in answer.get_json()["detail"]


def test_what_nobody_foresaw_is_ours_and_tells_nothing(
    api: Program, app: Flask, engine: Engine, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine) as session:
        session.connection().exec_driver_sql("alter table customer rename to customer_gone")
    try:
        answer = api.get("/customers")
    finally:
        with transaction(engine) as session:
            session.connection().exec_driver_sql("alter table customer_gone rename to customer")
    assert (answer.status_code, answer.get_json()["type"]) == (500, "urn:problem-type:ringback:our-fault")
    assert "customer_gone" not in answer.text
    assert "select" not in answer.text.lower()


def test_a_row_the_database_refuses_is_logged_without_its_values(
    api: Program, engine: Engine, brand: Brand, caplog: pytest.LogCaptureFixture
) -> None:
    constraint = "customer_test_check"
    with transaction(engine) as session:
        session.connection().exec_driver_sql(f"alter table customer add constraint {constraint} check (name <> 'Ada')")
    logs.configure(level="info", style="json")
    try:
        answer = api.post("/customers", {"name": "Ada", "email": "ada@example.com"})
    finally:
        with transaction(engine) as session:
            session.connection().exec_driver_sql(f"alter table customer drop constraint {constraint}")
    assert answer.status_code == 500
    assert "23514" in caplog.text
    assert "ada@example.com" not in caplog.text


words = st.text(max_size=20)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    *(
        "status",
        "priority",
        "department",
        "subject",
        "type",
        "reason",
        "outcome",
        "tags",
        "version",
        "text",
        "assignee",
    ),
    *("direction", "from", "to", "started_at", "duration", "ticket", "note", "name", "email", "numbers", "add_numbers"),
    *("caller", "customer", "key", "missed_is_work", "callback_number", "week", "zone", "closed", "role", "phone"),
    *("departments", "active", "number", "flow"),
)
PARAMETERS = (
    "limit",
    "cursor",
    "q",
    "caller",
    "status",
    "department",
    "assignee",
    "call_sid",
    "state",
    "number",
    "ticket",
)
plausible = st.sampled_from(
    ["open", "solved", "inbound", "+12025550147", "2026-11-23T09:00:00Z", "a/b", "\x00", 1, 3, 1001]
)
bodies = st.dictionaries(st.sampled_from(FIELDS) | words, values | plausible, max_size=6) | values
ROUTES = [
    ("PATCH", "/tickets/1001"),
    ("POST", "/tickets/1001/notes"),
    ("PUT", "/tickets/1001/assignment"),
    ("POST", "/calls"),
    ("POST", "/callbacks"),
    ("POST", "/customers"),
    ("PATCH", "/customers/1"),
    ("POST", "/jobs/1/retry"),
    ("POST", "/tickets"),
    ("PUT", "/calls/CA1/customer"),
    ("POST", "/messages/1/done"),
    ("POST", "/callbacks/1/done"),
    ("POST", "/departments"),
    ("PATCH", "/departments/billing"),
    ("PUT", "/departments/billing/closed"),
    ("POST", "/agents"),
    ("PATCH", "/agents/1"),
    ("POST", "/numbers"),
    ("PATCH", "/numbers/1"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(route=st.sampled_from(ROUTES), body=bodies, key=st.none() | st.sampled_from(["k1", "k2"]))
def test_no_body_whatever_is_an_error_of_ours(
    api: Program, some_ticket: int, route: tuple[str, str], body: Any, key: str | None
) -> None:
    headers = JSON | ({"Idempotency-Key": key} if key else {})
    check(api.send(*route, data=json.dumps(body).encode(), headers=headers))


LISTS = ["/tickets", "/calls", "/recordings", "/callbacks", "/customers", "/agents", "/messages", "/numbers"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["/tickets", "/calls", "/recordings", "/callbacks", "/customers", "/agents", "/messages", "/numbers"]
    ),
    query=st.dictionaries(
        st.sampled_from(PARAMETERS),
        words | st.integers().map(str) | st.sampled_from(["MS4x", "MTc4MTUyODQwMDAwMDAwMC4x", "+12025550147"]),
        max_size=3,
    ),
)
def test_no_query_whatever_is_an_error_of_ours(
    api: Program, some_ticket: int, path: str, query: dict[str, str]
) -> None:
    check(api.get(path, query_string=query))


@pytest.fixture
def some_ticket(engine: Engine, brand: Brand) -> int:
    with transaction(engine) as session:
        return make_ticket(session, brand).number


def check(answer: TestResponse) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json"
        assert {"type", "title", "status", "detail"} <= set(answer.get_json())
