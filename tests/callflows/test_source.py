"""YAML text to a tree with lines: hostile text is refused, and nothing else ever goes wrong."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflows.problems import BrokenFlow
from callflows.reading import read_flow
from callflows.source import Entries, Text, plain, read_source
from tests.callflows.written import SMALL


def refusal(text: str) -> str:
    with pytest.raises(BrokenFlow) as caught:
        read_source(text)
    return str(caught.value)


def test_every_scalar_keeps_its_text_and_place() -> None:
    tree = read_source("a: 1\nb:\n  c: yes\n  d: [x, 'y']\n")
    assert plain(tree) == {"a": "1", "b": {"c": "yes", "d": ["x", "y"]}}
    inner = tree.entries["b"]
    assert isinstance(inner, Entries)
    assert inner.entries["c"] == Text("yes", 3, 6)
    assert inner.keys["d"] == Text("d", 4, 3)


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    assert "Anchors and aliases" in refusal("a: &a [lol]\nb: &b [*a, *a]\nc: [*b, *b]\n")


def test_ten_megabytes_are_refused_unread() -> None:
    began = time.monotonic()
    assert "larger than 256 kB" in refusal("a: " + "x" * 10_000_000)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "\n".join(" " * at + "a:" for at in range(60))])
def test_deep_nesting_is_refused(text: str) -> None:
    assert "nested too deeply" in refusal(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!python/object:os.system x", "Tags"),
        ("a: 1\n---\nb: 2", "second document"),
        ("a: 1\na: 2", "already given on line 1"),
        ("{[a]: 1}", "A key must be a word"),
        ("a: [1", "not YAML"),
        ("a: b: c", "not YAML"),
        ("\tx: 1", "not YAML"),
        ("a: \x00", "not YAML"),
        ("a: \ud800", "not YAML"),
        ('a: "\\UFFFFFFFF"', "not YAML"),
        ("%YAML 9.9\n---\na: 1", "not YAML"),
    ],
)
def test_what_is_refused_is_named(text: str, message: str) -> None:
    assert message in refusal(text)


def test_a_syntax_error_has_its_line() -> None:
    with pytest.raises(BrokenFlow) as caught:
        read_source("a: 1\nb: [1\nc: 2\n")
    assert caught.value.problems[0].line in {2, 3}


YAMLISH = st.text(st.sampled_from("ab:-#[]{}&*!|>'\"%@`\\ \n\t0é\x00,?~"), max_size=60)


@given(st.one_of(st.text(max_size=200), YAMLISH))
def test_any_text_is_a_tree_or_refused(text: str) -> None:
    try:
        read_source(text)
    except BrokenFlow as refused:
        _is_told(refused)


@given(st.integers(0, len(SMALL)), st.integers(0, 20), YAMLISH)
def test_a_flow_damaged_anywhere_is_a_flow_or_refused(at: int, cut: int, put: str) -> None:
    try:
        read_flow(SMALL[:at] + put + SMALL[at + cut :])
    except BrokenFlow as refused:
        _is_told(refused)


LINES = SMALL.splitlines()


@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_lines_of_a_flow_in_any_order_are_a_flow_or_refused(lines: list[str]) -> None:
    try:
        read_flow("\n".join(lines))
    except BrokenFlow as refused:
        _is_told(refused)


def _is_told(refused: BrokenFlow) -> None:
    assert refused.problems
    for each in refused.problems:
        assert each.line >= 1
        assert each.column >= 1
        assert each.message
        assert each.cure
