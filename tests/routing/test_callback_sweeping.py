"""Nothing waits for ever: crashes, lost webhooks and lost jobs are mended, and nobody is dialled twice by mending."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from core.carrier_errors import CarrierUnavailable
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
from tests.routing.callback_world import World, make_world
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
