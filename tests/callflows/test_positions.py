"""A position rides in a URL and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflows.flow import Position
from callflows.position import BadPosition, from_plain, to_plain

WORDS = st.text(min_size=1, max_size=20)
COUNTS = st.integers(0, 999)
POCKETS = st.dictionaries(WORDS, WORDS, max_size=4)
POSITIONS = st.builds(
    Position,
    flow=WORDS,
    revision=WORDS,
    step=WORDS,
    language=WORDS,
    silences=COUNTS,
    misses=COUNTS,
    repeats=COUNTS,
    mode=st.text(max_size=20),
    slow=st.booleans(),
    pocket=POCKETS,
)


@given(POSITIONS)
def test_a_position_survives_the_round_trip(position: Position) -> None:
    assert from_plain(to_plain(position), position.pocket) == position


@given(POSITIONS)
def test_the_pocket_never_rides_in_the_open(position: Position) -> None:
    assert to_plain(position).keys() <= set("frslnmpow")


def test_what_is_empty_is_left_out() -> None:
    assert to_plain(Position("main", "abc", "choose")) == {"f": "main", "r": "abc", "s": "choose", "l": "en"}


@pytest.mark.parametrize(
    "plain",
    [{}, {"f": "main"}, {"f": "m", "r": "r", "s": "s"}, {"f": "m", "r": "r", "s": "s", "l": "en", "n": "-1"}]
    + [{"f": "m", "r": "r", "s": "s", "l": "en", "m": count} for count in ("x", "1.5", "٣", "1000", "")],
)
def test_anything_else_is_refused(plain: dict[str, str]) -> None:
    with pytest.raises(BadPosition):
        from_plain(plain)
