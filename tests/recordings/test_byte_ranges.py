"""The Range header, as players and as mischief send it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.byte_ranges import RangeNotSatisfiable, byte_range


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-", 0, 99),
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=90-1000", 90, 99),
        ("bytes=99-", 99, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-100", 0, 99),
        ("bytes=-5000", 0, 99),
        ("Bytes = 10 - 19 ", 10, 19),
    ],
)
def test_a_range_is_taken_as_it_is_meant(header: str, first: int, last: int) -> None:
    found = byte_range(header, 100)
    assert (found.first, found.last, found.partial) == (first, last, True)
    assert found.content_range == f"bytes {first}-{last}/100"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1-2,5-6",
        "items=0-5",
        "bytes=5-2",
        "bytes=٣-",
        "x" * 9999,
    ],
)
def test_a_header_that_is_not_understood_gives_everything(header: str | None) -> None:
    found = byte_range(header, 100)
    assert (found.first, found.last, found.partial) == (0, 99, False)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=999999999999999999-", "bytes=-0"])
def test_a_range_without_a_byte_is_refused_with_the_size(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        byte_range(header, 100)
    assert caught.value.size == 100


@given(st.text(max_size=30) | st.from_regex(r"bytes=\d{0,20}-\d{0,20}"), st.integers(1, 10**12))
def test_whatever_is_asked_the_range_lies_within_the_audio(header: str, size: int) -> None:
    try:
        found = byte_range(header, size)
    except RangeNotSatisfiable:
        return
    assert 0 <= found.first <= found.last < size
    assert found.length >= 1
