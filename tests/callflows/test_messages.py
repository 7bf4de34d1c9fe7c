"""Leaving a message, by all the ways a recording can end."""

import pytest

from callflows.engine import advance, begin
from callflows.flow import Heard, Needs, Turn
from callflows.instructions import HangUp, Record
from callflows.library import shipped
from callflows.outcomes import Ended, MessageExpected
from tests.callflows.conversation import UNKNOWN, Conversation


def at_the_tone(**facts: object) -> Conversation:
    return Conversation(**facts).press("1", "1")  # type: ignore[arg-type]


def test_the_recording_is_ordered_last_and_expected() -> None:
    call = at_the_tone()
    assert call.listening == Record(finish_key="#", longest=300, silence=10)
    assert call.outcomes == (MessageExpected("technical"),)


@pytest.mark.parametrize(("seconds", "finished"), [(1, "#"), (40, ""), (300, ""), (5, "hangup"), (None, "hangup")])
def test_a_message_is_kept_however_it_ends(seconds: int | None, finished: str) -> None:
    call = at_the_tone().record(seconds, finished)
    assert call.outcomes == (Ended("message_left"),)
    assert call.at is None


def test_the_thanks_give_the_ticket_number_digit_by_digit() -> None:
    assert "Your ticket number is 1 0 4 2." in at_the_tone().record(20).said


@pytest.mark.parametrize("ticket", [None, UNKNOWN])
def test_without_a_known_number_the_thanks_promise_none(ticket: object) -> None:
    call = at_the_tone(ticket=ticket).record(20)
    assert call.said == "Thank you. We have your message, and we'll get back to you. Goodbye."


def test_an_empty_message_is_offered_once_more() -> None:
    call = at_the_tone().record(0)
    assert call.said.startswith("I didn't hear a message.")
    assert call.outcomes == (MessageExpected("technical"),)
    assert call.record(12).outcomes == (Ended("message_left"),)


def test_a_second_empty_message_ends_honestly() -> None:
    call = at_the_tone().record(0).record(0)
    assert call.said.startswith("I still didn't hear a message, so none was left.")
    assert "1 0 4 2" in call.said
    assert call.outcomes == (Ended("no_message"),)
    assert isinstance(call.listening, HangUp)


def test_no_recording_at_all_counts_as_empty() -> None:
    call = at_the_tone().silence()
    assert call.said.startswith("I didn't hear a message.")
    assert call.silence().outcomes == (Ended("no_message"),)


def test_hanging_up_at_the_tone_leaves_nothing() -> None:
    assert at_the_tone().record(0, "hangup").outcomes == (Ended("no_message"),)


def test_the_ticket_number_is_asked_for_only_when_it_is_spoken() -> None:
    flow = shipped()["main"]
    given = {"caller": None, "hours": {}, "duty": {}, "attested": None}
    turn = begin(flow, facts=given)
    for digits in ("1", "1"):
        assert isinstance(turn, Turn)
        assert turn.position is not None
        turn = advance(flow, turn.position, Heard(digits=digits), facts=given)
    assert isinstance(turn, Turn)
    assert turn.position is not None
    assert isinstance(advance(flow, turn.position, Heard(recorded=0), facts=given), Turn)
    assert advance(flow, turn.position, Heard(recorded=9), facts=given) == Needs(frozenset({"ticket"}))
