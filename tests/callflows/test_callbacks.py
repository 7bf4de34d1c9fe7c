"""Being called back: on this number or another, always read back before it is promised."""

import pytest

from callflows.instructions import Ask
from callflows.outcomes import CallbackWanted, Ended
from tests.callflows.conversation import CALLER, UNKNOWN, Conversation

DONE = Ended("callback_requested")


def offered(**facts: object) -> Conversation:
    return Conversation(**facts).press("2", "2")  # type: ignore[arg-type]


def test_the_offer_reads_the_callers_number() -> None:
    assert "On the number you're calling from, 4 1 5, 5 5 5, 0 1 2 3, press 1." in offered().said


@pytest.mark.parametrize("words", ["yes", "this number", "my number", "one", "press 1"])
def test_this_number_may_be_said(words: str) -> None:
    assert offered().say(words).outcomes == (CallbackWanted(CALLER, "billing"), DONE)


@pytest.mark.parametrize("words", ["another number", "no", "two", "other number"])
def test_another_number_may_be_said(words: str) -> None:
    assert "key in the number" in offered().say(words).said


def test_a_number_takes_as_many_keys_as_it_has_and_ends_with_hash() -> None:
    ask = offered().press("2").listening
    assert isinstance(ask, Ask)
    assert (ask.digits, ask.finish_key, ask.speech) == (None, "#", True)


@pytest.mark.parametrize("number", ["5550123", "2025550188", "442079460000", "011442079460000"])
def test_numbers_of_seven_to_fifteen_digits_go_out_as_keyed(number: str) -> None:
    call = offered().press("2", number, "1")
    assert call.outcomes == (CallbackWanted(number, "billing"), DONE)


@pytest.mark.parametrize("number", ["911", "123456", "1234567890123456"])
def test_other_lengths_are_asked_for_again(number: str) -> None:
    call = offered().press("2", number)
    assert call.said.startswith("Sorry, I need between 7 and 15 digits.")
    assert not any(isinstance(each, CallbackWanted) for each in call.all_outcomes)


def test_a_number_may_be_said_digit_by_digit_and_is_always_read_back() -> None:
    call = offered().press("2").say("four one five, double five five, oh one nine nine", 0.95)
    assert "I have 4 1 5, 5 5 5, 0 1 9 9." in call.said
    assert call.say("yes").outcomes == (CallbackWanted("4155550199", "billing"), DONE)


def test_words_among_the_digits_are_not_guessed_at() -> None:
    call = offered().press("2").say("it is four one five and so on")
    assert call.said.startswith("Sorry.")


def test_a_number_said_at_the_offer_is_taken_too() -> None:
    assert "I have 4 1 5, 5 5 5, 0 1 9 9." in offered().say("415 555 0199").said


def test_a_number_turned_down_is_asked_for_once_more_then_a_message_is_taken() -> None:
    call = offered().press("2", "2025550188", "2")
    assert call.said.startswith("Let's do it once more.")
    call.press("2025550199", "2")
    assert call.at == "take-message"
    assert not any(isinstance(each, CallbackWanted) for each in call.all_outcomes)


def test_the_second_number_is_the_one_that_counts() -> None:
    call = offered().press("2", "2025550188", "2", "2025550199", "1")
    assert call.outcomes == (CallbackWanted("2025550199", "billing"), DONE)


@pytest.mark.parametrize("caller", [None, UNKNOWN, ""])
def test_a_withheld_caller_is_asked_for_a_number_at_once(caller: object) -> None:
    call = offered(caller=caller)
    assert "your number is hidden" in call.said
    assert call.press("2025550188", "1").outcomes == (CallbackWanted("2025550188", "billing"), DONE)


def test_the_promise_names_number_and_ticket() -> None:
    said = offered().press("1").said
    assert "We'll call you back on 4 1 5, 5 5 5, 0 1 2 3." in said
    assert "Your ticket number is 1 0 4 2." in said


@pytest.mark.parametrize("ticket", [None, UNKNOWN])
def test_without_a_known_ticket_the_promise_stands_alone(ticket: object) -> None:
    call = offered(ticket=ticket).press("1")
    assert call.said == "Thank you. We'll call you back on 4 1 5, 5 5 5, 0 1 2 3. Goodbye."
    assert call.outcomes == (CallbackWanted(CALLER, "billing"), DONE)


def test_nine_reads_the_number_again() -> None:
    call = offered().press("2", "2025550188", "9")
    assert "I have 2 0 2, 5 5 5, 0 1 8 8." in call.said


def test_zero_asks_for_a_person_even_while_keying_a_number() -> None:
    assert offered().press("2", "0").at == "nobody-there"


@pytest.mark.parametrize("keys", [(), ("2",), ("2", "2025550188")])
def test_three_silences_anywhere_end_in_a_message(keys: tuple[str, ...]) -> None:
    call = offered().press(*keys).silence(3)
    assert call.at == "take-message"
