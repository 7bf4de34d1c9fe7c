"""Asking for a callback from the desk."""

import pytest
from sqlalchemy import Engine

from core.database import transaction
from people.models import Brand
from routing.callbacks import RequestRefused, Superseded, request, supersede
from tests.clock import HandClock
from tests.factories.tickets import CALLER, make_ticket
from tests.routing.callback_world import World, make_world
from tickets.models import Ticket
from tickets.statuses import MoveRefused


@pytest.fixture
def world(engine: Engine, clock: HandClock) -> World:
    return make_world(engine, clock)


def ask(world: World, number: str | None, ticket: int | None = None) -> str:
    with transaction(world.engine) as session:
        wanted = world.ticket if ticket is None else ticket
        made = request(session, ticket_id=wanted, number=number, actor="account:7", now=world.clock())
        return made.asked_number


def test_without_a_number_the_tickets_caller_is_meant(world: World) -> None:
    assert ask(world, None) == CALLER
    assert world.event("callback_requested").actor == "account:7"
    [job] = world.jobs("judge_callback")
    assert job.key == f"judge_callback:{job.args['callback']}"


def test_a_withheld_caller_needs_a_number(world: World) -> None:
    with transaction(world.engine) as session:
        session.get_one(Ticket, world.ticket).caller = None
    with pytest.raises(RequestRefused, match="no number"):
        ask(world, " ")


@pytest.mark.parametrize("number", ["1" * 65])
def test_what_is_longer_than_any_number_is_refused_at_the_door(world: World, number: str) -> None:
    with pytest.raises(RequestRefused, match="longer"):
        ask(world, number)


def test_an_unknown_ticket_is_refused(world: World) -> None:
    with pytest.raises(RequestRefused, match="no such ticket"):
        ask(world, CALLER, ticket=999_999)


def test_a_closed_ticket_takes_no_promises(world: World) -> None:
    with transaction(world.engine) as session:
        brand = session.get_one(Brand, world.brand)
        closed = make_ticket(session, brand, status="closed", closed_at=world.clock()).id
    with pytest.raises(MoveRefused):
        ask(world, CALLER, ticket=closed)


def test_whoever_calls_in_first_is_not_called_back(world: World) -> None:
    callback_id = world.ask()
    world.judge(callback_id)
    for expected in (Superseded.SUPERSEDED, Superseded.ALREADY_OVER):
        with transaction(world.engine) as session:
            assert (
                supersede(session, callback_id=callback_id, call_id=None, actor="system", now=world.clock()) is expected
            )
    assert world.callback(callback_id).why == "called_in"
