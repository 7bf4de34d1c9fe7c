"""What nobody should send: texts and values of every odd kind; and how long to go on (RB_LONG=1: a hundred times)."""

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TIMES = 100 if os.environ.get("RB_LONG") else 1

ODD = [
    *("", " ", "\x00", "a\x00b", "\n", "-1", "0", "00", "1e309", "nan", "inf", "١٢٣", "²", "٠", "9" * 19, "9" * 400),
    *("true", "null", "[]", "{}", "'", '"', "<Say>x</Say>", "]]>", "&amp;", "%00", "%zz", "../../etc/passwd"),
    *("\ufffe", "\U0010ffff", "\u202e", "+", "+1", "+14155550123", "client:anonymous", "sip:a@b", "\x7f\x1b[2J"),
    *("1' or '1'='1", "{{7*7}}", "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x" * 5000),
]

texts = st.sampled_from(["\x00", "a\x00b"]) | st.sampled_from(ODD) | st.text(max_size=40) | st.integers().map(str)
"""As a form can carry them: UTF-8 without surrogates."""
surrogates = st.sampled_from(["\ud800", "a\udfff", "\udc80"])
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | surrogates | st.just(-(2**63)) | st.just(10**30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | surrogates, inner, max_size=3),
    max_leaves=6,
)
"""As JSON can."""


def examples(number: int) -> settings:
    """So many tries, or with RB_LONG many times as many."""
    return settings(
        max_examples=number * TIMES,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
