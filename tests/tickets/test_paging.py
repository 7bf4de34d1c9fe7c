"""Cursors: opaque, exact, and refused when not ours."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.paging import BadCursor, Position, read_cursor

moments = st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(moments, st.integers(0, 2**63 - 1))
def test_a_cursor_gives_back_its_position_to_the_microsecond(moment: datetime, id: int) -> None:
    position = Position(moment, id)
    assert read_cursor(position.cursor()) == position


@given(st.text(max_size=60))
def test_any_other_text_is_a_bad_cursor(text: str) -> None:
    try:
        position = read_cursor(text)
    except BadCursor:
        return
    assert position.cursor() == text


@pytest.mark.parametrize(
    "plain", [b"1.2.3", b"1", b"a.b", b"1.-5", b"99999999999999999999.1", b"1.9999999999999999999", b"\xff.1", b"1_0.1"]
)
def test_encoded_nonsense_is_a_bad_cursor(plain: bytes) -> None:
    import base64

    with pytest.raises(BadCursor):
        read_cursor(base64.urlsafe_b64encode(plain).rstrip(b"=").decode())
