"""Logs: one line an event, the ids that were bound, no secret."""

import io
import json
import logging
from collections.abc import Iterator

import hypothesis
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from core import logs

FIELDS = st.text() | st.binary() | st.none() | st.integers() | st.lists(st.text(), max_size=2)


def written(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_its_fields(stream: io.StringIO) -> None:
    logs.get("ivr.webhooks").info("call answered", leg="CA1", seconds=3)
    (line,) = written(stream)
    assert {key: line[key] for key in ("event", "level", "logger", "leg", "seconds")} == {
        "event": "call answered",
        "level": "info",
        "logger": "ivr.webhooks",
        "leg": "CA1",
        "seconds": 3,
    }
    assert str(line["timestamp"]).endswith("Z")


def test_what_is_below_the_level_is_not_written(stream: io.StringIO) -> None:
    logs.get("a").debug("quiet")
    logging.getLogger("b").debug("quiet")
    assert written(stream) == []


def test_bound_ids_are_on_every_line_of_the_block_and_no_longer(stream: io.StringIO) -> None:
    with logs.bound(call="7", ticket=None), logs.bound(job="j1"):
        logs.get("a").info("inside")
        logging.getLogger("library").warning("inside %s", "too")
    logs.get("a").info("outside")
    inside, library, outside = written(stream)
    assert (inside["call"], inside["job"]) == (library["call"], library["job"]) == ("7", "j1")
    assert library["event"] == "inside too"
    assert "call" not in outside
    assert "ticket" not in inside


@pytest.mark.parametrize(
    "name",
    [
        *("token", "auth_token", "AuthToken", "Authorization", "password", "pin", "Digits", "FinishedDigits", "pocket"),
        *("X-Twilio-Signature", "secret_key", "SECRET_KEY", "cookie", "tokens", "api_secret", "HTTP_AUTHORIZATION"),
    ],
)
def test_values_under_secret_names_are_masked_however_deep(stream: io.StringIO, name: str) -> None:
    logs.get("a").info("seen", **{name: "4711-hunter2"}, form={"inner": [{name: "4711-hunter2"}]})
    assert "hunter2" not in stream.getvalue()
    assert logs.MASK in stream.getvalue()


@pytest.mark.parametrize("name", ["idempotency_key", "pinned", "tokenised", "spinning", "keyboard", "monkey"])
def test_names_that_only_look_alike_stay_readable(stream: io.StringIO, name: str) -> None:
    logs.get("a").info("seen", **{name: "readable"})
    assert written(stream)[0][name] == "readable"


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach postgresql://app:hunter2@db/x",
        "POST /voice/turn?step=menu&pocket=hunter2&n=2",
        "header Authorization: Bearer hunter2hunter2",
        "redis://:hunter2@cache:6379/0 refused",
    ],
)
def test_secrets_inside_a_text_are_masked(stream: io.StringIO, text: str) -> None:
    logging.getLogger("library").error(text)
    assert "hunter2" not in stream.getvalue()


def test_a_traceback_stays_in_its_line_and_is_masked_too(stream: io.StringIO) -> None:
    try:
        raise ValueError("cannot reach postgresql://app:hunter2@db/x")
    except ValueError:
        logs.get("a").exception("failed")
    (line,) = written(stream)
    assert "Traceback" in str(line["exception"])
    assert "hunter2" not in stream.getvalue()


def test_plain_style_is_key_value_on_one_line() -> None:
    stream = io.StringIO()
    logs.configure(level="info", style="plain", stream=stream)
    logs.get("a").info("two\nlines", call="7", note="with space")
    (line,) = stream.getvalue().splitlines()
    assert 'info "two\\nlines" call=7 note="with space"' in line


@given(st.text())
def test_no_text_breaks_a_plain_line_or_hides_in_it(text: str) -> None:
    stream = io.StringIO()
    logs.configure(level="info", style="plain", stream=stream)
    logs.get("a").info("event", text=text)
    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()


@given(st.dictionaries(st.text(), FIELDS, max_size=3))
@hypothesis.settings(max_examples=50)
def test_any_fields_make_one_json_line(fields: dict[str, object]) -> None:
    stream = io.StringIO()
    logs.configure(level="info", style="json", stream=stream)
    logs.get("a").info("event", fields=fields)
    assert len(written(stream)) == 1


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    logs.configure(level="info", style="json", stream=stream)
    return stream


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
