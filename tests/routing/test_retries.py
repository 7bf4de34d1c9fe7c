"""When a callback is tried again, and the table of its states."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callback_states import (
    FINAL,
    MOVES,
    ImpossibleMoveError,
    check_move,
    may_cancel,
    may_move,
    moves_to,
)
from routing.dial_outcomes import Outcome, outcome_of_dial, outcome_of_error
from routing.models import CallbackState
from routing.retries import Next, RetryPlan, Tried, after, may_leave_message

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
S = CallbackState


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.UNREACHABLE])
def test_three_tries_have_gaps_of_ten_and_sixty_minutes(outcome):
    assert after(outcome, tried=Tried(1), now=NOW) == Next(minutes(10), S.QUEUED, outcome.value)
    assert after(outcome, tried=Tried(2), now=NOW) == Next(minutes(60), S.QUEUED, outcome.value)
    assert after(outcome, tried=Tried(3), now=NOW) == Next(None, S.EXHAUSTED, outcome.value)


def test_a_busy_line_is_tried_again_after_five_minutes_and_counts():
    assert after(Outcome.BUSY, tried=Tried(2), now=NOW) == Next(minutes(5), S.QUEUED, "busy")
    assert after(Outcome.BUSY, tried=Tried(3), now=NOW) == Next(None, S.EXHAUSTED, "busy")


def test_a_number_nobody_has_fails_at_once():
    assert after(Outcome.INVALID, tried=Tried(1), now=NOW) == Next(None, S.INVALID, "invalid")


def test_a_destination_the_carrier_refuses_is_blocked_with_an_alarm():
    assert after(Outcome.REFUSED, tried=Tried(1), now=NOW) == Next(None, S.BLOCKED, "carrier_refused", alarm=True)


def test_a_machine_counts_as_reached_and_gets_one_message_at_most():
    assert may_leave_message(Tried(1))
    assert not may_leave_message(Tried(2, messages_left=1))
    assert after(Outcome.MACHINE, tried=Tried(1, messages_left=1), now=NOW) == Next(None, S.COMPLETED, "message_left")
    assert after(Outcome.MACHINE, tried=Tried(1), now=NOW) == Next(None, S.COMPLETED, "machine")


def test_without_messages_a_machine_is_like_no_answer():
    plan = RetryPlan(leaves_message=False)
    assert not may_leave_message(Tried(1), plan=plan)
    assert after(Outcome.MACHINE, tried=Tried(1), now=NOW, plan=plan) == Next(minutes(10), S.QUEUED, "machine")


def test_an_agent_who_does_not_accept_costs_the_customer_no_try():
    asked = Tried(attempts=0, agent_rounds=4)
    assert after(Outcome.AGENT_NOT_ACCEPTED, tried=asked, now=NOW) == Next(minutes(2), S.QUEUED, "agent_not_accepted")


def test_five_agents_in_vain_raise_one_alarm_and_slow_the_pace():
    alarms = []
    for rounds in range(1, 11):
        answer = after(Outcome.AGENT_NOT_ACCEPTED, tried=Tried(0, rounds), now=NOW)
        alarms.append(answer.alarm)
        assert answer.state is S.QUEUED
        assert answer.at == minutes(15 if rounds >= 5 else 2)
    assert [n + 1 for n, alarm in enumerate(alarms) if alarm] == [5, 10]


def test_trouble_at_the_carrier_is_no_try_and_goes_on_soon():
    assert after(Outcome.CARRIER_TROUBLE, tried=Tried(3), now=NOW) == Next(minutes(2), S.QUEUED, "carrier_trouble")


@given(st.sampled_from(Outcome), st.integers(0, 9), st.integers(0, 30), st.integers(0, 2), st.booleans())
def test_every_outcome_has_an_answer_that_the_table_allows(outcome, attempts, rounds, messages, leaves):
    answer = after(outcome, tried=Tried(attempts, rounds, messages), now=NOW, plan=RetryPlan(leaves_message=leaves))
    before = S.RESERVED if outcome is Outcome.AGENT_NOT_ACCEPTED else S.DIALLING
    assert may_move(before, answer.state)
    # Whoever waits has a time, and nobody else has.
    assert (answer.at is not None) == (answer.state is S.QUEUED)
    assert answer.at is None or answer.at > NOW


def test_no_callback_is_dialled_for_ever():
    for tries in range(3, 50):
        assert after(Outcome.NO_ANSWER, tried=Tried(tries), now=NOW).state is S.EXHAUSTED


@pytest.mark.parametrize(
    ("status", "answered_by", "sip", "outcome"),
    [
        ("completed", "human", None, Outcome.CONNECTED),
        ("completed", "unknown", None, Outcome.CONNECTED),
        ("completed", None, "200", Outcome.CONNECTED),
        ("in-progress", "machine_start", None, Outcome.MACHINE),
        ("completed", "machine_end_beep", None, Outcome.MACHINE),
        ("completed", "machine_end_silence", None, Outcome.MACHINE),
        ("completed", "fax", None, Outcome.MACHINE),
        ("busy", None, "486", Outcome.BUSY),
        ("no-answer", None, "487", Outcome.NO_ANSWER),
        ("canceled", None, None, Outcome.NO_ANSWER),
        ("failed", None, "404", Outcome.INVALID),
        ("failed", None, "484", Outcome.INVALID),
        ("failed", None, "503", Outcome.UNREACHABLE),
        ("failed", None, None, Outcome.UNREACHABLE),
        ("something new", None, None, Outcome.UNREACHABLE),
    ],
)
def test_what_the_carrier_says_is_read_as_an_outcome(status, answered_by, sip, outcome):
    assert outcome_of_dial(status, answered_by=answered_by, sip_code=sip) is outcome


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (21211, Outcome.INVALID),
        (21215, Outcome.REFUSED),
        (20429, Outcome.CARRIER_TROUBLE),
        (20003, Outcome.CARRIER_TROUBLE),
        (None, Outcome.CARRIER_TROUBLE),
    ],
)
def test_a_refused_request_is_read_as_an_outcome(code, outcome):
    assert outcome_of_error(code) is outcome


# The table of states


def test_every_state_has_a_row_and_nothing_leads_out_of_a_final_one():
    assert set(MOVES) == set(CallbackState)
    assert {state for state, following in MOVES.items() if not following} == FINAL


def test_every_state_can_be_reached_and_every_state_can_end():
    reached = {S.REQUESTED}
    for _ in CallbackState:
        reached |= {after for state in reached for after in MOVES[state]}
    assert reached == set(CallbackState)
    for state in CallbackState:
        ends = {state}
        for _ in CallbackState:
            ends |= {after for before in ends for after in MOVES[before]}
        assert ends & FINAL


def test_a_callback_can_be_cancelled_until_the_customer_is_dialled():
    assert [state for state in CallbackState if may_cancel(state)] == [S.REQUESTED, S.SCHEDULED, S.QUEUED, S.RESERVED]
    assert set(moves_to(S.CANCELLED)) == {S.REQUESTED, S.SCHEDULED, S.QUEUED, S.RESERVED}


def test_an_impossible_move_is_named():
    check_move(S.RESERVED, S.DIALLING)
    with pytest.raises(ImpossibleMoveError, match="a callback that is completed cannot become queued"):
        check_move(S.COMPLETED, S.QUEUED)
    assert not any(may_move(state, state) for state in CallbackState)
