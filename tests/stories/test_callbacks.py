"""A callback is a promise: asked for, judged, placed, tried again, kept; or refused with its reason on the ticket."""

import dataclasses
from datetime import UTC, datetime

import pytest

from simulator.behaviours import Behaviour
from tests.stories.asking import ASK, MORNING_IN_CALIFORNIA

CALLER = "+14155550100"
ANOTHER = """
story: asks for a callback elsewhere
lines:
  - press: "2"
  - press: "2"
  - press: "2"
  - press: "{number}#"
  - press: "1"
"""
AGENTS = ["+12025550104", "+12025550105", "+12025550107"]


@pytest.fixture
def house(opened, clock):
    clock.set(MORNING_IN_CALIFORNIA)
    return opened()


def customers_phone(house, *outcomes):
    house.carrier.phones.set(CALLER, *(Behaviour(outcome=outcome) for outcome in outcomes))


def until_quiet(house, clock, *, hours=3):
    """Let time pass, and everything that falls due happen."""
    for _ in range(hours * 12):
        house.work()
        clock.move(minutes=5)


def the_callback(house):
    [row] = house.rows("select state, why, attempts from callback")
    return row


def told(house, prefix="callback"):
    return [
        type for (type,) in house.rows("select type from event order by happened_at, id") if type.startswith(prefix)
    ]


def test_it_rings_an_agent_first_then_the_customer(house, clock):
    house.story(ASK)
    until_quiet(house, clock, hours=1)
    assert the_callback(house)[0] == "completed"
    legs = house.rows("select l.role, l.to_number, l.status from leg l join call c on c.id = l.call_id"
                      " where c.direction = 'outbound' order by l.id")  # fmt: skip
    assert [(role, status) for role, _, status in legs] == [("agent", "completed"), ("outside", "completed")]
    assert legs[1][1] == CALLER
    rung = house.one("select a.phone from callback_attempt t join account a on a.id = t.account_id")
    assert rung in AGENTS


def test_everything_of_it_is_on_the_one_ticket_of_the_call(house, clock):
    house.story(ASK)
    until_quiet(house, clock, hours=1)
    assert house.one("select count(*) from ticket") == 1
    assert house.rows("select distinct ticket_id from call") == [(1001,)]
    assert "callback_completed" in told(house)


def test_it_is_done_at_the_third_try(house, clock):
    customers_phone(house, "no-answer", "no-answer", "answers")
    house.story(ASK)
    until_quiet(house, clock)
    state, _, attempts = the_callback(house)
    assert (state, attempts) == ("completed", 3)
    outcomes = [row[0] for row in house.rows("select outcome from callback_attempt order by number")]
    assert outcomes[:2] == ["no_answer", "no_answer"]
    [first, second, third] = [at for (at,) in house.rows("select started_at from callback_attempt order by number")]
    assert (second - first).total_seconds() >= 600
    assert (third - second).total_seconds() >= 3600


def test_after_three_tries_it_is_given_up_with_its_reason(house, clock):
    customers_phone(house, "no-answer")
    house.story(ASK)
    until_quiet(house, clock, hours=6)
    state, why, attempts = the_callback(house)
    assert (state, attempts) == ("exhausted", 3)
    assert why


def test_an_agent_who_does_not_accept_is_not_a_failed_attempt(house, clock):
    for agent in AGENTS:
        house.carrier.phones.set(agent, Behaviour(outcome="no-answer"), Behaviour(presses=("1",)))
    house.story(ASK)
    until_quiet(house, clock)
    state, _, attempts = the_callback(house)
    assert (state, attempts) == ("completed", 1)
    assert house.one("select count(*) from callback_attempt") > 1


@pytest.mark.parametrize(
    ("number", "why"),
    [("19005550100", "premium"), ("011442079460000", "country"), ("18765550100", "country"), ("911", "")],
)
def test_a_number_that_may_not_be_dialled_is_refused_on_the_ticket_and_nothing_is_dialled(house, clock, number, why):
    if number == "911":
        house.story(ANOTHER.format(number=number).rsplit("  - press", 1)[0] + "  - hang up\n")
        assert house.rows("select * from callback") == []
        return
    house.story(ANOTHER.format(number=number))
    until_quiet(house, clock, hours=1)
    state, reason, _ = the_callback(house)
    assert state in ("blocked", "invalid")
    assert reason == why
    assert house.rows("select * from call where direction = 'outbound'") == []
    assert any(type in ("callback_blocked", "callback_invalid") for type in told(house))


def test_another_number_is_called_when_it_may_be(house, clock):
    house.story(ANOTHER.format(number="4155550123"))
    until_quiet(house, clock, hours=1)
    assert house.rows("select e164, state from callback") == [("+14155550123", "completed")]


def test_at_night_where_they_live_it_waits_for_the_morning(house, clock):
    clock.set(datetime(2026, 11, 23, 7, 0, tzinfo=UTC))  # 23:00 on Sunday in California
    house.story(ASK)
    until_quiet(house, clock, hours=2)
    assert house.one("select state from callback") in ("queued", "scheduled")
    clock.set(datetime(2026, 11, 23, 16, 1, tzinfo=UTC))
    until_quiet(house, clock, hours=1)
    assert the_callback(house)[0] == "completed"


def test_asking_twice_is_one_promise(house):
    house.story(ASK)
    house.story(ASK)
    house.work()
    states = sorted(state for (state,) in house.rows("select state from callback"))
    assert states.count("superseded") == 1


def test_the_talk_is_recorded_and_the_customer_is_told_so(house, clock):
    house.story(ASK)
    until_quiet(house, clock, hours=1)
    assert house.rows("select kind, state from recording") == [("call", "stored")]


def test_one_who_refused_recording_is_not_recorded_on_the_callback_either(house, clock):
    house.story(ASK.replace("lines:\n", 'lines:\n  - press: "8"\n'))
    until_quiet(house, clock, hours=1)
    assert the_callback(house)[0] == "completed"
    assert house.rows("select * from recording") == []


def test_the_switch_that_stops_all_dialling_holds_promises_and_breaks_none(opened, settings, clock):
    clock.set(MORNING_IN_CALIFORNIA)
    house = opened(settings=dataclasses.replace(settings, callbacks=False))
    house.story(ASK)
    until_quiet(house, clock, hours=1)
    assert the_callback(house)[0] == "queued"
    assert house.rows("select * from call where direction = 'outbound'") == []
    assert "callback_held" in told(house)
