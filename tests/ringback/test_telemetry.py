"""Errors and traces go where an operator says, hold nothing secret, and never stop the phone."""

import dataclasses
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import logs
from core.config import ROOT, Settings
from ringback import telemetry
from ringback.telemetry import scrubbed, tell_errors, traced


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    text = io.StringIO()
    logs.configure(level="info", style="json", stream=text)
    yield text
    logs.configure(level="info")


@pytest.fixture
def given_both(settings: Settings) -> Settings:
    return dataclasses.replace(settings, sentry_dsn="https://key@127.0.0.1:1/1", otlp_endpoint="http://127.0.0.1:1")


def test_without_the_settings_nothing_of_it_is_imported() -> None:
    asked = "import sys; import ringback.app, ringback.worker; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True,
                          env={"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert not {name.split(".")[0] for name in done.stdout.split()} & {"sentry_sdk", "opentelemetry"}


def test_a_missing_package_is_one_line_with_its_cure_and_the_phone_goes_on(
    given_both: Settings, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sentry_sdk", "opentelemetry", "opentelemetry.sdk", "opentelemetry.exporter"):
        monkeypatch.setitem(sys.modules, name, None)  # as Python does for a module that is not there
    application = list
    assert tell_errors(given_both) is False
    assert traced(application, given_both) is application
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {line["event"] for line in told} == {"telemetry_off"}
    assert {line["setting"]: line["cure"] for line in told} == {
        "SENTRY_DSN": "pip install sentry-sdk",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "pip install opentelemetry-exporter-otlp-proto-http",
    }
    assert "key@" not in stream.getvalue()


def test_without_the_settings_the_application_stays_as_it_is(settings: Settings, stream: io.StringIO) -> None:
    application = list
    assert traced(application, settings) is application
    assert tell_errors(settings) is False
    assert stream.getvalue() == ""


SECRETS = ("4929000000006", "hunter2hunter2", "+14155550100")


@given(st.sampled_from(SECRETS), st.sampled_from(["Digits", "auth_token", "pin", "password"]))
def test_no_secret_and_no_number_leaves_in_an_event(secret: str, name: str) -> None:
    event = {
        "message": "call from +14155550100 to postgresql://u:hunter2hunter2@db/x ?Digits=4929000000006",
        "request": {"data": {name: secret}, "headers": {"Cookie": secret}},
        "user": {"ip_address": "10.0.0.1"},
        "extra": {"job": "assign_ticket", "note": secret, name: secret},
        "contexts": {"deep": [{name: secret, "said": "+14155550100"}]},
        "exception": {
            "values": [
                {"type": "ValueError", "value": "Bearer hunter2hunter2 for +14155550100"},
                {"type": "UniqueViolation", "module": "psycopg.errors", "value": "Key (pin)=(4929000000006)"},
            ]
        },
    }
    left = json.dumps(scrubbed(event))
    assert not [one for one in SECRETS if one in left]
    assert "10.0.0.1" not in left
    assert "assign_ticket" in left
    assert "ValueError" in left


def test_of_what_our_modules_log_only_its_name_and_ids_leave() -> None:
    """Its fields are masked where they are written, which is after Sentry has seen them."""
    fields = {
        "event": "job_error",
        "Digits": SECRETS[0],
        "said": "my name is Ada",
        "call_id": 7,
        "job": "assign_ticket",
    }
    record = logging.makeLogRecord({"msg": fields})
    left = scrubbed({"logentry": {"message": str(fields), "formatted": str(fields)}}, {"log_record": record})
    assert left == {
        "logentry": {"message": "job_error", "params": []},
        "extra": {"call_id": 7, "job": "assign_ticket"},
    }


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/voice/turn", "/voice/turn"),
        ("/api/v1/tickets/1001", "/api/v1/tickets/…"),
        ("/api/v1/recordings/7/audio", "/api/v1/recordings/…/audio"),
        ("/link/Zx8_s3cr3tT0ken", "/link/…"),
    ],
)
def test_of_a_path_only_its_fixed_words_leave(path: str, route: str) -> None:
    assert telemetry._route(path) == route
