"""Webhooks of a call we placed are lost for good: the carrier's list tells of its legs afterwards, once."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import text

from ivr.reconciling_report import Left
from simulator.lies import HONEST, Lies
from tests.stories.asking import ASK, MORNING_IN_CALIFORNIA
from tests.stories.reconciliation import everything, reconcile, settle, whats

ATTEMPTS = "select sid, outcome from callback_attempt order by id"
OUR_LEGS = "select role, status, duration from leg where role in ('agent', 'outside') order by role"


def called_back(house, clock):
    """Somebody asked for a callback and was called, twenty minutes ago."""
    clock.set(MORNING_IN_CALIFORNIA)
    house.story(ASK)
    house.work()
    clock.move(minutes=20)


def test_legs_of_a_call_we_placed_end_as_the_carrier_lists_them(losing, clock):
    """The agent's end was guessed, and wrong; the customer's is not known, as after an outage during the talk."""
    losing.carrier.delivery.lost = ("/voice/callback/status",)
    called_back(losing, clock)
    with losing.session() as session, session.begin():
        session.execute(
            text("update leg set status = 'failed', ended_at = :now where role = 'agent'"), {"now": clock()}
        )
        session.execute(
            text("update call set status = 'failed', ended_at = :now where direction = 'outbound'"), {"now": clock()}
        )
        session.execute(
            text("update leg set status = 'in_progress', ended_at = null, duration = null where role = 'outside'")
        )
    assert losing.rows(OUR_LEGS) == [("agent", "failed", None), ("outside", "in_progress", None)]
    assert whats(reconcile(losing)) == ["leg", "leg"]
    truly = {call.sid: call for call in losing.carrier.store.calls.values()}
    for sid, status, ended_at, duration in losing.rows(
        "select l.sid, l.status, l.ended_at, l.duration from leg l where l.role in ('agent', 'outside')"
    ):
        assert (status, duration) == (truly[sid].status, truly[sid].seconds)
        assert ended_at == truly[sid].ended_at.replace(microsecond=0)
    assert losing.rows("select ended_at, duration from call where direction = 'outbound'") == losing.rows(
        "select ended_at, duration from leg where role = 'agent'"
    )
    before = everything(losing)
    assert whats(reconcile(losing)) == []
    assert everything(losing) == before


def test_the_customers_leg_of_which_nothing_was_told_is_written_from_the_carriers_list(losing, clock):
    """The agent's leg is known; the line was away from the moment the customer was dialled."""
    called_back(losing, clock)
    of_it = "select sid, status, parent_sid, duration from leg where role = 'outside'"
    times = "select answered_at, ended_at from leg where role = 'outside'"
    [told], [(answered_at, ended_at)] = losing.rows(of_it), losing.rows(times)
    with losing.session() as session, session.begin():
        session.execute(text("delete from leg where role = 'outside'"))
        session.execute(text("update call set answered_at = null where direction = 'outbound'"))
    assert whats(reconcile(losing)) == ["leg"]
    assert losing.rows(of_it) == [told]
    [(listed_answer, listed_end)] = losing.rows(times)
    assert abs(listed_answer - answered_at) < timedelta(seconds=2)
    assert abs(listed_end - ended_at) < timedelta(seconds=2)
    assert losing.one("select answered_at from call where direction = 'outbound'") == listed_answer
    before = everything(losing)
    assert whats(reconcile(losing)) == []
    assert everything(losing) == before


def test_a_talk_learnt_from_the_list_keeps_its_customer_from_being_called_again(losing, clock):
    """Given up as unknown while the carrier could not be asked, and put back in line."""
    called_back(losing, clock)
    losing.rows("delete from leg where role = 'outside'")
    losing.rows("update callback_attempt set outcome = 'unknown'")
    losing.rows("update callback set state = 'queued', closed_at = null, due_at = now() + interval '10 years'")
    assert whats(reconcile(losing)) == ["leg"]
    assert losing.rows("select state, why, closed_at is not null from callback") == [("superseded", "reached", True)]
    assert losing.rows("select outcome from callback_attempt") == [("connected",)]


class TestACallWhoseIdNeverReachedUs:
    """The answer to our request was lost, and nobody listened to the call's webhooks."""

    @pytest.fixture
    def house(self, house, clock):
        clock.set(MORNING_IN_CALIFORNIA)
        house.story(ASK)
        house.web.stop()
        house.carrier.liar.lies = Lies(rest_fails_late=1.0)
        settle(house)
        house.carrier.liar.lies = HONEST
        house.web.start()
        assert house.rows(ATTEMPTS) == [(None, None)]
        return house

    def test_is_found_before_its_attempt_is_given_up(self, house, clock):
        clock.move(minutes=4)
        house.tick()
        settle(house)
        call, *again = placed(house)
        assert house.rows(ATTEMPTS)[0] == (call.sid, "agent_not_accepted")
        assert all(other.to != call.to for other in again)  # the next agent is rung
        clock.move(minutes=20)
        assert call.sid not in [one.sid for one in reconcile(house).repaired]

    def test_is_written_from_the_list_after_its_attempt_was_given_up(self, house, clock):
        clock.move(minutes=16)
        house.carrier.liar.lies = Lies(rest_busy=1.0)
        house.tick()
        settle(house)
        house.carrier.liar.lies = HONEST
        assert house.rows(ATTEMPTS)[0] == (None, "unknown")
        report = reconcile(house)
        [call] = placed(house)
        assert [(one.what, one.sid) for one in report.repaired] == [("leg", call.sid)]
        assert house.rows(ATTEMPTS)[0] == (call.sid, "unknown")
        assert house.rows("select status, ended_at, duration from call where sid = :sid", sid=call.sid) == [
            (call.status.replace("-", "_"), call.ended_at.replace(microsecond=0), call.seconds)
        ]
        legs = house.rows("select started_at <= ended_at from leg where sid = :sid", sid=call.sid)
        assert legs == [(True,)]  # it began when the carrier says, not when it was found
        before = everything(house)
        assert whats(reconcile(house)) == []
        assert everything(house) == before

    def test_is_left_alone_where_two_would_do(self, house, clock):
        [call] = placed(house)
        house.carrier.store.save(dataclasses.replace(call, sid="CA" + "7" * 32))
        clock.move(minutes=20)
        report = reconcile(house)
        assert report.repaired == []
        assert dict(report.left) == {Left.PLACED: 2}
        assert house.rows(ATTEMPTS) == [(None, None)]


def placed(house):
    """The calls that the carrier was asked for."""
    return [call for call in house.carrier.store.calls.values() if call.direction == "outbound-api"]
