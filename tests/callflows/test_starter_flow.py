"""The starter flow, as callers meet it."""

import pytest

from callflows.instructions import Ask, HangUp, Record, Say
from callflows.library import shipped
from callflows.outcomes import CallbackWanted, Ended, Matter, MessageExpected, Passed, Unrecorded
from tests.callflows.conversation import CALLER, UNKNOWN, Conversation, Open, instructions


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


def test_two_two_two_asks_for_another_number_and_reads_it_back() -> None:
    call = Conversation().press("2", "2", "2", "2025550188")
    assert "2 0 2 5 5 5 0 1 8 8" in call.said.replace(",", "")
    call.press("1")
    assert call.outcomes == (CallbackWanted("2025550188", "billing"), Ended("callback_requested"))


@pytest.mark.parametrize(("key", "department"), [("1", "technical"), ("2", "billing"), ("3", "general")])
def test_each_department_has_its_key(key: str, department: str) -> None:
    call = Conversation().press(key)
    assert call.outcomes == (Matter(department),)
    assert call.at == "nobody-there"
    assert isinstance(call.listening, Ask)


@pytest.mark.parametrize(
    ("phrase", "label"),
    [
        (phrase, choice.label)
        for choice in shipped()["main"].steps["choose"].choices  # type: ignore[attr-defined]
        for phrase, label in zip(
            shipped()["main"].steps["choose"].phrases["en"].phrases,  # type: ignore[attr-defined]
            shipped()["main"].steps["choose"].phrases["en"].labels,  # type: ignore[attr-defined]
            strict=True,
        )
        if label == choice.label
    ],
)
def test_each_phrase_of_the_menu_is_taken_at_once(phrase: str, label: str) -> None:
    assert Passed("choose", label) in Conversation().say(phrase, 0.85).path


@pytest.mark.parametrize("words", ["technical", "Billing.", "general", "existing"])
def test_the_words_of_the_contract_are_understood(words: str) -> None:
    label = words.rstrip(".").lower()
    assert Passed("choose", label) in Conversation().say(words).path


def test_the_notice_comes_first_and_cannot_be_talked_over() -> None:
    first = instructions(shipped()["main"], Conversation().last)[0]
    assert isinstance(first, Say)
    assert "may be recorded" in first.text


def test_every_key_is_named_after_what_it_does() -> None:
    said = Conversation().said
    for function, key in [("technical", 1), ("billing", 2), ("general", 3), ("existing", 4), ("recording, press", 8)]:
        assert said.lower().rindex(function, 0, said.index(f"press {key}") + 5) < said.index(f"press {key}")
    assert "again, press 9" in said
    assert "person, press 0" in said


def test_the_options_are_said_within_twenty_seconds() -> None:
    options = Conversation().said.split("How can we help?")[1]
    assert len(options.split()) / 150 * 60 <= 20


@pytest.mark.parametrize("how", ["0", "operator", "a person please", "I want to talk to someone"])
def test_zero_or_operator_leads_to_a_person_in_general(how: str) -> None:
    call = Conversation()
    call = call.press(how) if how == "0" else call.say(how)
    assert call.outcomes == (Matter("general", "operator"),)
    assert call.at == "nobody-there"


def test_three_failures_lead_to_a_person_in_general() -> None:
    call = Conversation().silence().say("mumble").silence()
    assert call.said.startswith("Let me get someone for you.")
    assert call.outcomes == (Matter("general", "ivr_failed"),)
    assert call.at == "nobody-there"


def test_who_chose_a_department_stays_with_it_when_asking_for_a_person() -> None:
    call = Conversation().press("2", "0", "1").record(9)
    assert Matter(None, "operator") in call.all_outcomes
    assert MessageExpected("billing") in call.all_outcomes
    assert Matter("general", "operator") not in call.all_outcomes


def test_asking_for_a_person_again_is_answered_honestly_and_ends_in_a_message() -> None:
    call = Conversation().press("0", "0")
    assert call.said.startswith("I'm sorry, nobody is free to come to the phone yet.")
    call.press("0", "0")
    assert call.at == "take-message"
    assert call.outcomes == (MessageExpected("general"),)


def test_eight_goes_on_unrecorded_and_says_so() -> None:
    call = Conversation().press("8")
    assert call.outcomes == (Unrecorded(),)
    assert "without recording" in call.said
    assert "press 1" in call.said
    call.press("1", "1")
    assert "Your message itself is recorded." in call.said


def test_nine_and_the_star_say_it_again_without_counting_it_as_trouble() -> None:
    call = Conversation()
    options = call.said.split("How can we help?")[1]
    for again in ("9", "*"):
        call.press(again)
        assert options in call.said
        assert "Sorry" not in call.said
    assert call.last.position is not None
    assert (call.last.position.misses, call.last.position.repeats) == (0, 2)


def test_a_key_held_down_does_not_hold_the_line_for_ever() -> None:
    call = Conversation()
    for _ in range(20):
        if call.at == "take-message":
            break
        call.press("9")
    assert call.at == "take-message"


def test_a_closed_desk_says_when_it_opens_again() -> None:
    call = Conversation(hours={"billing": Open(False, "on Monday at 9")}).press("2")
    assert "OK, billing. We're closed right now. We open again on Monday at 9." in call.said
    assert "nobody is free" not in call.said


def test_a_closed_desk_without_a_known_opening_only_says_it_is_closed() -> None:
    call = Conversation(hours={"billing": Open(False)}).press("2")
    assert "We're closed right now. To leave a message" in call.said


@pytest.mark.parametrize("hours", [UNKNOWN, {}, {"billing": UNKNOWN}])
def test_unknown_hours_are_neither_open_nor_closed(hours: object) -> None:
    call = Conversation(hours=hours).press("2")
    assert "nobody is free to take your call" in call.said
    assert "closed" not in call.said


def test_somebody_on_duty_is_not_promised_while_nobody_can_be_reached() -> None:
    assert Conversation(duty={"billing": True}).press("2").at == "nobody-there"


def test_nothing_the_line_says_calls_the_caller_wrong() -> None:
    for prompt in shipped()["main"].prompts["en"].values():
        for each in prompt.instructions:
            texts = [part for part in getattr(each, "prompts", (each,)) if isinstance(part, Say)]
            assert not any(word in part.text.lower() for part in texts for word in ("invalid", "wrong", "error"))


def test_a_plain_call_needs_no_read_until_a_ticket_number_is_spoken() -> None:
    call = Conversation().press("2", "1")
    assert call.reads == []
    call.record(20)
    assert call.reads == [frozenset({"ticket"})]
