"""A ticket's state is spoken only to the very number it was opened from, and never more than that."""

from datetime import date

import pytest

from callflows.outcomes import CallbackWanted, Ended, JoinTicket, Matter
from tests.callflows.conversation import CALLER, UNKNOWN, Conversation, KnownTicket

OPENED = date(2026, 11, 5)
ONE = (KnownTicket(1001, "open", OPENED),)
TWO = (KnownTicket(1003, "pending", OPENED), KnownTicket(1001, "open", OPENED))
OVER = (KnownTicket(1001, "solved", OPENED),)


def asked(tickets: object = (), **facts: object) -> Conversation:
    return Conversation(tickets=tickets, **facts).press("4")  # type: ignore[arg-type]


def test_the_only_ticket_is_told_at_once() -> None:
    call = asked(ONE)
    assert call.said.startswith("Your ticket 1 0 0 1, opened on November 5, 2026, is being worked on.")
    assert call.outcomes == (JoinTicket(1001),)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("new", "received"),
        ("pending", "waiting for your answer"),
        ("on_hold", "on hold while we wait for someone else"),
        ("solved", "solved"),
        ("something_new", "with our team"),
    ],
)
def test_each_state_has_its_words(state: str, words: str) -> None:
    assert f"is {words}." in asked((KnownTicket(1001, state, OPENED),)).said


def test_the_only_open_ticket_is_told_and_others_can_be_asked_for() -> None:
    call = asked((*ONE, KnownTicket(900, "closed", OPENED)))
    assert "1 0 0 1" in call.said
    assert "For a different ticket, press 3." in call.said
    call.press("3", "900")
    assert "9 0 0" in call.said
    assert "is closed" in call.said


def test_several_open_tickets_are_asked_for_by_number() -> None:
    call = asked(TWO)
    assert "key in your ticket number" in call.said
    call.press("1003")
    assert "Your ticket 1 0 0 3, opened on November 5, 2026, is waiting for your answer." in call.said
    assert call.outcomes == (JoinTicket(1003),)


def test_a_ticket_number_may_be_said() -> None:
    assert "1 0 0 3" in asked(TWO).say("one zero zero three").said


@pytest.mark.parametrize("tickets", [(), TWO])
def test_anothers_ticket_and_one_that_does_not_exist_sound_the_same(tickets: object) -> None:
    anothers, nothing = asked(tickets).press("1002"), asked(tickets).press("987654")
    assert anothers.said == nothing.said
    assert anothers.said.startswith("I can't find that ticket under the number you're calling from.")
    assert anothers.last.position == nothing.last.position


def test_a_number_not_found_twice_leads_to_a_callback_that_names_it() -> None:
    call = asked(TWO).press("1002", "1002")
    assert call.at == "call-back"
    assert call.outcomes == (Matter("general", "existing_ticket", "Asked about ticket 1002"),)
    assert call.press("1").outcomes == (CallbackWanted(CALLER, "general"), Ended("callback_requested"))


def test_what_has_more_digits_than_a_ticket_is_not_written_down() -> None:
    call = asked(TWO).press("371449635398431", "371449635398431")
    assert call.outcomes == (Matter("general", "existing_ticket", None),)


def test_a_withheld_caller_hears_nothing_about_any_ticket() -> None:
    call = asked(ONE, caller=None)
    assert "1 0 0 1" not in call.said
    assert call.at == "call-back"
    assert call.reads == []


def test_a_failed_attestation_leads_to_a_callback() -> None:
    call = asked(ONE, attested=False)
    assert "1 0 0 1" not in call.said
    assert call.at == "call-back"
    assert call.outcomes == (Matter("general", "existing_ticket"),)


@pytest.mark.parametrize("attested", [True, None])
def test_a_number_that_is_attested_or_not_told_is_trusted(attested: object) -> None:
    assert "1 0 0 1" in asked(ONE, attested=attested).said


def test_what_cannot_be_looked_up_is_said_so() -> None:
    call = asked(UNKNOWN)
    assert call.said.startswith("I'm sorry, I can't look that up right now. We can call you back.")


def test_the_database_going_away_in_the_middle_is_said_too() -> None:
    call = asked(TWO)
    call.tickets = UNKNOWN
    assert "can't look that up" in call.press("1003").said
    call = asked(ONE)
    call.tickets = UNKNOWN
    assert "can't look that up" in call.press("9").said


def test_one_asks_for_a_callback_about_the_ticket() -> None:
    call = asked(ONE).press("1")
    assert call.outcomes == (JoinTicket(1001),)
    call.press("1")
    assert call.outcomes == (CallbackWanted(CALLER, None), Ended("callback_requested"))
    assert "Your ticket number is 1 0 0 1." in call.said


@pytest.mark.parametrize("key", ["2", "0"])
def test_two_or_zero_asks_for_a_person_and_leaves_the_tickets_department_alone(key: str) -> None:
    call = asked(ONE).press(key)
    assert call.outcomes == (JoinTicket(1001),)
    assert call.at == "nobody-there"
    call.press("1").record(10)
    assert not any(isinstance(each, Matter) for each in call.all_outcomes)
    assert "1 0 0 1" in call.said


def test_nine_tells_it_again() -> None:
    call = asked(ONE)
    told = call.said
    assert call.press("9").said == told


def test_saying_nothing_more_ends_kindly() -> None:
    call = asked(ONE).silence()
    assert call.said == "Thank you for calling. Goodbye."
    assert call.outcomes == (JoinTicket(1001), Ended("informed"))


def test_a_ticket_that_is_over_is_told_but_not_joined() -> None:
    call = asked(OVER)
    assert "is solved" in call.said
    assert call.outcomes == ()
    call.press("1")
    assert call.outcomes == (Matter("general", "existing_ticket", "About ticket 1001"),)
    call.press("1")
    assert "1 0 4 2" in call.said


def test_three_silences_while_asked_for_the_number_lead_to_a_callback() -> None:
    assert asked(TWO).silence(3).at == "call-back"


def test_tickets_are_read_once_in_a_turn() -> None:
    assert asked(ONE).reads == [frozenset({"tickets"})]
