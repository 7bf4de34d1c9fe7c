"""Nothing waits for ever: crashes, lost webhooks and lost jobs are mended, and nobody is dialled twice by mending."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from core.carrier_errors import CarrierRefused, CarrierUnavailable
from core.database import transaction
from core.outbox_models import OutboxRow, OutboxState
from routing.callback_agent_calls import accept, agent_answered
from routing.callback_answers import Over, ToDial
from routing.callback_customer_calls import dialled
from routing.callback_legs import LegNews
from routing.callback_progress import leg_changed
from routing.callback_reserving import Placing
from routing.callback_sweeping import Swept, sweep
from routing.models import Callback
from tests.clock import HandClock
from tests.routing.callback_world import NEW_YORK_MORNING, OUR_NUMBER, World, make_world
from tickets.models import LegRole


@pytest.fixture
def world(engine: Engine, clock: HandClock) -> World:
    return make_world(engine, clock)


def swept(world: World) -> Swept:
    return sweep(world.engine, world.carrier, rules=world.rules, now=world.clock())


def ended_jobs(world: World, state: OutboxState = OutboxState.DONE) -> None:
    with transaction(world.engine) as session:
        session.execute(update(OutboxRow).values(state=state))


def dialling(world: World) -> tuple[int, int, str]:
    callback_id, attempt_id, sid = world.rung()
    with transaction(world.engine) as session:
        assert isinstance(accept(session, attempt_id=attempt_id, sid=sid, rules=world.rules, now=world.clock()), ToDial)
    return callback_id, attempt_id, sid


class TestASilentAttempt:
    def test_is_left_alone_while_it_may_still_ring(self, world: World) -> None:
        world.rung()
        world.clock.move(minutes=3)
        assert swept(world).ended == 0

    def test_is_left_alone_while_the_carrier_says_it_goes_on(self, world: World) -> None:
        callback_id, _, sid = world.rung()
        world.carrier.says(sid, "queued")
        world.clock.move(hours=1)
        assert swept(world).ended == 0
        assert world.callback(callback_id).state == "reserved"

    def test_whose_call_the_carrier_knows_as_over_ends_by_it(self, world: World) -> None:
        callback_id, _, sid = world.rung()
        world.carrier.says(sid, "no-answer")
        world.clock.move(minutes=4)
        assert swept(world).ended == 1
        assert world.event("callback_not_accepted").facts["why"] == "no_answer"
        assert world.callback(callback_id).state == "queued"
        assert world.legs()["agent"].status == "no_answer"

    def test_that_crashed_before_the_carrier_was_asked_ends_as_unknown_and_goes_on(self, world: World) -> None:
        callback_id = world.ask()
        world.judge(callback_id)
        world.carrier.failures = [CarrierUnavailable("time ran out", maybe_done=True)]
        assert world.place(callback_id) is Placing.UNKNOWN
        world.clock.move(minutes=14)
        assert swept(world).ended == 0
        world.clock.move(minutes=2)
        assert swept(world).ended == 1
        [attempt] = world.attempts(callback_id)
        assert attempt.outcome == "unknown"
        assert world.event("callback_attempted").facts["level"] == "alert"
        assert world.calls()[0].ended_at == world.clock()
        assert world.place(callback_id) is Placing.RUNG
        with transaction(world.engine) as session:  # the first call comes to life after all
            late = agent_answered(session, attempt_id=attempt.id, sid="CAlate", rules=world.rules, now=world.clock())
        assert late == Over("unknown")

    def test_of_a_talk_is_left_alone_until_no_talk_lasts_so_long(self, world: World) -> None:
        callback_id, _, _ = dialling(world)
        world.clock.move(minutes=64)
        assert swept(world).ended == 0
        world.clock.move(minutes=2)
        assert swept(world).ended == 1
        callback = world.callback(callback_id)
        assert (callback.state, callback.why, callback.attempts) == ("queued", "unreachable", 1)

    def test_that_turns_out_to_have_been_a_talk_is_not_called_again(self, world: World) -> None:
        callback_id, attempt_id, _ = dialling(world)
        world.clock.move(minutes=66)
        swept(world)
        child = LegNews(sid="CAc", role=LegRole.OUTSIDE, status="completed", duration=600)
        with transaction(world.engine) as session:
            dialled(
                session, attempt_id=attempt_id, dial_status="completed", child=child, bridged=True, rules=world.rules,
                now=world.clock(),
            )  # fmt: skip
        callback = world.callback(callback_id)
        assert (callback.state, callback.why) == ("superseded", "reached")
        assert world.attempts(callback_id)[0].outcome == "connected"
        world.clock.move(hours=1)
        assert world.place(callback_id) is Placing.NOT_WAITING

    def test_whose_agents_leg_ended_after_an_answer_was_a_talk(self, world: World) -> None:
        callback_id, attempt_id, sid = dialling(world)
        for leg, role, status in (("CAc", LegRole.OUTSIDE, "in_progress"), (sid, LegRole.AGENT, "completed")):
            news = LegNews(sid=leg, role=role, status=status)
            with transaction(world.engine) as session:
                leg_changed(session, attempt_id=attempt_id, news=news, rules=world.rules, now=world.clock())
        world.clock.move(minutes=4)
        assert swept(world).ended == 1
        assert world.callback(callback_id).state == "completed"


class TestACallWhoseIdNeverReachedUs:
    """The carrier's answer and all webhooks of the call were lost."""

    @pytest.fixture
    def lost(self, world: World) -> int:
        """The callback's id; the attempt has no id of a call."""
        callback_id = world.ask()
        world.judge(callback_id)
        world.carrier.failures = [CarrierUnavailable("time ran out", maybe_done=True)]
        assert world.place(callback_id) is Placing.UNKNOWN
        return callback_id

    def listed(self, world: World, sid: str = "CAlost", status: str = "no-answer", **changed: Any) -> None:
        call: dict[str, Any] = {"from_": OUR_NUMBER, "to": "+12025550200", "direction": "outbound-api", "duration": 0}
        call |= {"created_at": world.clock(), "ended_at": world.clock() + timedelta(seconds=25)}
        world.carrier.says(sid, status, **(call | changed))

    def test_is_found_by_who_was_rung_and_when_and_its_attempt_ends_by_it(self, world: World, lost: int) -> None:
        self.listed(world)
        world.clock.move(minutes=4)
        assert swept(world).ended == 1
        [attempt] = world.attempts(lost)
        assert (attempt.sid, attempt.outcome) == ("CAlost", "agent_not_accepted")
        assert world.event("callback_not_accepted").facts["why"] == "no_answer"
        assert [(call.sid, call.status) for call in world.calls()] == [("CAlost", "no_answer")]
        assert world.legs()["agent"].started_at == NEW_YORK_MORNING  # when it began, not when it was found

    def test_that_goes_on_is_waited_for(self, world: World, lost: int) -> None:
        self.listed(world, status="in-progress", ended_at=None, duration=None)
        world.clock.move(minutes=20)
        assert swept(world).ended == 0
        [attempt] = world.attempts(lost)
        assert (attempt.sid, attempt.ended_at) == ("CAlost", None)

    @pytest.mark.parametrize(
        "other",
        [
            {"to": "+12025550201"},
            {"from_": "+12025550101"},
            {"direction": "inbound"},
            {"parent_sid": "CAabove"},
            {"created_at": NEW_YORK_MORNING - timedelta(minutes=1)},
            {"created_at": NEW_YORK_MORNING + timedelta(minutes=6)},
        ],
    )
    def test_is_not_taken_for_another(self, world: World, lost: int, other: dict[str, Any]) -> None:
        self.listed(world, **other)
        world.clock.move(minutes=16)
        assert swept(world).ended == 1
        [attempt] = world.attempts(lost)
        assert (attempt.sid, attempt.outcome) == (None, "unknown")

    def test_is_not_guessed_where_two_would_do(self, world: World, lost: int) -> None:
        self.listed(world)
        self.listed(world, "CAother")
        world.clock.move(minutes=16)
        swept(world)
        [attempt] = world.attempts(lost)
        assert (attempt.sid, attempt.outcome) == (None, "unknown")


