"""Choosing by voice and key: how sure is sure enough, and what happens when it is not."""

import pytest

from callflows.instructions import Ask
from callflows.outcomes import Matter, Passed
from tests.callflows.conversation import Conversation


def asked(call: Conversation) -> Ask:
    assert isinstance(call.listening, Ask)
    return call.listening


@pytest.mark.parametrize("confidence", [0.80, 0.95, 1.0, None])
def test_a_sure_answer_is_taken_at_once(confidence: float | None) -> None:
    assert Conversation().say("billing", confidence).outcomes == (Matter("billing"),)


@pytest.mark.parametrize("confidence", [0.45, 0.6, 0.79])
def test_a_half_sure_answer_is_asked_back(confidence: float) -> None:
    call = Conversation().say("billing", confidence)
    assert call.said == "Billing, right? Press 1 or say yes. If not, press 2 or say no."
    assert call.outcomes == ()


@pytest.mark.parametrize("confidence", [0.0, 0.2, 0.44])
def test_an_unsure_answer_counts_as_not_understood(confidence: float) -> None:
    call = Conversation().say("billing", confidence)
    assert call.said.startswith("Sorry. Please press or say: For technical support, 1. For billing, 2.")


def test_the_beginning_of_a_word_is_asked_back_even_when_heard_clearly() -> None:
    assert Conversation().say("bil…", 0.9).said.startswith("Billing, right?")


def test_a_misheard_word_is_asked_back_or_taken_by_how_near_it_is() -> None:
    assert Conversation().say("biling", 0.9).outcomes == (Matter("billing"),)
    assert Conversation().say("filling", None).said.startswith("Billing, right?")


@pytest.mark.parametrize("words", ["yes", "Yeah.", "that's right", "yes please", "billing", "one"])
def test_yes_in_words_accepts(words: str) -> None:
    assert Conversation().say("billing", 0.5).say(words).outcomes == (Matter("billing"),)


def test_one_accepts_and_two_goes_back_to_the_choices() -> None:
    assert Conversation().say("billing", 0.5).press("1").outcomes == (Matter("billing"),)
    assert Conversation().say("billing", 0.5).press("2").said.startswith("Please press or say: For technical")


def test_no_with_a_correction_is_understood() -> None:
    call = Conversation().say("billing", 0.55).say("no, technical", 0.85)
    assert call.outcomes == (Matter("technical"),)


def test_the_mumbling_caller_of_the_scenarios_gets_to_technical() -> None:
    call = Conversation().say("bil…", 0.55).say("no").say("technical", 0.85)
    assert call.outcomes == (Matter("technical"),)
    assert call.path[1:3] == [Passed("choose", None), Passed("choose", "billing?")]


def test_another_word_instead_of_yes_or_no_is_a_correction_too() -> None:
    assert Conversation().say("billing", 0.55).say("technical support", 0.9).outcomes == (Matter("technical"),)


def test_the_key_of_another_choice_while_asked_back_is_taken() -> None:
    assert Conversation().say("billing", 0.5).press("3").outcomes == (Matter("general"),)


def test_after_two_wrong_guesses_only_keys_are_heard() -> None:
    call = Conversation().say("billing", 0.5).say("no").say("general", 0.5).say("no")
    assert call.said.startswith("Let's use the keypad. For technical support, press 1.")
    assert not asked(call).speech
    assert call.say("billing", 0.99).outcomes == ()
    assert call.press("2").outcomes == (Matter("billing"),)


def test_guessing_back_and_forth_ends_at_the_keypad() -> None:
    call = Conversation().say("billing", 0.5).say("technical", 0.5).say("billing", 0.5)
    assert not asked(call).speech


def test_a_wrong_guess_is_not_counted_as_the_callers_failure() -> None:
    call = Conversation().say("billing", 0.5).say("no")
    assert call.last.position is not None
    assert (call.last.position.misses, call.last.position.silences) == (0, 0)


@pytest.mark.parametrize("words", ["two", "press two", "number 2", "2", "press to", "option two please"])
def test_a_key_may_be_said(words: str) -> None:
    assert Conversation().say(words).outcomes == (Matter("billing"),)


@pytest.mark.parametrize("words", ["to", "for", "oh", "uh", "the"])
def test_small_words_that_sound_like_digits_are_no_keys(words: str) -> None:
    assert Conversation().say(words, None).said.startswith("Sorry.")


def test_two_things_at_once_are_not_guessed_between() -> None:
    assert Conversation().say("billing and technical").said.startswith("Sorry.")


def test_not_billing_is_never_taken_for_billing() -> None:
    assert Conversation().say("not billing").outcomes == ()


def test_a_long_sentence_with_one_of_the_words_is_understood() -> None:
    words = "hello yes I would like to ask something about an invoice that I got"
    assert Conversation().say(words).outcomes == (Matter("billing"),)


@pytest.mark.parametrize("key", ["5", "6", "7", "#", "12", "A"])
def test_a_key_without_meaning_gets_the_choices_in_one_breath(key: str) -> None:
    call = Conversation().press(key)
    assert call.said.startswith("Sorry. Please press or say:")
    assert call.at == "choose"


def test_the_first_silence_gets_the_whole_question_again() -> None:
    call = Conversation().silence()
    assert call.said.startswith("Sorry, I didn't hear you. How can we help? For technical support, press 1")


def test_the_second_silence_gets_the_short_form_and_time() -> None:
    call = Conversation().silence(2)
    assert call.said.startswith("Sorry, I still can't hear you. Take your time. Please press or say:")


def test_silences_and_misses_are_counted_apart_and_capped_together() -> None:
    call = Conversation().silence().press("7")
    assert call.last.position is not None
    assert (call.last.position.silences, call.last.position.misses) == (1, 1)
    assert call.silence().at == "nobody-there"


def test_an_answer_that_is_understood_clears_the_count() -> None:
    call = Conversation().silence(2).press("2")
    assert call.last.position is not None
    assert (call.last.position.silences, call.last.position.misses) == (0, 0)


def test_trouble_makes_the_line_twice_as_patient_for_the_rest_of_the_call() -> None:
    call = Conversation()
    assert asked(call).timeout == 5
    assert asked(call.silence()).timeout == 10
    assert asked(call.press("2")).timeout == 10
    assert asked(call.press("2")).timeout == 10


def test_the_apology_cannot_be_talked_over() -> None:
    call = Conversation().silence()
    assert call.last.prompts == ("silence-1", "choose:ask-slow")


def test_silence_while_asked_back_asks_back_again() -> None:
    call = Conversation().say("billing", 0.5).silence()
    assert call.said.startswith("Sorry, I didn't hear you. Billing, right?")
    assert call.say("yes").outcomes == (Matter("billing"),)


def test_the_recogniser_is_told_what_to_expect() -> None:
    hints = asked(Conversation()).hints
    assert {"billing", "technical", "operator"} <= set(hints)
    assert len(hints) <= 500
    assert all(len(hint) <= 100 for hint in hints)
