"""The starter flow, as callers meet it."""

import pytest

from callflows.instructions import Ask, HangUp, Record
from callflows.outcomes import CallbackWanted, Ended, Matter, MessageExpected
from tests.callflows.conversation import CALLER, Conversation


def test_two_then_one_leaves_a_billing_message() -> None:
    call = Conversation().press("2", "1")
    assert isinstance(call.listening, Record)
    call.record(20)
    assert call.all_outcomes == [Matter("billing"), MessageExpected("billing"), Ended("message_left")]
    assert call.at is None
    assert isinstance(call.listening, HangUp)


def test_two_two_one_is_a_billing_callback_to_the_callers_number() -> None:
    call = Conversation().press("2", "2", "1")
    wanted = [Matter("billing"), CallbackWanted(CALLER, "billing"), Ended("callback_requested")]
    assert call.all_outcomes == wanted
    assert "4 1 5, 5 5 5, 0 1 2 3" in call.said


@pytest.mark.parametrize(("key", "department"), [("1", "technical"), ("2", "billing"), ("3", "general")])
def test_each_department_has_its_key(key: str, department: str) -> None:
    call = Conversation().press(key)
    assert call.outcomes == (Matter(department),)
    assert call.at == "nobody-there"
    assert isinstance(call.listening, Ask)