class TestACustomersLegOfWhichNothingWasTold:
    def test_keeps_who_was_reached_from_being_called_again(self, world: World) -> None:
        callback_id, _, sid = dialling(world)
        ended_at = world.clock() + timedelta(minutes=5)
        world.carrier.says(sid, "completed", duration=300, ended_at=ended_at)
        world.carrier.says("CAchild", "completed", parent_sid=sid, duration=240, ended_at=ended_at)
        world.clock.move(minutes=6)
        assert swept(world).ended == 1
        assert world.callback(callback_id).state == "completed"
        customer = world.legs()["outside"]
        assert (customer.sid, customer.duration) == ("CAchild", 240)
        assert customer.answered_at == ended_at - timedelta(seconds=240)

    def test_of_a_machine_is_tried_again_later(self, world: World) -> None:
        callback_id, _, sid = dialling(world)
        world.carrier.says(sid, "completed", duration=40, ended_at=world.clock())
        told = {"parent_sid": sid, "duration": 20, "ended_at": world.clock(), "answered_by": "machine_start"}
        world.carrier.says("CAchild", "completed", **told)
        world.clock.move(minutes=4)
        assert swept(world).ended == 1
        [attempt] = world.attempts(callback_id)
        assert (attempt.outcome, world.callback(callback_id).state) == ("machine", "queued")

    def test_that_goes_on_by_a_list_that_lags_behind_is_waited_for_and_counts_as_reached(self, world: World) -> None:
        callback_id, _, sid = dialling(world)
        world.carrier.says(sid, "completed", duration=300, ended_at=world.clock())
        world.carrier.says("CAchild", "ringing", parent_sid=sid)
        world.clock.move(minutes=4)
        assert swept(world).ended == 0
        world.carrier.says("CAchild", "in-progress", parent_sid=sid)
        world.clock.move(minutes=61)
        assert swept(world).ended == 0
        world.clock.move(minutes=1)
        assert swept(world).ended == 1
        assert world.callback(callback_id).state == "completed"

    def test_is_not_taken_from_another_call(self, world: World) -> None:
        callback_id, _, sid = dialling(world)
        world.carrier.says(sid, "completed", duration=300, ended_at=world.clock())
        world.carrier.says("CAchild", "completed", parent_sid="CAother", duration=240, ended_at=world.clock())
        world.clock.move(minutes=4)
        assert swept(world).ended == 1
        assert world.callback(callback_id).why == "unreachable"

    @pytest.mark.parametrize("status", [401, 403])
    def test_is_waited_for_longer_while_we_may_not_ask(self, world: World, status: int) -> None:
        _, _, sid = dialling(world)
        world.carrier.says(sid, "completed", duration=300, ended_at=world.clock())
        world.carrier.refusal = CarrierRefused("not you", status=status)
        world.clock.move(minutes=14)
        assert swept(world).ended == 0
        assert world.legs()["agent"].status == "completed"
        world.clock.move(minutes=2)
        assert swept(world).ended == 1

    def test_that_nobody_took_is_tried_again_later(self, world: World) -> None:
        callback_id, _, sid = dialling(world)
        world.carrier.says(sid, "completed", duration=40, ended_at=world.clock())
        world.carrier.says("CAchild", "busy", parent_sid=sid, duration=0, ended_at=world.clock())
        world.clock.move(minutes=4)
        assert swept(world).ended == 1
        [attempt] = world.attempts(callback_id)
        assert (attempt.outcome, world.callback(callback_id).state) == ("busy", "queued")

    def test_is_waited_for_longer_while_the_carrier_cannot_be_asked(self, world: World) -> None:
        callback_id, attempt_id, sid = dialling(world)
        news = LegNews(sid=sid, role=LegRole.AGENT, status="completed", duration=300)
        with transaction(world.engine) as session:
            leg_changed(session, attempt_id=attempt_id, news=news, rules=world.rules, now=world.clock())
        world.carrier.away = True
        world.clock.move(minutes=14)
        assert swept(world).ended == 0
        world.carrier.away = False
        world.carrier.says(sid, "completed", duration=300, ended_at=world.clock())
        assert swept(world).ended == 1  # the carrier knows of no leg below it
        assert world.callback(callback_id).why == "unreachable"


