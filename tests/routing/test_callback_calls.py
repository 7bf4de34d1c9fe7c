"""What happens on a placed call: events come twice, late, in any order, or never, and nobody is dialled twice."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.database import transaction
from people.models import Brand
from routing.callback_agent_calls import accept, agent_answered, pass_on
from routing.callback_answers import Ended, Noted, Notice, Over, Talk, ToDial, Whisper
from routing.callback_customer_calls import answered_by, customer_answered, dialled
from routing.callback_legs import LegNews
from routing.callback_progress import leg_changed
from routing.callback_reserving import Placing
from routing.callbacks import Cancelled, Superseded, cancel, supersede
from routing.models import Callback
from tests.clock import HandClock
from tests.factories.routing import make_callback
from tests.factories.tickets import CALLER, make_call
from tests.routing.callback_world import OUR_NUMBER, World, make_world
from tickets.models import LegRole, Ticket


class Line:
    """The webhooks of one placed call."""

    def __init__(self, world: World, attempt_id: int, sid: str) -> None:
        self.world, self.attempt_id, self.sid = world, attempt_id, sid
        self.child = f"CAchild{attempt_id}"

    def agent_answers(self) -> Whisper | Over:
        with transaction(self.world.engine) as session:
            return agent_answered(session, attempt_id=self.attempt_id, sid=self.sid, **self._usual())

    def accepts(self) -> ToDial | Over:
        with transaction(self.world.engine) as session:
            return accept(session, attempt_id=self.attempt_id, sid=self.sid, **self._usual())

    def passes(self, why: str = "passed") -> Over:
        with transaction(self.world.engine) as session:
            return pass_on(session, attempt_id=self.attempt_id, sid=self.sid, why=why, **self._usual())

    def customer_answers(self) -> Notice | Over:
        news = LegNews(sid=self.child, role=LegRole.OUTSIDE, status="in_progress")
        with transaction(self.world.engine) as session:
            return customer_answered(session, attempt_id=self.attempt_id, news=news, now=self.world.clock())

    def detected(self, word: str) -> Talk | Noted:
        news = LegNews(sid=self.child, role=LegRole.OUTSIDE, status="in_progress")
        with transaction(self.world.engine) as session:
            return answered_by(session, attempt_id=self.attempt_id, news=news, word=word, now=self.world.clock())

    def dialled(
        self, status: str, *, seconds: int | None = None, bridged: bool | None = None
    ) -> tuple[Ended, Talk | None]:
        word = {"completed": "completed", "no-answer": "no_answer"}.get(status, status)
        child = LegNews(sid=self.child, role=LegRole.OUTSIDE, status=word, duration=seconds)
        with transaction(self.world.engine) as session:
            return dialled(
                session, attempt_id=self.attempt_id, dial_status=status, child=child, bridged=bridged, **self._usual()
            )

    def agent_leg(self, status: str, sequence: int = 0, duration: int | None = None) -> Talk | Noted:
        return self._leg(self.sid, LegRole.AGENT, status, sequence, duration, None)

    def customer_leg(
        self, status: str, sequence: int = 0, duration: int | None = None, sip: str | None = None
    ) -> Talk | Noted:
        return self._leg(self.child, LegRole.OUTSIDE, status, sequence, duration, sip)

    def _leg(
        self, sid: str, role: LegRole, status: str, sequence: int, duration: int | None, sip: str | None
    ) -> Talk | Noted:
        news = LegNews(sid=sid, role=role, status=status, sequence=sequence, duration=duration, sip_code=sip)
        with transaction(self.world.engine) as session:
            return leg_changed(session, attempt_id=self.attempt_id, news=news, **self._usual())

    def _usual(self) -> dict:  # type: ignore[type-arg]
        return {"rules": self.world.rules, "now": self.world.clock()}


@pytest.fixture
def world(engine: Engine, clock: HandClock) -> World:
    return make_world(engine, clock)


def rung(world: World) -> tuple[int, Line]:
    callback_id, attempt_id, sid = world.rung()
    return callback_id, Line(world, attempt_id, sid)


def dialling(world: World) -> tuple[int, Line]:
    callback_id, line = rung(world)
    line.agent_answers()
    assert isinstance(line.accepts(), ToDial)
    return callback_id, line


class TestTheAgent:
    def test_is_told_who_about_what_and_since_when(self, world: World) -> None:
        _, line = rung(world)
        world.clock.move(minutes=12)
        assert line.agent_answers() == Whisper(1001, "Ann", "0147", "Billing", 12, 0)

    def test_accepts_and_the_customer_is_dialled_as_our_number(self, world: World) -> None:
        callback_id, line = rung(world)
        line.agent_answers()
        to_dial = line.accepts()
        assert to_dial == ToDial(CALLER, OUR_NUMBER, True, f"callback-{line.attempt_id}", 25, 3600)
        callback = world.callback(callback_id)
        assert (callback.state, callback.attempts) == ("dialling", 1)
        assert world.event("callback_dialled").facts["try"] == 1

    def test_pressing_1_twice_is_one_try_and_the_same_answer(self, world: World) -> None:
        callback_id, line = dialling(world)
        assert isinstance(line.accepts(), ToDial)
        assert world.callback(callback_id).attempts == 1

    def test_a_repeat_after_the_customers_phone_rang_dials_nobody(self, world: World) -> None:
        _, line = dialling(world)
        line.customer_leg("ringing")
        assert line.accepts() == Over("called")

    def test_two_acceptances_at_once_are_one_try(self, world: World) -> None:
        callback_id, line = rung(world)
        start = threading.Barrier(2)

        def press() -> ToDial | Over:
            start.wait()
            return line.accepts()

        with ThreadPoolExecutor(2) as pool:
            one, two = pool.submit(press), pool.submit(press)
            assert one.result() == two.result()
        assert world.callback(callback_id).attempts == 1
        assert world.told().count("callback_dialled") == 1

    @pytest.mark.parametrize("end", ["no_answer", "busy", "failed", "canceled", "completed"])
    def test_who_never_accepted_is_no_failed_try(self, world: World, end: str) -> None:
        callback_id, line = rung(world)
        line.agent_leg(end)
        callback = world.callback(callback_id)
        assert (callback.state, callback.attempts, callback.agent_rounds) == ("queued", 0, 1)
        assert world.event("callback_not_accepted").facts["why"] == end
        assert [call.ended_at for call in world.calls()] == [world.clock()]
        assert world.place(callback_id) is Placing.RUNG

    def test_who_passes_and_then_hangs_up_is_told_once(self, world: World) -> None:
        callback_id, line = rung(world)
        assert line.passes() == line.passes() == Over("passed")
        line.agent_leg("completed")
        assert world.callback(callback_id).agent_rounds == 1
        assert world.told().count("callback_not_accepted") == 1

    def test_who_presses_1_after_passing_dials_nobody(self, world: World) -> None:
        _, line = rung(world)
        line.passes()
        assert line.accepts() == Over("agent_not_accepted")

    def test_five_in_a_row_who_do_not_accept_raise_an_alarm(self, engine: Engine, clock: HandClock) -> None:
        world = make_world(engine, clock, agents=5)
        callback_id, line = rung(world)
        for _ in range(4):
            line.passes()
            world.place(callback_id)
            last = world.attempts(callback_id)[-1]
            line = Line(world, last.id, last.sid or "")
        line.passes()
        alarms = [event.facts.get("level") for event in world.events() if event.type == "callback_not_accepted"]
        assert alarms == [None] * 4 + ["alert"]
        assert world.callback(callback_id).due_at == clock() + timedelta(minutes=15)

    def test_a_call_that_is_not_of_this_attempt_changes_nothing(self, world: World) -> None:
        callback_id, line = rung(world)
        stranger = Line(world, line.attempt_id, "CAother")
        assert stranger.agent_answers() == Over("gone")
        assert stranger.accepts() == Over("gone")
        assert stranger.agent_leg("completed") is Noted.UNKNOWN
        assert Line(world, 999_999, "CAx").accepts() == Over("gone")
        assert world.callback(callback_id).state == "reserved"


class TestCallingOff:
    def off(self, world: World, callback_id: int) -> Cancelled:
        with transaction(world.engine) as session:
            return cancel(session, callback_id=callback_id, actor="account:1", now=world.clock())

    def test_while_an_agent_is_rung_wins_and_lets_them_go(self, world: World) -> None:
        callback_id, line = rung(world)
        assert self.off(world, callback_id) is Cancelled.CANCELLED
        assert [job.args["sid"] for job in world.jobs("hang_up_leg")] == [line.sid]
        assert line.accepts() == Over("cancelled")
        line.agent_leg("completed")
        [attempt] = world.attempts(callback_id)
        assert (attempt.outcome, world.callback(callback_id).state) == ("cancelled", "cancelled")

    def test_once_the_customer_is_dialled_is_too_late(self, world: World) -> None:
        callback_id, _ = dialling(world)
        assert self.off(world, callback_id) is Cancelled.CALLING_NOW
        assert world.callback(callback_id).state == "dialling"

    def test_twice_is_over_already(self, world: World) -> None:
        callback_id = world.ask()
        assert self.off(world, callback_id) is Cancelled.CANCELLED
        assert self.off(world, callback_id) is Cancelled.ALREADY_OVER
        assert self.off(world, 999_999) is Cancelled.MISSING
        assert world.told().count("callback_cancelled") == 1

    def test_against_an_agent_pressing_1_has_one_winner(self, world: World) -> None:
        seen = set()
        for n in range(12):
            callback_id, attempt_id, sid = world.rung(f"+1202{561 + n}0188")
            line, start = Line(world, attempt_id, sid), threading.Barrier(2)

            def press(line: Line = line, start: threading.Barrier = start) -> ToDial | Over:
                start.wait()
                return line.accepts()

            def call_off(callback_id: int = callback_id, start: threading.Barrier = start) -> Cancelled:
                start.wait()
                return self.off(world, callback_id)

            with ThreadPoolExecutor(2) as pool:
                pressed, off = pool.submit(press), pool.submit(call_off)
            won = (isinstance(pressed.result(), ToDial), off.result())
            assert won in {(True, Cancelled.CALLING_NOW), (False, Cancelled.CANCELLED)}
            seen.add(won)
            line.customer_leg("no_answer")
            line.agent_leg("completed")

    def test_is_not_needed_when_they_call_in_first(self, world: World) -> None:
        callback_id, line = dialling(world)
        with transaction(world.engine) as session:
            verdict = supersede(session, callback_id=callback_id, call_id=None, actor="system", now=world.clock())
        assert verdict is Superseded.SUPERSEDED
        line.dialled("no-answer")
        assert world.callback(callback_id).state == "superseded"
        assert world.attempts(callback_id)[0].outcome == "no_answer"


class TestTheCustomer:
    def test_talks_and_the_promise_is_kept(self, world: World) -> None:
        callback_id, line = dialling(world)
        assert line.customer_answers() == Notice("Acme", True)
        line.customer_leg("in_progress", 2)
        assert world.callback(callback_id).state == "dialling"  # it may be a machine yet
        assert isinstance(line.detected("human"), Talk)
        assert world.callback(callback_id).state == "connected"
        world.clock.move(minutes=3)
        ended, talk = line.dialled("completed", seconds=170, bridged=True)
        assert (ended.outcome, ended.next_at) == ("connected", None)
        assert talk == Talk(
            world.brand, world.calls()[0].id, world.calls()[0].account_sid, line.sid, f"callback-{line.attempt_id}"
        )
        line.customer_leg("completed", 3, duration=170)
        line.agent_leg("completed", 3, duration=190)
        callback = world.callback(callback_id)
        assert (callback.state, callback.why, callback.attempts) == ("completed", "talked", 1)
        [call] = world.calls()
        assert (call.status, call.duration) == ("completed", 190)
        assert {role: leg.duration for role, leg in world.legs().items()} == {"agent": 190, "outside": 170}
        with transaction(world.engine) as session:
            assert session.get_one(Ticket, world.ticket).status == "open"
        assert world.told()[-3:] == ["callback_attempted", "callback_completed", "call_ended"]
        assert [job.due_at for job in world.jobs("place_callback")] == [world.callback(callback_id).due_at]

    @pytest.mark.parametrize(
        ("status", "outcome", "minutes"),
        [
            ("no-answer", "no_answer", 10),
            ("busy", "busy", 5),
            ("failed", "unreachable", 10),
            ("canceled", "no_answer", 10),
        ],
    )
    def test_who_is_not_reached_is_tried_again_by_the_plan(
        self, world: World, status: str, outcome: str, minutes: int
    ) -> None:
        callback_id, line = dialling(world)
        ended, talk = line.dialled(status)
        assert (ended.outcome, talk) == (outcome, None)
        assert ended.next_at == world.clock() + timedelta(minutes=minutes)
        assert world.callback(callback_id).why == outcome
        assert world.event("callback_attempted").facts["outcome"] == outcome

    def test_reached_at_the_third_try(self, world: World) -> None:
        callback_id, line = dialling(world)
        for gap in (10, 60):
            line.dialled("no-answer")
            line.agent_leg("completed", 3)
            assert world.callback(callback_id).due_at == world.clock() + timedelta(minutes=gap)
            world.clock.move(minutes=gap)
            assert world.place(callback_id) is Placing.RUNG
            last = world.attempts(callback_id)[-1]
            line = Line(world, last.id, last.sid or "")
            assert isinstance(line.accepts(), ToDial)
        line.dialled("completed", seconds=60, bridged=True)
        callback = world.callback(callback_id)
        assert (callback.state, callback.attempts) == ("completed", 3)
        tries = [event.facts["outcome"] for event in world.events() if event.type == "callback_attempted"]
        assert tries == ["no_answer", "no_answer", "connected"]

    def test_not_reached_three_times_is_the_end_and_an_alarm(self, world: World) -> None:
        callback_id, line = dialling(world)
        for gap in (10, 60):
            line.dialled("no-answer")
            world.clock.move(minutes=gap)
            world.place(callback_id)
            last = world.attempts(callback_id)[-1]
            line = Line(world, last.id, last.sid or "")
            line.accepts()
        ended, _ = line.dialled("busy")
        assert ended.next_at is None
        callback = world.callback(callback_id)
        assert (callback.state, callback.why) == ("exhausted", "busy")
        assert world.event("callback_exhausted").facts["level"] == "alert"

    def test_a_try_after_hours_waits_for_the_morning(self, world: World) -> None:
        world.clock.move(hours=10, minutes=55)  # 20:55 in New York
        callback_id, line = dialling(world)
        line.dialled("no-answer")
        local = world.callback(callback_id).due_at - timedelta(hours=5)
        assert (local.day, local.hour, local.minute) == (24, 8, 0)

    def test_a_machine_is_hung_up_on_and_tried_again(self, world: World) -> None:
        callback_id, line = dialling(world)
        line.customer_answers()
        assert line.detected("machine_start") is Noted.RECORDED
        assert [job.args["sid"] for job in world.jobs("hang_up_leg")] == [line.child]
        ended, talk = line.dialled("completed", seconds=5, bridged=True)
        assert (ended.outcome, talk) == ("machine", None)
        callback = world.callback(callback_id)
        assert (callback.state, callback.why, callback.attempts) == ("queued", "machine", 1)

    def test_whoever_is_unknown_counts_as_a_person(self, world: World) -> None:
        callback_id, line = dialling(world)
        line.detected("unknown")
        line.dialled("completed", seconds=5, bridged=True)
        assert world.callback(callback_id).state == "completed"

    def test_a_long_talk_with_a_supposed_machine_was_a_talk(self, world: World) -> None:
        callback_id, line = dialling(world)
        line.detected("machine_start")
        line.dialled("completed", seconds=61, bridged=True)
        assert world.callback(callback_id).state == "completed"

    def test_who_hangs_up_before_the_agent_is_heard_was_not_reached(self, world: World) -> None:
        _, line = dialling(world)
        line.customer_answers()
        ended, _ = line.dialled("completed", seconds=2, bridged=False)
        assert ended.outcome == "no_answer"
        assert world.event("callback_attempted").facts["why"] == "hung_up_before_connected"

    def test_a_number_nobody_has_is_not_tried_again(self, world: World) -> None:
        callback_id, line = dialling(world)
        line.customer_leg("failed", 1, sip="404")
        assert world.callback(callback_id).state == "invalid"
        ended, _ = line.dialled("failed")
        assert (ended.outcome, ended.next_at) == ("invalid", None)

    def test_nor_when_that_is_learnt_after_the_try_was_planned(self, world: World) -> None:
        callback_id, line = dialling(world)
        line.dialled("failed")
        assert line.customer_leg("failed", 1, sip="404") is Noted.LATE
        callback = world.callback(callback_id)
        assert (callback.state, callback.why) == ("blocked", "invalid")

    def test_who_refused_recording_before_is_not_recorded_now(self, world: World) -> None:
        with transaction(world.engine) as session:
            brand, ticket = session.get_one(Brand, world.brand), session.get_one(Ticket, world.ticket)
            origin = make_call(session, brand, ticket=ticket, unrecorded=True)
            callback_id = make_callback(
                session, ticket, e164=None, account_sid=origin.account_sid, leg_sid=origin.sid, turn=2,
                requested_at=world.clock(),
            ).id  # fmt: skip
        world.judge(callback_id)
        world.place(callback_id)
        [attempt] = world.attempts(callback_id)
        line = Line(world, attempt.id, attempt.sid or "")
        to_dial = line.accepts()
        assert isinstance(to_dial, ToDial)
        assert not to_dial.recorded
        assert line.customer_answers() == Notice("Acme", False)
        assert line.dialled("completed", seconds=60, bridged=True)[1] is None


class TestDisorder:
    def test_a_repeated_event_is_known_as_one(self, world: World) -> None:
        _, line = rung(world)
        assert line.agent_leg("ringing", 1) is Noted.RECORDED
        assert line.agent_leg("ringing", 1) is Noted.REPEATED

    def test_late_progress_does_not_bring_a_leg_back(self, world: World) -> None:
        callback_id, line = rung(world)
        line.agent_leg("no_answer", 2)
        line.agent_leg("ringing", 1)
        assert (world.legs()["agent"].status, world.calls()[0].status) == ("no_answer", "no_answer")
        assert world.callback(callback_id).agent_rounds == 1

    def test_a_lost_end_of_the_dialling_is_made_up_by_the_legs(self, world: World) -> None:
        callback_id, line = dialling(world)
        line.customer_leg("in_progress", 2)
        line.customer_leg("completed", 3, duration=100)
        assert world.callback(callback_id).state == "dialling"
        line.agent_leg("completed", 3, duration=120)
        assert world.callback(callback_id).state == "completed"

    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_a_talk_is_a_talk_in_any_order_of_its_ends(self, world: World, order: tuple[int, ...]) -> None:
        callback_id, line = dialling(world)
        line.customer_answers()
        events = [
            lambda: line.dialled("completed", seconds=90, bridged=True),
            lambda: line.customer_leg("completed", 3, duration=90),
            lambda: line.agent_leg("completed", 3, duration=110),
            lambda: line.detected("human"),
        ]
        for index in order:
            events[index]()
            events[index]()
        callback = world.callback(callback_id)
        assert (callback.state, callback.attempts) == ("completed", 1)
        told = world.told()
        assert [told.count(type) for type in ("callback_connected", "callback_completed", "call_ended")] == [1, 1, 1]
        assert {role: leg.status for role, leg in world.legs().items()} == {
            "agent": "completed",
            "outside": "completed",
        }
        assert len(world.jobs("place_callback")) == 1

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    def test_no_answer_is_one_try_in_any_order_of_its_ends(self, world: World, order: tuple[int, ...]) -> None:
        callback_id, line = dialling(world)
        line.customer_leg("ringing", 1)
        events = [
            lambda: line.dialled("no-answer"),
            lambda: line.customer_leg("no_answer", 2, sip="487"),
            lambda: line.agent_leg("completed", 3, duration=40),
        ]
        for index in order:
            events[index]()
            events[index]()
        callback = world.callback(callback_id)
        assert (callback.state, callback.attempts, callback.agent_rounds) == ("queued", 1, 0)
        assert callback.due_at == world.clock() + timedelta(minutes=10)
        assert len(world.jobs("place_callback")) == 2

    def test_a_webhook_of_an_attempt_given_up_dials_nobody(self, world: World) -> None:
        callback_id, line = rung(world)
        with transaction(world.engine) as session:
            attempt = world.attempts(callback_id)[0]
            attempt.ended_at, attempt.outcome = world.clock(), "unknown"
            session.merge(attempt)
            session.get_one(Callback, callback_id).state = "queued"
        assert line.agent_answers() == Over("unknown")
        assert line.accepts() == Over("unknown")
