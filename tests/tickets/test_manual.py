"""Calls logged by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.database import transaction
from tests.clock import HandClock
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import CALLER, make_customer, make_ticket
from tickets.call_queries import call as read_call
from tickets.fields import ChangeRefused
from tickets.manual import Told, log_call
from tickets.models import Customer, Event, Ticket
from tickets.statuses import MoveRefused


def told(clock: HandClock, **fields: object) -> Told:
    defaults = {"direction": "inbound", "started_at": clock() - timedelta(hours=1), "duration": 90}
    return Told(**defaults | {"from_number": CALLER} | fields)  # type: ignore[arg-type]


def test_a_logged_call_gets_a_ticket_of_its_own_and_its_customer(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        billing = make_department(session, brand)
        call = log_call(
            session,
            brand_id=brand.id,
            actor="account:7",
            now=clock(),
            told=told(clock, subject="Refund", note="wants it by Friday"),
            department=billing,
        )
        view = read_call(session, brand_id=brand.id, sid=call.sid)
        assert view is not None
        assert call.sid.startswith("manual-")
        assert (call.account_sid, call.status, call.duration) == ("", "completed", 90)
        assert call.ended_at == clock() - timedelta(hours=1) + timedelta(seconds=90)
        assert [leg.role for leg in view.legs] == ["caller"]
        ticket = session.scalars(select(Ticket)).one()
        customer = session.scalars(select(Customer)).one()
        assert (ticket.number, ticket.subject, ticket.caller) == (view.ticket, "Refund", CALLER)
        assert (ticket.department_id, ticket.born_call_id, ticket.status) == (billing.id, call.id, "new")
        assert ticket.customer_id == call.customer_id == customer.id
        assert set(types(session)) == {"call_logged", "ticket_opened", "note_added", "caller_identified"}


def test_a_call_logged_on_a_waiting_ticket_makes_no_other_and_reopens_it(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        agent = make_account(session, brand)
        ticket = make_ticket(session, brand, status="solved", assignee_id=agent.id, solved_at=clock())
        call = log_call(session, brand_id=brand.id, actor="account:7", now=clock(), told=told(clock), ticket=ticket)
        assert call.ticket_id == ticket.id
        assert session.scalars(select(Ticket.id)).all() == [ticket.id]
        assert (ticket.status, ticket.solved_at) == ("open", None)


def test_our_own_call_to_the_customer_reopens_nothing(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ticket = make_ticket(session, brand, status="pending")
        outbound = told(clock, direction="outbound", from_number=None, to_number=CALLER)
        call = log_call(session, brand_id=brand.id, actor="account:7", now=clock(), told=outbound, ticket=ticket)
        assert ticket.status == "pending"
        assert call.customer_id is not None


def test_a_call_from_a_shared_or_withheld_number_names_nobody(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_customer(session, brand, CALLER)
        make_customer(session, brand, CALLER)
        for from_number in (CALLER, None):
            fields = told(clock, from_number=from_number)
            call = log_call(session, brand_id=brand.id, actor="account:7", now=clock(), told=fields)
            assert call.customer_id is None


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"from_number": "0207 183 8750"}, "from"),
        ({"to_number": "12"}, "to"),
        ({"duration": -1}, "duration"),
        ({"duration": 86_401}, "duration"),
        ({"duration": 3_601}, "started_at"),
        ({"started_at": datetime.max.replace(tzinfo=UTC)}, "started_at"),
        ({"subject": "two\nlines"}, "subject"),
    ],
)
def test_what_cannot_have_been_is_refused_by_field(
    engine: Engine, clock: HandClock, fields: dict[str, object], named: str
) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        with pytest.raises(ChangeRefused) as refused:
            log_call(session, brand_id=brand.id, actor="account:7", now=clock(), told=told(clock, **fields))
        assert refused.value.field == named


def test_a_closed_ticket_takes_no_call(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ticket = make_ticket(session, brand, status="closed", closed_at=clock())
        with pytest.raises(MoveRefused, match="follow-up"):
            log_call(session, brand_id=brand.id, actor="account:7", now=clock(), told=told(clock), ticket=ticket)


def types(session: Session) -> list[str]:
    return list(session.scalars(select(Event.type).order_by(Event.id)))
