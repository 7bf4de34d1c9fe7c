"""Tickets for the live stream: ours, whole, and young."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people import stream_tickets
from tests.clock import MONDAY_MORNING as NOW

KEYS = ("k" * 32, "old" * 12)


def made(keys=KEYS):
    return stream_tickets.make(account_id=7, brand_id=1, role="agent", keys=keys, now=NOW)


def test_a_ticket_says_who_and_until_when():
    read = stream_tickets.read(made(), keys=KEYS, now=NOW)
    assert (read.account_id, read.brand_id, read.role) == (7, 1, "agent")
    assert stream_tickets.read(made(KEYS[1:]), keys=KEYS, now=NOW).account_id == 7


def test_an_old_ticket_and_one_under_another_key_are_refused():
    with pytest.raises(stream_tickets.TicketRefused):
        stream_tickets.read(made(), keys=KEYS, now=NOW + stream_tickets.LASTS + timedelta(seconds=1))
    with pytest.raises(stream_tickets.TicketRefused):
        stream_tickets.read(made(), keys=("another" * 6,), now=NOW)


@given(st.text(), st.integers(0, 200))
def test_nothing_else_is_a_ticket(text, place):
    whole = made()
    for forged in (text, whole[:place] + text + whole[place + 1 :]):
        if forged == whole:
            continue
        with pytest.raises(stream_tickets.TicketRefused):
            stream_tickets.read(forged, keys=KEYS, now=NOW)
