"""Callbacks through the whole house: a real carrier interface, signed webhooks, jobs, and what stands on the ticket."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.config import Settings
from core.database import make_engine, transaction
from core.outbox import ask as ask_for
from ivr.callbacks import CONTROLS, NEWS, CallbackParts, answer
from ivr.forms import FormProblem
from people.models import Brand, Department
from routing.callback_rules import rules_from
from routing.callbacks import request
from routing.models import Callback
from simulator.behaviours import Behaviour
from simulator.delivery import Delivery, Held, Twice, Wire
from simulator.person import Talk
from tests.clock import HandClock
from tests.factories.people import make_phone_number
from tests.factories.tickets import CALLER, make_customer, make_ticket
from tests.house import LINE, House, open_house
from tests.routing.callback_world import NEW_YORK_MORNING, add_agent
from tickets.models import Event, Ticket
from workers.job import Job

JOBS = {
    name: Job(does=f"workers.jobs.callbacks:{name}", failure=name)
    for name in ("judge_callback", "place_callback", "hang_up_leg", "sweep_callbacks")
}
FIRST, SECOND = "+12025550201", "+12025550202"
Doors = Callable[..., AbstractContextManager[House]]


@pytest.fixture
def doors(settings: Settings, engine: Engine, clock: HandClock, tmp_path: Path) -> Doors:
    clock.set(NEW_YORK_MORNING)

    def opened(delivery: Callable[[Wire], Delivery] | None = None) -> AbstractContextManager[House]:
        return open_house(
            settings=settings, engine=engine, clock=clock, folder=tmp_path, delivery=delivery, demo_people=False
        )

    return opened


@pytest.fixture
def house(doors: Doors) -> Iterator[House]:
    with doors() as opened:
        furnish(opened)
        yield opened


def furnish(house: House) -> None:
    """Two agents in billing, the line's number, and a ticket of Ann's."""
    house.equipment = dataclasses.replace(house.equipment, jobs=JOBS)
    with transaction(house.engine) as session:
        brand = session.scalars(select(Brand)).one()
        billing = session.scalars(select(Department).where(Department.key == "billing")).one()
        make_phone_number(session, brand, LINE)
        add_agent(session, billing.id, phone=FIRST)
        add_agent(session, billing.id, phone=SECOND)
        customer = make_customer(session, brand, CALLER, name="Ann")
        make_ticket(session, brand, department_id=billing.id, customer_id=customer.id)


def ask(house: House, number: str = CALLER) -> int:
    with transaction(house.engine) as session:
        ticket = session.scalars(select(Ticket)).one()
        return request(session, ticket_id=ticket.id, number=number, actor="account:1", now=house.clock()).id


def go_on(house: House) -> None:
    """Run what is due, and let every call it places come to its end."""
    house.work()
    assert house.carrier.idle()


def wait_and_go_on(house: House, callback_id: int) -> None:
    house.clock.set(callback(house, callback_id).due_at)
    go_on(house)


def callback(house: House, callback_id: int) -> Callback:
    with house.session() as session:
        return session.get_one(Callback, callback_id)


def told(session: Session, type: str) -> list[dict]:  # type: ignore[type-arg]
    statement = select(Event).where(Event.type == type).order_by(Event.id)
    return [event.facts for event in session.scalars(statement)]


def facts(house: House, type: str) -> list[dict]:  # type: ignore[type-arg]
    with house.session() as session:
        return told(session, type)


def dialled(house: House, number: str) -> int:
    """How often the carrier rang a number."""
    return sum(call.to == number for call in house.carrier.store.calls.values())


def complaints(house: House) -> list[str]:
    """What the carrier would have complained about: no document and no answer of ours may earn one."""
    wire = house.carrier.wire
    kept = [sent.complaint.message for sent in wire.sent if sent.complaint is not None]
    return kept + [problem.message for call in house.carrier.store.calls.values() for problem in call.problems]


def test_an_agent_accepts_the_customer_answers_and_the_promise_is_kept(house: House) -> None:
    callback_id = ask(house)
    go_on(house)
    kept = callback(house, callback_id)
    assert (kept.state, kept.attempts, kept.agent_rounds) == ("completed", 1, 0)
    assert (dialled(house, FIRST), dialled(house, CALLER), dialled(house, SECOND)) == (1, 1, 0)
    child = next(call for call in house.carrier.store.calls.values() if call.to == CALLER)
    assert child.from_ == LINE
    assert house.one("select status from ticket") == "open"
    legs = house.rows("select role, status from leg order by role")
    assert legs == [("agent", "completed"), ("outside", "completed")]
    [(status, sid, ended)] = house.rows("select status, sid, ended_at is not null from call")
    assert (status, ended) == ("completed", True)
    [(part, kind, leg_sid)] = house.rows("select part, kind, leg_sid from recording")
    assert (part, kind, leg_sid) == ("callback-1", "call", sid)
    assert complaints(house) == []


def test_a_callback_done_at_the_third_try(house: House) -> None:
    house.carrier.phones.set(CALLER, Behaviour("no-answer", after=99), Behaviour("busy"), Behaviour())
    callback_id = ask(house)
    go_on(house)
    assert callback(house, callback_id).why == "no_answer"
    wait_and_go_on(house, callback_id)
    assert callback(house, callback_id).why == "busy"
    wait_and_go_on(house, callback_id)
    done = callback(house, callback_id)
    assert (done.state, done.attempts) == ("completed", 3)
    assert [fact["outcome"] for fact in facts(house, "callback_attempted")] == ["no_answer", "busy", "connected"]
    assert house.clock() == NEW_YORK_MORNING.replace(minute=15)
    assert dialled(house, CALLER) == 3
    assert complaints(house) == []


def test_the_whole_call_may_be_over_before_the_carrier_answers_the_request(house: House) -> None:
    house.carrier.inline = True
    callback_id = ask(house)
    go_on(house)
    kept = callback(house, callback_id)
    assert (kept.state, kept.attempts, dialled(house, FIRST), dialled(house, CALLER)) == ("completed", 1, 1, 1)
    assert house.rows("select status, ended_at is not null from call") == [("completed", True)]


def test_a_callback_refused_by_policy_is_dialled_nowhere(house: House) -> None:
    callback_id = ask(house, "+1 900 555 0123")
    go_on(house)
    assert callback(house, callback_id).state == "blocked"
    [fact] = facts(house, "callback_blocked")
    assert (fact["reason"], fact["level"]) == ("premium", "alert")
    assert house.carrier.store.calls == {}


def test_an_agents_voicemail_never_accepts_and_the_next_agent_is_rung(house: House) -> None:
    house.carrier.phones.set(FIRST, Behaviour("machine"))
    callback_id = ask(house)
    go_on(house)
    go_on(house)
    kept = callback(house, callback_id)
    assert (kept.state, kept.attempts, kept.agent_rounds) == ("completed", 1, 1)
    assert [fact["why"] for fact in facts(house, "callback_not_accepted")] == ["silent"]
    assert complaints(house) == []


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (Behaviour(presses=("2",)), "passed"),
        (Behaviour(presses=("5", "9")), "wrong_key"),
        (Behaviour("no-answer", after=99), "no_answer"),
        (Behaviour("busy"), "busy"),
    ],
)
def test_an_agent_who_does_not_accept_is_no_failed_try(house: House, behaviour: Behaviour, why: str) -> None:
    house.carrier.phones.set(FIRST, behaviour)
    house.carrier.phones.set(SECOND, Behaviour("no-answer", after=99))
    callback_id = ask(house)
    for _ in range(3):
        go_on(house)
    waiting = callback(house, callback_id)
    assert (waiting.state, waiting.why, waiting.attempts) == ("queued", "no_agent", 0)
    assert [fact["why"] for fact in facts(house, "callback_not_accepted")] == [why, "no_answer"]
    assert dialled(house, CALLER) == 0
    assert complaints(house) == []


def test_a_key_that_means_nothing_is_asked_about_once_more(house: House) -> None:
    house.carrier.phones.set(FIRST, Behaviour(presses=("7", "1")))
    callback_id = ask(house)
    go_on(house)
    assert callback(house, callback_id).state == "completed"


def test_a_number_nobody_has_is_given_up_at_once(house: House) -> None:
    house.carrier.phones.set(CALLER, Behaviour("fails"))
    callback_id = ask(house)
    go_on(house)
    assert (callback(house, callback_id).state, dialled(house, CALLER)) == ("invalid", 1)


def test_every_webhook_twice_is_one_call_with_one_end(doors: Doors) -> None:
    policies: list[Twice] = []

    def twice(wire: Wire) -> Delivery:
        policies.append(Twice(wire))
        return policies[0]

    with doors(twice) as house:
        furnish(house)
        house.carrier.phones.set(FIRST, Behaviour(presses=("2",)))
        house.carrier.phones.set(CALLER, Behaviour("busy"), Behaviour())
        callback_id = ask(house)
        go_on(house)
        go_on(house)
        wait_and_go_on(house, callback_id)
        go_on(house)
        kept = callback(house, callback_id)
        assert (kept.state, kept.attempts, kept.agent_rounds) == ("completed", 2, 1)
        assert dialled(house, CALLER) == 2
        assert policies[0].disagreements == []


@pytest.mark.parametrize("order", ["reversed", "never"])
def test_news_that_come_last_first_or_never_change_no_outcome(doors: Doors, order: str) -> None:
    held: list[Held] = []

    def late(wire: Wire) -> Delivery:
        held.append(Held(wire))
        return held[0]

    with doors(late) as house:
        furnish(house)
        house.carrier.phones.set(CALLER, Behaviour("no-answer", after=99), Behaviour(talk=Talk("Yes?", 40, "hangs up")))
        callback_id = ask(house)
        go_on(house)
        assert callback(house, callback_id).why == "no_answer"
        held[0].release([] if order == "never" else list(reversed(range(len(held[0].waiting)))))
        house.clock.set(callback(house, callback_id).due_at)
        house.work()
        assert house.carrier.idle()
        held[0].release([] if order == "never" else list(reversed(range(len(held[0].waiting)))))
        kept = callback(house, callback_id)
        assert (kept.state, kept.attempts) == ("completed", 2)
        assert [fact["outcome"] for fact in facts(house, "callback_attempted")] == ["no_answer", "connected"]
        assert dialled(house, CALLER) == 2
        house.clock.move(minutes=6)
        with transaction(house.engine) as session:
            ask_for(session, job="sweep_callbacks", args={}, now=house.clock())
        go_on(house)
        assert house.rows("select status, ended_at is not null from call") == [("completed", True)] * 2


def test_an_agents_leg_whose_end_was_never_told_is_swept_up(doors: Doors) -> None:
    with doors(Held) as house:
        furnish(house)
        house.carrier.phones.set(FIRST, Behaviour("no-answer", after=99))
        callback_id = ask(house)
        go_on(house)
        assert callback(house, callback_id).state == "reserved"
        house.clock.move(minutes=4)
        with transaction(house.engine) as session:
            ask_for(session, job="sweep_callbacks", args={}, now=house.clock())
        go_on(house)
        kept = callback(house, callback_id)
        assert (kept.state, kept.attempts, kept.agent_rounds) == ("completed", 1, 1)


def test_without_the_database_whoever_listens_is_told_the_truth_and_news_are_asked_for_again(house: House) -> None:
    line = house.app.extensions["ringback"]
    away = CallbackParts(
        engine=make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"), rules=rules_from(house.settings),
        clock=line.clock,
    )  # fmt: skip
    form, query = {"CallSid": "CA1", "AccountSid": "AC1", "CallStatus": "ringing"}, {"attempt": "1", "ticket": "1001"}
    heard = answer("/voice/callback/agent", form, query, away)
    assert heard.status == 200
    assert "for ticket 1 0 0 1, cannot be connected. Please call the customer later" in heard.body
    notice = answer("/voice/callback/notice", form, query, away)
    assert "the call you asked for" in notice.body
    assert "Hangup" not in notice.body
    for path in NEWS:
        assert answer(path, form, query | {"leg": "agent"}, away).status == 503


@pytest.mark.parametrize("query", [{}, {"attempt": "x"}, {"attempt": "9" * 19}, {"attempt": "-1"}])
def test_a_webhook_without_its_attempt_is_refused_by_name(house: House, query: dict[str, str]) -> None:
    parts = CallbackParts(engine=house.engine, rules=rules_from(house.settings), clock=house.clock)
    with pytest.raises(FormProblem, match="attempt"):
        answer("/voice/callback/agent", {"CallSid": "CA1", "AccountSid": "AC1"}, query, parts)


def test_a_webhook_of_an_attempt_nobody_made_dials_nobody(house: House) -> None:
    parts = CallbackParts(engine=house.engine, rules=rules_from(house.settings), clock=house.clock)
    form = {"CallSid": "CA1", "AccountSid": "AC1", "Digits": "1", "CallStatus": "completed", "DialCallStatus": "busy"}
    for path in CONTROLS:
        body = answer(path, form, {"attempt": "999", "ticket": "1001"}, parts).body
        assert "<Dial" not in body
        assert "<Hangup" in body
    assert answer("/voice/callback/status", form, {"attempt": "999", "leg": "agent"}, parts).status == 204
