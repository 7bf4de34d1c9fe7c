"""What rides in the URL comes back whole, opens only for its call, and gives nothing away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflows.flow import Position
from ivr.position import PocketSpoiled, PocketTooLarge, Seal, from_query, from_stored, to_query, to_stored

KEY, NEW_KEY = "k" * 32, "n" * 32
SEAL = Seal([KEY])
words = st.text(st.characters(codec="utf-8"), max_size=30)
names = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
positions = st.builds(
    Position,
    flow=names,
    revision=st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    step=names,
    language=st.sampled_from(["en", "es"]),
    silences=st.integers(0, 9),
    misses=st.integers(0, 9),
    mode=st.sampled_from(["", "confirm:billing", "again"]),
    slow=st.booleans(),
    pocket=st.dictionaries(names, words, max_size=5),
    repeats=st.integers(0, 9),
)


@given(position=positions, turn=st.integers(1, 9999))
def test_a_position_comes_back_from_its_url(position, turn):
    assert from_query(to_query(position, turn=turn, call="CA1", seal=SEAL), call="CA1", seal=SEAL) == (turn, position)


@given(position=positions)
def test_a_position_comes_back_from_its_row(position):
    assert from_stored(to_stored(position)) == position


def test_the_same_position_is_the_same_url_so_that_a_repeat_is_answered_alike():
    position = Position("main", "r", "s", pocket={"n": "+14155550100"})
    assert to_query(position, turn=1, call="CA1", seal=SEAL) == to_query(position, turn=1, call="CA1", seal=SEAL)


def test_the_url_does_not_show_what_the_pocket_holds():
    query = to_query(Position("main", "r", "s", pocket={"n": "4155550100"}), turn=1, call="CA1", seal=SEAL)
    assert "4155550100" not in query


def test_another_calls_pocket_does_not_open():
    with pytest.raises(PocketSpoiled):
        SEAL.open(SEAL.close({"d": "billing"}, call="CA1"), call="CA2")


@given(at=st.integers(0, 60), to=st.sampled_from("ABCxyz019-_"))
def test_a_damaged_pocket_does_not_open(at, to):
    sealed = SEAL.close({"d": "billing", "n": "123456789"}, call="CA1")
    at %= len(sealed) - 1
    damaged = sealed[:at] + to + sealed[at + 1 :]
    if damaged != sealed:
        with pytest.raises(PocketSpoiled):
            SEAL.open(damaged, call="CA1")


def test_while_rotating_pockets_under_the_old_key_still_open():
    sealed = SEAL.close({"d": "billing"}, call="CA1")
    assert Seal([NEW_KEY, KEY]).open(sealed, call="CA1") == {"d": "billing"}
    with pytest.raises(PocketSpoiled):
        Seal([NEW_KEY]).open(sealed, call="CA1")


def test_a_pocket_that_no_longer_fits_is_refused():
    with pytest.raises(PocketTooLarge):
        SEAL.close({"x": "y" * 2000}, call="CA1")


@given(query=st.text(max_size=80))
def test_any_other_query_is_no_position(query):
    with pytest.raises(ValueError):
        from_query("t=0&" + query, call="CA1", seal=SEAL)
