"""Branching by opening hours, and handing over to a department."""

import pytest

from callflows.outcomes import Matter, Passed
from callflows.reading import read_flow
from tests.callflows.conversation import UNKNOWN, Conversation, Open
from tests.callflows.written import SMALL, broken

HOURS = """
  when:
    kind: hours
    departments: [sales, repairs]
    open: pick
    closed: leave
    unknown: bye
"""
BY_HOURS = SMALL.replace("next: pick", "next: when").replace("  pick:\n", HOURS.lstrip("\n") + "  pick:\n", 1)


def call(text: str = BY_HOURS, **facts: object) -> Conversation:
    return Conversation(flow=read_flow(text), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("open_one", ["sales", "repairs"])
def test_one_open_department_is_enough(open_one: str) -> None:
    hours = {"sales": Open(False), "repairs": Open(False)} | {open_one: Open(True)}
    assert call(hours=hours).at == "pick"


def test_all_closed_says_when_the_first_opens() -> None:
    hours = {"sales": Open(False, "tomorrow at 8:30"), "repairs": Open(False, "on Monday at 9")}
    assert "We open again tomorrow at 8:30." in call(hours=hours).said


def test_a_quiet_hours_step_says_nothing() -> None:
    text = BY_HOURS.replace("closed: leave", "closed: leave\n    quiet: yes")
    assert "closed" not in call(text, hours={"sales": Open(False, "tomorrow")}).said


def test_hours_that_cannot_be_read_have_their_own_way() -> None:
    assert call(hours=UNKNOWN).said == "Hello. Goodbye."
    assert call(BY_HOURS.replace("    unknown: bye\n", ""), hours=UNKNOWN).at == "leave"


def test_two_steps_of_one_turn_may_speak_of_different_openings() -> None:
    text = BY_HOURS.replace("closed: leave", "closed: person")
    hours = {"sales": Open(False, "tomorrow at 8"), "general": Open(False, "on Friday at 10")}
    said = call(text, hours=hours).said
    assert "We open again tomorrow at 8." in said
    assert "We open again on Friday at 10." in said


STAFFED = broken("otherwise: leave", "otherwise: leave\n    on_duty: bye")


def test_somebody_on_duty_in_an_open_department_is_reached_where_the_flow_has_a_way() -> None:
    sales = call(STAFFED, hours={"general": Open(True)}, duty={"general": True}).press("1")
    assert sales.said == "Goodbye."
    assert Passed("person", "on duty") in sales.path


@pytest.mark.parametrize(
    ("hours", "duty"),
    [
        ({"general": Open(False)}, {"general": True}),
        ({"general": Open(True)}, {"general": False}),
        (UNKNOWN, {"general": True}),
        ({"general": Open(True)}, UNKNOWN),
    ],
)
def test_otherwise_the_call_goes_on_honestly(hours: object, duty: object) -> None:
    assert call(STAFFED, hours=hours, duty=duty).press("1").at == "leave"


def test_a_department_gives_the_matter_its_reason_priority_and_tags() -> None:
    text = broken("otherwise: leave", "otherwise: leave\n    reason: outage\n    priority: 1\n    tags: [vip, storm]")
    matter = Matter("general", "outage", None, 1, ("vip", "storm"))
    assert call(text).press("1").outcomes[0] == matter


def test_a_choice_may_give_the_matter_a_reason() -> None:
    text = broken("next: bye", "next: bye\n        reason: repair\n        tags: workshop")
    assert call(text).press("2").outcomes[0] == Matter(None, "repair", None, None, ("workshop",))


def test_keeping_the_department_gives_way_when_somebody_can_take_the_call() -> None:
    text = STAFFED.replace("department: general", "department: general\n    keep_department: yes")
    twice = text.replace("on_duty: bye", "on_duty: pick")
    chosen = call(twice, hours={"general": Open(True)}, duty={"general": True}).press("1", "1")
    assert chosen.outcomes == (Matter("general"),)
