"""Forms and queries are read and written as the standard library reads and writes them."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr import urlencoded

PAIRS = st.lists(st.tuples(st.text(max_size=12), st.text(max_size=24)), max_size=8)
RAW = st.text(st.sampled_from("ab=&+%20fFéü€;\n \0\u200b"), max_size=40)


def by_the_book(text, most=400):
    return parse_qsl(text, keep_blank_values=True, max_num_fields=most, errors="strict")


@given(text=RAW)
@example(text="a=%E2%82%AC&b=%e2%82&c")
@example(text="&&a&=&=b&a=b=c&%=%&%zz=%4")
def test_whatever_is_sent_is_read_alike_or_refused_alike(text):
    try:
        expected = by_the_book(text)
    except ValueError:
        with pytest.raises(ValueError, match="codec can't decode"):
            urlencoded.read(text, most=400)
    else:
        assert urlencoded.read(text, most=400) == expected


@given(pairs=PAIRS)
def test_what_is_written_is_the_same_to_the_byte(pairs):
    pairs = [(name.encode("utf-8", "replace").decode(), value.encode("utf-8", "replace").decode())
             for name, value in pairs]  # fmt: skip
    assert urlencoded.write(pairs) == urlencode(pairs)
    assert urlencoded.read(urlencoded.write(pairs), most=400) == pairs


@pytest.mark.parametrize(("fields", "is_read"), [(3, True), (4, False)])
def test_too_many_fields_are_refused_before_any_is_read(fields, is_read):
    text = "&".join(["a=1"] * fields)
    if is_read:
        assert len(urlencoded.read(text, most=3)) == fields
    else:
        with pytest.raises(ValueError, match="more than 3"):
            urlencoded.read(text, most=3)
