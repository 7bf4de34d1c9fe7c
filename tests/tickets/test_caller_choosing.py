"""A number that several customers share: which calls wait for an answer, and what the answer changes."""

import pytest
from sqlalchemy import Engine, select

from core.database import transaction
from tests.clock import MONDAY_MORNING
from tests.factories.people import make_brand
from tests.factories.tickets import CALLER, make_call, make_customer
from tests.statements import counted
from tickets.caller_choosing import choose_caller, sharers, unknown_callers
from tickets.fields import ChangeRefused
from tickets.models import Event, Ticket


def test_only_calls_from_shared_numbers_without_a_customer_wait(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ana, ben = (make_customer(session, brand, CALLER, name=name) for name in ("Ana", "Ben"))
        make_customer(session, brand, "+12025550111")
        waits = make_call(session, brand)
        make_call(session, brand, customer_id=ana.id)
        make_call(session, brand, from_number="+12025550111")
        make_call(session, brand, withheld=True)
        with counted(engine) as statements:
            assert [call.id for call in unknown_callers(session, brand_id=brand.id, limit=9)] == [waits.id]
            found = sharers(session, brand_id=brand.id, numbers=[CALLER])
        assert [(sharer.customer_id, sharer.name) for sharer in found] == [(ana.id, "Ana"), (ben.id, "Ben")]
        assert len(statements) == 2


def test_saying_who_it_was_tells_call_ticket_and_timeline_once(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ana, ben = (make_customer(session, brand, CALLER, name=name) for name in ("Ana", "Ben"))
        call = make_call(session, brand)
        chosen = {"call": call, "actor": "account:7", "now": MONDAY_MORNING}
        assert choose_caller(session, customer_id=ana.id, **chosen)
        assert not choose_caller(session, customer_id=ana.id, **chosen)
        ticket = session.get_one(Ticket, call.ticket_id, populate_existing=True)
        assert (call.customer_id, ticket.customer_id) == (ana.id, ana.id)
        assert choose_caller(session, customer_id=ben.id, **chosen)  # a mistake is mended the same way
        session.refresh(ticket)
        assert (call.customer_id, ticket.customer_id) == (ben.id, ben.id)
        told = session.scalars(select(Event).where(Event.type == "caller_identified").order_by(Event.id)).all()
        assert [event.facts["customer"] for event in told] == [ana.id, ben.id]


def test_a_customer_somebody_put_on_the_ticket_stays(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ana, ben = (make_customer(session, brand, CALLER, name=name) for name in ("Ana", "Ben"))
        call = make_call(session, brand)
        ticket = session.get_one(Ticket, call.ticket_id)
        ticket.customer_id = ben.id
        choose_caller(session, call=call, customer_id=ana.id, actor="account:7", now=MONDAY_MORNING)
        session.refresh(ticket)
        assert ticket.customer_id == ben.id


def test_somebody_who_does_not_call_from_that_number_is_refused(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        other = make_customer(session, brand, "+12025550111")
        foreign = make_customer(session, make_brand(session), CALLER)
        withheld = make_call(session, brand, from_number=None, withheld=True)
        for call, customer in (
            (make_call(session, brand), other),
            (make_call(session, brand), foreign),
            (withheld, other),
        ):
            with pytest.raises(ChangeRefused):
                choose_caller(session, call=call, customer_id=customer.id, actor="account:7", now=MONDAY_MORNING)
            assert call.customer_id is None
