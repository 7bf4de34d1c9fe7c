"""A promise is judged before anything is dialled."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from core.database import transaction
from people.models import Brand
from routing.callback_judging import Judged
from routing.destinations import DialPolicy
from routing.models import Callback, CallbackState
from tests.clock import HandClock
from tests.factories.people import make_phone_number
from tests.factories.routing import make_callback
from tests.factories.tickets import CALLER, make_call, make_customer, make_ticket
from tests.routing.callback_world import World, make_world
from tickets.models import Ticket


@pytest.fixture
def world(engine: Engine, clock: HandClock) -> World:
    return make_world(engine, clock)


def test_the_callers_own_number_is_put_in_line_at_once(world: World) -> None:
    callback_id = world.ask("(202) 555-0147")
    assert world.judge(callback_id) is Judged.QUEUED
    callback = world.callback(callback_id)
    assert (callback.state, callback.e164, callback.due_at) == ("queued", CALLER, world.clock())
    [job] = world.jobs("place_callback")
    assert (job.args, job.due_at) == ({"callback": callback_id}, world.clock())
    assert world.told() == ["callback_requested", "callback_queued"]


def test_judging_twice_changes_nothing(world: World) -> None:
    callback_id = world.ask()
    world.judge(callback_id)
    assert world.judge(callback_id) is Judged.ALREADY
    assert len(world.jobs("place_callback")) == 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+1 900 555 0123", "premium"),
        ("+44 9098 790 123", "premium"),
        ("+870 773 111 632", "satellite"),
        ("011 870 773 111 632", "satellite"),
        ("+49 30 901820", "country"),
        ("+1 876 555 0123", "country"),
        ("+1 202 555 0100", "own_number"),
    ],
)
def test_a_number_that_may_not_be_dialled_is_refused_on_the_ticket_with_the_reason(
    world: World, number: str, reason: str
) -> None:
    callback_id = world.ask(number)
    assert world.judge(callback_id) is Judged.BLOCKED
    callback = world.callback(callback_id)
    assert (callback.state, callback.why, callback.closed_at) == ("blocked", reason, world.clock())
    event = world.event("callback_blocked")
    assert event.facts["reason"] == reason
    assert event.facts["level"] == "alert"
    assert event.facts["sentence"].endswith(".")
    assert event.content == {"number": number}
    assert world.jobs("place_callback") == []


@pytest.mark.parametrize(
    ("number", "reason"), [("202 555 0147,,1", "appended"), ("12345", "too_short"), ("call me", "letters")]
)
def test_what_is_no_number_is_invalid_with_the_reason(world: World, number: str, reason: str) -> None:
    callback_id = world.ask(number)
    assert world.judge(callback_id) is Judged.INVALID
    assert world.callback(callback_id).why == reason
    assert world.event("callback_invalid").facts["reason"] == reason


def test_outside_calling_hours_it_waits_for_the_morning_where_the_customer_is(world: World) -> None:
    world.clock.set(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))  # 22:00 in New York
    callback_id = world.ask()
    assert world.judge(callback_id) is Judged.QUEUED
    callback = world.callback(callback_id)
    assert (callback.why, callback.due_at) == ("window", datetime(2026, 11, 24, 13, 0, tzinfo=UTC))
    assert world.jobs("place_callback")[0].due_at == callback.due_at


def test_the_customers_own_zone_decides_where_it_is_known(world: World) -> None:
    with transaction(world.engine) as session:
        brand = session.get_one(Brand, world.brand)
        customer = make_customer(session, brand, CALLER, zone="Pacific/Honolulu")  # 05:00 there
        session.get_one(Ticket, world.ticket).customer_id = customer.id
    callback_id = world.ask()
    world.judge(callback_id)
    assert world.callback(callback_id).due_at == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def test_a_second_request_joins_the_first_and_keeps_the_earlier_place(world: World) -> None:
    first = world.ask()
    world.judge(first)
    asked_at = world.clock()
    with transaction(world.engine) as session:  # the first waits for its next try, in an hour
        session.get_one(Callback, first).due_at = asked_at + timedelta(hours=1)
    world.clock.move(minutes=7)
    second = world.ask("+12025550147")
    assert world.judge(second) is Judged.JOINED
    joined, kept = world.callback(second), world.callback(first)
    assert (joined.state, joined.why) == ("superseded", "joined")
    assert (kept.state, kept.requested_at, kept.due_at) == ("queued", asked_at, world.clock())
    assert world.event("callback_joined").facts["to"] == first


def test_another_department_is_another_promise(world: World) -> None:
    world.judge(world.ask())
    with transaction(world.engine) as session:
        brand = session.get_one(Brand, world.brand)
        elsewhere = make_ticket(session, brand, department_id=None).id
    assert world.judge(world.ask(ticket=elsewhere)) is Judged.QUEUED


def test_a_fourth_callback_to_a_number_in_a_day_is_refused(world: World) -> None:
    with transaction(world.engine) as session:
        ticket = session.get_one(Ticket, world.ticket)
        for hours in (1, 2, 23):
            make_callback(
                session, ticket, state=CallbackState.COMPLETED, requested_at=world.clock() - timedelta(hours=hours)
            )
    callback_id = world.ask()
    assert world.judge(callback_id) is Judged.BLOCKED
    assert world.callback(callback_id).why == "limit_number"


def test_refused_and_joined_requests_do_not_use_up_the_day(world: World) -> None:
    with transaction(world.engine) as session:
        ticket = session.get_one(Ticket, world.ticket)
        for state in (CallbackState.BLOCKED, CallbackState.INVALID):
            make_callback(session, ticket, state=state, requested_at=world.clock())
        make_callback(session, ticket, state=CallbackState.SUPERSEDED, why="joined", requested_at=world.clock())
        make_callback(session, ticket, state=CallbackState.COMPLETED, requested_at=world.clock() - timedelta(hours=25))
    assert world.judge(world.ask()) is Judged.QUEUED


def test_the_eleventh_callback_to_a_prefix_in_an_hour_is_refused(world: World) -> None:
    numbers = [f"+1 202 555 {1000 + n}" for n in range(11)]
    verdicts = [world.judge(world.ask(number)) for number in numbers]
    assert verdicts == [Judged.QUEUED] * 10 + [Judged.BLOCKED]
    assert world.event("callback_blocked").facts["reason"] == "limit_prefix"
    assert world.judge(world.ask("+1 202 556 1000")) is Judged.QUEUED


def test_while_dialling_out_is_switched_off_promises_wait_in_line(world: World) -> None:
    world.rules = replace(world.rules, dialling=DialPolicy(countries=frozenset({"US"}), stopped=True))
    assert world.judge(world.ask()) is Judged.QUEUED


class TestAnotherNumberThanTheCallers:
    OTHER = "+12025550188"

    def asked_in_a_call(self, world: World, number: str, **call: object) -> int:
        with transaction(world.engine) as session:
            brand, ticket = session.get_one(Brand, world.brand), session.get_one(Ticket, world.ticket)
            origin = make_call(session, brand, ticket=ticket, **call)
            row = make_callback(
                session, ticket, asked_number=number, e164=None, account_sid=origin.account_sid, leg_sid=origin.sid,
                turn=3, requested_at=world.clock(),
            )  # fmt: skip
            return row.id

    def test_is_called_within_the_limits(self, world: World) -> None:
        assert world.judge(self.asked_in_a_call(world, self.OTHER)) is Judged.QUEUED

    def test_is_refused_when_the_callers_own_failed_verification(self, world: World) -> None:
        callback_id = self.asked_in_a_call(world, self.OTHER, attestation="TN-Validation-Failed-A")
        assert world.judge(callback_id) is Judged.BLOCKED
        assert world.callback(callback_id).why == "not_attested"

    def test_is_refused_after_the_callers_share_of_a_day(self, world: World) -> None:
        numbers = [f"+1202{n}0188" for n in (555, 556, 557, 558)]
        verdicts = [world.judge(self.asked_in_a_call(world, number)) for number in numbers]
        assert verdicts == [Judged.QUEUED] * 3 + [Judged.BLOCKED]
        assert world.event("callback_blocked").facts["reason"] == "limit_caller"
        assert world.judge(self.asked_in_a_call(world, "+12025590188", from_number="+12025550111")) is Judged.QUEUED

    def test_on_file_for_the_same_customer_counts_as_their_own(self, world: World) -> None:
        with transaction(world.engine) as session:
            brand = session.get_one(Brand, world.brand)
            make_customer(session, brand, CALLER, self.OTHER)
        callback_id = self.asked_in_a_call(world, self.OTHER, attestation="TN-Validation-Failed-A")
        assert world.judge(callback_id) is Judged.QUEUED

    def test_of_ours_is_never_called(self, world: World) -> None:
        with transaction(world.engine) as session:
            make_phone_number(session, session.get_one(Brand, world.brand), "+12025550101")
        assert world.judge(self.asked_in_a_call(world, "+12025550101")) is Judged.BLOCKED
