"""An agent is rung first, once, by whichever worker comes first."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from core.carrier_errors import CarrierRefused, CarrierUnavailable
from core.config import load
from core.connection_overrides import RETRIED
from core.database import transaction
from people.models import Absence, Account, PhoneNumber
from routing.callback_agent_calls import agent_answered, pass_on
from routing.callback_answers import Whisper
from routing.callback_judging import Judged
from routing.callback_placing import place
from routing.callback_reserving import Placing
from routing.callback_rules import rules_from
from routing.callbacks import Cancelled, cancel
from routing.destinations import DialPolicy
from routing.models import Callback, CallbackAttempt, CallbackState
from tests.clock import HandClock
from tests.factories.tickets import CALLER
from tests.routing.callback_world import OUR_NUMBER, HandCarrier, World, add_agent, make_world
from tickets.models import Call


@pytest.fixture
def world(engine: Engine, clock: HandClock) -> World:
    return make_world(engine, clock)


def queued(world: World) -> int:
    callback_id = world.ask()
    assert world.judge(callback_id) is Judged.QUEUED
    return callback_id


def test_the_agent_is_rung_and_told_where_to_ask(world: World) -> None:
    callback_id = queued(world)
    assert world.place(callback_id) is Placing.RUNG
    [attempt] = world.attempts(callback_id)
    [asked] = world.carrier.placed
    base = "http://127.0.0.1:8000/voice/callback"
    assert asked == {
        "to": "+12025550200",
        "from_": OUR_NUMBER,
        "url": f"{base}/agent?attempt={attempt.id}&ticket=1001{RETRIED}",
        "fallback_url": f"{base}/fallback?attempt={attempt.id}&ticket=1001{RETRIED}",
        "status_callback": f"{base}/status?attempt={attempt.id}&ticket=1001&leg=agent{RETRIED}",
        "timeout": 25,
    }
    [call] = world.calls()
    assert (call.sid, call.from_number, call.to_number, call.ticket_id) == (
        attempt.sid,
        OUR_NUMBER,
        CALLER,
        world.ticket,
    )
    assert world.legs()["agent"].sid == attempt.sid
    callback = world.callback(callback_id)
    assert (callback.state, callback.attempts) == ("reserved", 0)
    assert world.event("callback_agent_rung").facts["account"] == world.agents[0]


def test_an_agent_may_be_answered_elsewhere_while_we_are_away(world: World) -> None:
    rules = replace(world.rules, agent_fallback_url="https://static.example/agent.xml")
    assert place(world.engine, world.carrier, callback_id=queued(world), rules=rules, clock=world.clock) is Placing.RUNG
    [asked] = world.carrier.placed
    assert asked["fallback_url"] == "https://static.example/agent.xml"
    given = load({"RINGBACK_AGENT_FALLBACK_URL": "https://static.example/agent.xml"}, Path(os.devnull))
    assert rules_from(given).agent_fallback_url == "https://static.example/agent.xml"


def test_the_attempt_is_kept_before_the_carrier_is_asked(world: World) -> None:
    callback_id = queued(world)
    seen: list[tuple[str, str]] = []

    class Looks(HandCarrier):
        def place_call(self, **asked: object) -> str:  # type: ignore[override]
            with transaction(world.engine) as session:
                call = session.scalars(select(Call).where(Call.direction == "outbound")).one()
                seen.append((session.get_one(Callback, callback_id).state, call.sid))
            return "CA1"

    place(world.engine, Looks(), callback_id=callback_id, rules=world.rules, clock=world.clock)
    assert seen == [("reserved", f"pending-{world.attempts(callback_id)[0].id}")]


def test_two_workers_placing_one_callback_ring_once(world: World) -> None:
    for _ in range(10):
        callback_id = queued(world)
        start = threading.Barrier(2)

        def worker(callback_id: int = callback_id, start: threading.Barrier = start) -> Placing:
            start.wait()
            return world.place(callback_id)

        before = len(world.carrier.placed)
        with ThreadPoolExecutor(2) as pool:
            results = sorted(future.result() for future in [pool.submit(worker), pool.submit(worker)])
        assert results == [Placing.NOT_WAITING, Placing.RUNG]
        assert len(world.carrier.placed) == before + 1
        with transaction(world.engine) as session:
            cancel(session, callback_id=callback_id, actor="system", now=world.clock())
            for attempt in session.scalars(select(CallbackAttempt)):
                attempt.ended_at = world.clock()
            session.get_one(Callback, callback_id).requested_at -= timedelta(days=2)


def test_two_callbacks_at_once_never_ring_one_agent_twice(world: World) -> None:
    first, second = queued(world), world.ask("+12025560188")
    assert world.judge(second) is Judged.QUEUED
    with transaction(world.engine) as session:
        session.get_one(Account, world.agents[1]).active = False
    start = threading.Barrier(2)

    def worker(callback_id: int) -> Placing:
        start.wait()
        return world.place(callback_id)

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(worker, (first, second)))
    assert results == [Placing.NO_AGENT, Placing.RUNG]
    assert len(world.carrier.placed) == 1


def test_a_cancel_and_a_worker_racing_have_one_winner(world: World) -> None:
    """Whoever comes first: either nobody is rung, or the agent who was rung has nothing to accept."""
    outcomes = set()
    for _ in range(15):
        callback_id = queued(world)
        start = threading.Barrier(2)

        def call_off(callback_id: int = callback_id, start: threading.Barrier = start) -> Cancelled:
            start.wait()
            with transaction(world.engine) as session:
                return cancel(session, callback_id=callback_id, actor="system", now=world.clock())

        def worker(callback_id: int = callback_id, start: threading.Barrier = start) -> Placing:
            start.wait()
            return world.place(callback_id)

        with ThreadPoolExecutor(2) as pool:
            one, two = pool.submit(call_off), pool.submit(worker)
            assert one.result() is Cancelled.CANCELLED
            outcomes.add(two.result())
        assert world.callback(callback_id).state == "cancelled"
        with transaction(world.engine) as session:
            for attempt in session.scalars(select(CallbackAttempt).where(CallbackAttempt.ended_at.is_(None))):
                answer = agent_answered(
                    session, attempt_id=attempt.id, sid=attempt.sid or "", rules=world.rules, now=world.clock()
                )
                assert not isinstance(answer, Whisper)
                attempt.ended_at = world.clock()
            session.get_one(Callback, callback_id).requested_at -= timedelta(days=2)
    assert outcomes <= {Placing.RUNG, Placing.NOT_WAITING}


class TestWhoIsRung:
    def test_the_least_recently_rung_comes_first(self, world: World) -> None:
        first = queued(world)
        world.place(first)
        second = world.ask("+12025560188")
        world.judge(second)
        world.place(second)
        assert [attempt.account_id for attempt in world.attempts(first)] == [world.agents[0]]
        assert [attempt.account_id for attempt in world.attempts(second)] == [world.agents[1]]

    def test_whoever_passed_is_left_alone_with_it_and_the_next_is_rung_at_once(self, world: World) -> None:
        callback_id, attempt_id, sid = world.rung()
        with transaction(world.engine) as session:
            pass_on(session, attempt_id=attempt_id, sid=sid, why="passed", rules=world.rules, now=world.clock())
        assert world.callback(callback_id).due_at == world.clock()
        assert world.place(callback_id) is Placing.RUNG
        second = world.attempts(callback_id)[-1]
        assert second.account_id == world.agents[1]
        with transaction(world.engine) as session:
            pass_on(
                session, attempt_id=second.id, sid=second.sid or "", why="silent", rules=world.rules, now=world.clock()
            )
        assert world.place(callback_id) is Placing.NO_AGENT
        world.clock.move(minutes=11)
        assert world.place(callback_id) is Placing.RUNG
        callback = world.callback(callback_id)
        assert (callback.attempts, callback.agent_rounds) == (0, 2)

    @pytest.mark.parametrize("trouble", ["off_shift", "away", "inactive", "no_phone", "premium_phone"])
    def test_nobody_fit_means_waiting_and_is_told_once(self, engine: Engine, clock: HandClock, trouble: str) -> None:
        world = make_world(engine, clock, agents=0 if trouble == "off_shift" else 1)
        with transaction(engine) as session:
            if trouble == "off_shift":
                add_agent(session, world.department, phone="+12025550200", on_shift=False)
            elif trouble == "away":
                away = {"starts_at": clock() - timedelta(days=1), "ends_at": clock() + timedelta(days=1)}
                session.add(Absence(account_id=world.agents[0], **away))
            else:
                changed = {
                    "inactive": {"active": False},
                    "no_phone": {"phone": None},
                    "premium_phone": {"phone": "+19005550123"},
                }[trouble]
                for column, value in changed.items():
                    setattr(session.get_one(Account, world.agents[0]), column, value)
        callback_id = queued(world)
        for _ in range(3):
            assert world.place(callback_id) is Placing.NO_AGENT
            world.clock.move(minutes=5)
        assert world.told().count("callback_waits_for_agent") == 1
        assert world.callback(callback_id).why == "no_agent"
        assert len(world.jobs("place_callback")) == 4
        assert world.carrier.placed == []


class TestWhatKeepsItFromBeingDialled:
    def test_not_due_yet(self, world: World) -> None:
        callback_id = queued(world)
        with transaction(world.engine) as session:
            session.get_one(Callback, callback_id).due_at = world.clock() + timedelta(seconds=1)
        assert world.place(callback_id) is Placing.NOT_DUE

    def test_a_job_that_runs_late_in_the_evening_waits_for_the_morning(self, world: World) -> None:
        callback_id = queued(world)
        world.clock.set(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))  # 21:00:00 in New York: half-open
        assert world.place(callback_id) is Placing.OUTSIDE_HOURS
        assert world.callback(callback_id).due_at == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)

    def test_the_kill_switch_holds_it_with_one_alarm_and_later_it_goes_on(self, world: World) -> None:
        callback_id = queued(world)
        allowed = world.rules
        world.rules = replace(allowed, dialling=DialPolicy(countries=frozenset({"US"}), stopped=True))
        for _ in range(2):
            assert world.place(callback_id) is Placing.HELD
            world.clock.move(minutes=10)
        assert world.event("callback_held").facts["reason"] == "stopped"
        world.rules = allowed
        assert world.place(callback_id) is Placing.RUNG

    def test_rules_that_became_narrower_refuse_it(self, world: World) -> None:
        callback_id = queued(world)
        world.rules = replace(world.rules, dialling=DialPolicy(countries=frozenset({"GB"})))
        assert world.place(callback_id) is Placing.BLOCKED
        assert world.event("callback_blocked").facts["reason"] == "country"

    def test_the_days_calls_are_used_up(self, world: World) -> None:
        callback_id = queued(world)
        world.rules = replace(world.rules, dialling=DialPolicy(countries=frozenset({"US"}), calls_day=0))
        assert world.place(callback_id) is Placing.HELD
        assert world.event("callback_held").facts["reason"] == "limit_calls"

    def test_no_number_of_ours_to_call_from(self, world: World) -> None:
        callback_id = queued(world)
        with transaction(world.engine) as session:
            for number in session.scalars(select(PhoneNumber)):
                session.delete(number)
        assert world.place(callback_id) is Placing.HELD

    def test_a_promise_older_than_three_days_has_expired(self, world: World) -> None:
        callback_id = queued(world)
        world.clock.move(days=3, seconds=1)
        assert world.place(callback_id) is Placing.EXPIRED
        assert world.event("callback_expired").facts["level"] == "alert"
        assert world.place(callback_id) is Placing.NOT_WAITING


class TestWhatTheCarrierAnswers:
    def test_an_unknown_outcome_is_never_dialled_again_blindly(self, world: World) -> None:
        callback_id = queued(world)
        world.carrier.failures = [CarrierUnavailable("time ran out", maybe_done=True)]
        assert world.place(callback_id) is Placing.UNKNOWN
        assert world.place(callback_id) is Placing.NOT_WAITING
        [attempt] = world.attempts(callback_id)
        assert (attempt.sid, attempt.ended_at) == (None, None)
        assert world.callback(callback_id).state == "reserved"

    def test_its_webhook_may_still_come_and_then_all_goes_on(self, world: World) -> None:
        callback_id = queued(world)
        world.carrier.failures = [CarrierUnavailable("time ran out", maybe_done=True)]
        world.place(callback_id)
        [attempt] = world.attempts(callback_id)
        with transaction(world.engine) as session:
            heard = agent_answered(session, attempt_id=attempt.id, sid="CAx", rules=world.rules, now=world.clock())
        assert isinstance(heard, Whisper)
        assert world.calls()[0].sid == "CAx"

    def test_a_webhook_quicker_than_the_carriers_answer_is_no_trouble(self, world: World) -> None:
        callback_id = queued(world)

        class Quick(HandCarrier):
            def place_call(self, **asked: object) -> str:  # type: ignore[override]
                with transaction(world.engine) as session:
                    attempt_id = session.scalars(select(CallbackAttempt.id)).one()
                    agent_answered(session, attempt_id=attempt_id, sid="CAq", rules=world.rules, now=world.clock())
                raise CarrierUnavailable("time ran out", maybe_done=True)

        verdict = place(world.engine, Quick(), callback_id=callback_id, rules=world.rules, clock=world.clock)
        assert verdict is Placing.RUNG
        with transaction(world.engine) as session:
            assert session.scalar(select(func.count()).select_from(Call).where(Call.sid == "CAq")) == 1

    def test_a_carrier_that_is_away_is_tried_again_ever_more_slowly(self, world: World) -> None:
        callback_id = queued(world)
        waits = []
        for _ in range(6):
            world.carrier.failures = [CarrierUnavailable("no connection")]
            assert world.place(callback_id) is Placing.CARRIER_TROUBLE
            waits.append(world.callback(callback_id).due_at - world.clock())
            world.clock.set(world.callback(callback_id).due_at)
        assert [wait.total_seconds() / 60 for wait in waits] == [2, 4, 8, 16, 30, 30]
        callback = world.callback(callback_id)
        assert (callback.attempts, callback.agent_rounds) == (0, 0)
        assert all(call.ended_at is not None for call in world.calls())

    def test_it_waits_as_long_as_the_carrier_asks(self, world: World) -> None:
        callback_id = queued(world)
        world.carrier.failures = [CarrierUnavailable("too many requests", retry_after=3600)]
        world.place(callback_id)
        assert world.callback(callback_id).due_at == world.clock() + timedelta(hours=1)

    def test_an_agents_phone_the_carrier_refuses_is_the_next_agents_turn(self, world: World) -> None:
        callback_id = queued(world)
        world.carrier.failures = [CarrierRefused("not a number", status=400, code=21211)]
        assert world.place(callback_id) is Placing.AGENT_REFUSED
        assert world.event("callback_not_accepted").facts["why"] == "carrier_refused_21211"
        assert world.place(callback_id) is Placing.RUNG
        assert world.attempts(callback_id)[-1].account_id == world.agents[1]
        assert world.callback(callback_id).state == CallbackState.RESERVED
