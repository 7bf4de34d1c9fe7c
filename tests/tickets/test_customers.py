"""Who called: matched on E.164, never guessed."""

import threading

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.database import transaction
from tests.clock import HandClock
from tests.factories.people import make_brand
from tests.factories.tickets import CALLER, make_call, make_customer, make_ticket
from tickets.customers import Match, add_number, create, identify, rename
from tickets.fields import ChangeRefused
from tickets.models import Call, Customer, CustomerNumber, Event, Ticket


def test_a_first_call_makes_a_customer_with_the_number_alone(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        call = make_call(session, make_brand(session))
        found = identify(session, call_id=call.id, now=clock())
        customer = session.scalars(select(Customer)).one()
        number = session.scalars(select(CustomerNumber)).one()
        assert (found.match, found.customer_id) == (Match.MADE, customer.id)
        assert (customer.name, number.e164, number.customer_id) == (None, CALLER, customer.id)
        assert told(session, call) == (customer.id, customer.id)
        assert types(session) == ["caller_identified"]


def test_a_known_number_finds_its_customer_whichever_way_the_call_went(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        customer = make_customer(session, brand, CALLER)
        outbound = make_call(session, brand, direction="outbound", from_number="+12025550100", to_number=CALLER)
        for call in (make_call(session, brand), outbound):
            assert identify(session, call_id=call.id, now=clock()).customer_id == customer.id
            assert told(session, call) == (customer.id, customer.id)


def test_a_shared_number_asks_and_never_guesses(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ada, bob = make_customer(session, brand, CALLER), make_customer(session, brand, CALLER)
        call = make_call(session, brand)
        for _ in range(2):
            found = identify(session, call_id=call.id, now=clock())
            assert (found.match, found.candidates) == (Match.AMBIGUOUS, (ada.id, bob.id))
        assert told(session, call) == (None, None)
        [event] = session.scalars(select(Event)).all()
        assert (event.type, event.facts) == ("caller_ambiguous", {"customers": [ada.id, bob.id]})


@pytest.mark.parametrize(
    "columns",
    [
        {"withheld": True},
        {"from_number": None},
        {"from_number": "anonymous"},
        {"from_number": "sip:ada@example.com"},
        {"from_number": "+266696687"},
    ],
)
def test_withheld_and_numberless_callers_are_nobody(
    engine: Engine, clock: HandClock, columns: dict[str, object]
) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_customer(session, brand, CALLER)
        call = make_call(session, brand, ticket=make_ticket(session, brand, caller=None), **columns)
        assert identify(session, call_id=call.id, now=clock()).match == Match.NOBODY
        assert told(session, call) == (None, None)


def test_customers_of_another_brand_are_not_seen(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        make_customer(session, make_brand(session), CALLER)
        call = make_call(session, make_brand(session))
        assert identify(session, call_id=call.id, now=clock()).match == Match.MADE


def test_a_customer_chosen_by_a_person_stays(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        chosen = make_customer(session, brand)
        make_customer(session, brand, CALLER)
        ticket = make_ticket(session, brand, customer_id=chosen.id)
        call = make_call(session, brand, ticket=ticket, customer_id=chosen.id)
        identify(session, call_id=call.id, now=clock())
        assert told(session, call) == (chosen.id, chosen.id)


def test_a_ticket_that_came_after_the_first_look_is_told_by_the_next(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        call = make_call(session, brand, ended_at=None)
        found = identify(session, call_id=call.id, now=clock())
        call.ticket_id = make_ticket(session, brand).id
        session.flush()
        identify(session, call_id=call.id, now=clock())
        assert told(session, call) == (found.customer_id, found.customer_id)
        assert types(session) == ["caller_identified"]


def test_calls_at_the_same_moment_make_one_customer(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        calls = [make_call(session, brand).id for _ in range(6)]
    together = threading.Barrier(len(calls))

    def one(call_id: int) -> None:
        with transaction(engine) as session:
            session.execute(select(1))
            together.wait(10)
            identify(session, call_id=call_id, now=clock())

    threads = [threading.Thread(target=one, args=(call_id,)) for call_id in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with transaction(engine) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 1
        assert len(set(session.scalars(select(Call.customer_id)))) == 1


def test_numbers_are_full_and_each_is_kept_once(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        customer = create(session, brand_id=make_brand(session).id, numbers=(CALLER,), name=" Ada ", now=clock())
        assert customer.name == "Ada"
        assert not add_number(session, customer=customer, e164=CALLER)
        assert add_number(session, customer=customer, e164="+442071838750")
        with pytest.raises(ChangeRefused, match="numbers"):
            add_number(session, customer=customer, e164="0207 183 8750")


def test_a_customer_is_renamed_or_loses_a_name(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        customer = create(session, brand_id=make_brand(session).id, name="Ada", now=clock())
        assert not rename(session, customer=customer, name="Ada ")
        assert rename(session, customer=customer, name="")
        assert customer.name is None


def told(session: Session, call: Call) -> tuple[int | None, int | None]:
    """The customers of the call and of its ticket, as stored."""
    ticket = session.scalar(select(Ticket.customer_id).where(Ticket.id == call.ticket_id))
    return session.scalar(select(Call.customer_id).where(Call.id == call.id)), ticket


def types(session: Session) -> list[str]:
    return list(session.scalars(select(Event.type).order_by(Event.id)))