class TestALostJob:
    def test_of_judging_is_asked_for_again(self, world: World) -> None:
        callback_id = world.ask()
        ended_jobs(world, OutboxState.FAILED)
        world.clock.move(minutes=3)
        assert swept(world).asked == 1
        assert [job.args["callback"] for job in world.jobs("judge_callback")] == [callback_id] * 2
        assert swept(world).asked == 0

    def test_of_placing_is_asked_for_again_when_due_and_not_before(self, world: World) -> None:
        callback_id = world.ask()
        world.judge(callback_id)
        with transaction(world.engine) as session:
            session.get_one(Callback, callback_id).due_at = world.clock() + timedelta(hours=1)
        ended_jobs(world)
        assert swept(world).asked == 0
        world.clock.move(hours=1, minutes=3)
        assert swept(world).asked == 1
        assert world.told()[-1] == "callback_job_lost"

    def test_that_is_on_its_way_is_not_asked_for_twice(self, world: World) -> None:
        world.judge(world.ask())
        world.clock.move(minutes=3)
        assert swept(world) == Swept()


def test_a_callback_under_way_without_an_attempt_is_put_back_in_line(world: World) -> None:
    callback_id = world.ask()
    world.judge(callback_id)
    with transaction(world.engine) as session:
        session.get_one(Callback, callback_id).state = "dialling"
    assert swept(world).put_back == 1
    assert world.callback(callback_id).state == "queued"
    assert world.event("callback_put_back").facts["level"] == "alert"
    assert world.place(callback_id) is Placing.RUNG
    assert swept(world).put_back == 0
