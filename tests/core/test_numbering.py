"""Statements are numbered once, and values reach the server as what they are."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from core.caller_connections import CallerConnections
from core.numbering import numbered, wire

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


class Colour(StrEnum):
    """A word of ours."""

    RED = "red"


@pytest.fixture(scope="module")
def echo(servers: tuple[str, str]) -> Any:
    """A value there and back through the server."""
    connections = CallerConnections(servers[0])
    yield lambda value, kind: connections.execute(f"select %(value)s::{kind}", {"value": value})[0][0]
    connections.drop()


def test_a_name_that_repeats_keeps_its_number() -> None:
    assert numbered("select %(a)s, %(b)s, %(a)s, 5 %% 2") == (b"select $1, $2, $1, 5 % 2", ("a", "b"))


def test_a_missing_value_is_named() -> None:
    with pytest.raises(KeyError, match="b"):
        numbered("select %(b)s").ordered({"a": 1})


def test_a_value_of_a_foreign_type_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a set"):
        wire({1})


@given(text=TEXT)
def test_text_comes_back(echo: Any, text: str) -> None:
    assert echo(text, "text") == text


@given(items=st.lists(st.none() | TEXT | st.sampled_from(["NULL", "null", "", "{", '"', "\\", ","]), max_size=6))
def test_lists_of_text_come_back(echo: Any, items: list[str | None]) -> None:
    assert echo(items, "text[]") == items


@given(value=JSON)
def test_json_comes_back(echo: Any, value: Any) -> None:
    assert echo(Jsonb(value), "jsonb") == value


@given(moment=MOMENTS)
def test_moments_come_back(echo: Any, moment: datetime) -> None:
    assert echo(moment, "timestamptz") == moment


@given(number=st.integers(-(2**63), 2**63 - 1), fraction=st.floats(allow_nan=False), sign=st.booleans())
def test_numbers_and_truth_come_back(echo: Any, number: int, fraction: float, sign: bool) -> None:
    assert (echo(number, "bigint"), echo(fraction, "double precision"), echo(sign, "boolean")) == (
        number,
        fraction,
        sign,
    )


def test_nothing_days_and_words_of_ours_come_back(echo: Any) -> None:
    assert echo(None, "integer") is None
    assert echo(date(2026, 11, 22), "date") == date(2026, 11, 22)
    assert echo(Colour.RED, "text") == "red"


def test_a_statement_is_prepared_once_whatever_its_values_are(servers: tuple[str, str]) -> None:
    connections = CallerConnections(servers[0])
    statement = "select %(a)s::bigint, %(b)s::text[]"
    rows: list[dict[str, Any]] = [{"a": None, "b": []}, {"a": 1, "b": ["x"]}, {"a": 2**40, "b": None}]
    for values in rows:
        connections.execute(statement, values)
    prepared = "select count(*) from pg_prepared_statements where statement like 'select $1::bigint, $2::text[]%%'"
    assert connections.execute(prepared, {})[0][0] == 1
