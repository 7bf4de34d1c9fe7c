"""What is written into the journal is read back exactly, or seen to be damaged: never half, never something else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from ivr.journal_format import HEADER, Record, decoded, encoded, pieces

WHEN = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=30)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                    max_leaves=8)  # fmt: skip
VALUES = st.dictionaries(
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
    PLAIN | st.lists(st.text(max_size=9), max_size=3) | st.datetimes(timezones=st.just(UTC)),
)
RECORDS = st.builds(Record, st.sampled_from(["turn", "status"]), st.datetimes(timezones=st.just(UTC)), VALUES)


@given(RECORDS, JSON)
def test_a_record_comes_back_as_it_was(record, value):
    [piece] = pieces(encoded(record))
    assert decoded(piece.payload) == record
    with_json = Record("turn", WHEN, {"answer": Jsonb(value)})
    [piece] = pieces(encoded(with_json))
    assert decoded(piece.payload).values["answer"].obj == value


@given(st.lists(RECORDS, min_size=1, max_size=5), st.data())
def test_a_write_that_was_cut_off_leaves_every_record_before_it(records, data):
    lines = [encoded(record) for record in records]
    cut = data.draw(st.integers(0, sum(map(len, lines))))
    found = list(pieces(b"".join(lines)[:cut]))
    whole = [piece for piece in found if piece.payload is not None]
    ends = [sum(map(len, lines[: number + 1])) for number in range(len(lines))]
    assert [piece.end for piece in whole] == [end for end in ends if end <= cut]
    assert [decoded(piece.payload) for piece in whole] == records[: len(whole)]


@given(st.lists(RECORDS, min_size=2, max_size=5), st.data())
def test_a_changed_byte_costs_at_most_its_own_record_and_is_never_believed(records, data):
    lines = [encoded(record) for record in records]
    text = bytearray(b"".join(lines))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= 1 << data.draw(st.integers(0, 7))
    found = list(pieces(bytes(text)))
    hurt = next(number for number in range(len(lines)) if place < sum(map(len, lines[: number + 1])))
    believed = [decoded(piece.payload) for piece in found if piece.payload is not None]
    others = [record for number, record in enumerate(records) if number != hurt]
    # Only the line's end may change without harm.
    assert believed in (others, records)
    assert [piece.start for piece in found] == [0, *[piece.end for piece in found][:-1]]
    assert found[-1].end == len(text)


def test_what_the_first_release_wrote_is_read_for_ever():
    data = Path(__file__).with_name("journal_1.log").read_bytes()
    assert data.startswith(HEADER)
    turn, status, recording, webhook = (decoded(piece.payload) for piece in pieces(data, len(HEADER)))
    assert (turn.kind, turn.turn, turn.call) == ("turn", ("AC" + "0" * 32, "CA1", 0), f"AC{'0' * 32} CA1")
    assert (status.kind, status.values["status"]) == ("status", "completed")
    assert (recording.kind, recording.values["recording_sid"]) == ("recording", "RE1")
    assert (webhook.kind, webhook.values["path"]) == ("webhook", "/voice/callback/status")


@pytest.mark.parametrize("payload", [b"[]", b"{}", b'{"kind":"turn","at":"yesterday","values":{}}', b"\xff"])
def test_what_nobody_wrote_is_no_record(payload):
    with pytest.raises(ValueError, match="not a record"):
        decoded(payload)
