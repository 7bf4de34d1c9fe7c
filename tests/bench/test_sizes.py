"""Benchmarks of size and of storms run, at a size where they say nothing of speed: what they count is right."""

import re

import pytest

from bench import call, lists, storm
from bench.many_tickets import Size

SMALL = (Size(tickets=200, minutes=20, calls=True), Size(tickets=400, minutes=20, calls=True))


@pytest.mark.slow
def test_lists_are_asked_for_by_filter_and_sort_at_both_sizes() -> None:
    *told, verdict = lists.run(SMALL, times=1, again=1, only=["status", "solved"])
    assert "status (" in told[0]
    assert "lookup (8 pages)" in "\n".join(told)
    # Nine statuses and any, and one filter by day, in four orders; those of more than a page have a last one too.
    [(_kept, pages)] = re.findall(r"([0-9]+) of ([0-9]+) pages", verdict)
    assert int(pages) >= 8 + 4 * 11


@pytest.mark.slow
def test_whole_calls_are_played_until_their_tickets_have_owners() -> None:
    lines = list(call.run(SMALL, rounds=1, calls=3))
    assert [line for line in lines if line.startswith("call: where 200 were: ")]
    assert "goal ≤ 1.3×" in lines[-1]


@pytest.mark.slow
def test_a_storm_is_answered_and_kept() -> None:
    lines = list(storm.run(calls=20, seconds=1.0))
    assert "20 of 20 answered with TwiML" in lines[1]
    assert "20 of 20 calls in the database once, with turn, end and one ticket; 0 left in the journal" in lines[-1]
