"""What becomes of a call that ended: its subject for the lists, and whether it is work."""

import pytest
from sqlalchemy.orm import Session

from tests.clock import MONDAY_MORNING
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import make_call, make_ticket
from tickets.settling import settle


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        yield session


def ended(session, *, wants=True, **columns):
    """A call that is over, with the ticket it opened."""
    brand = make_brand(session)
    department = make_department(session, brand, missed_is_work=wants)
    ticket = make_ticket(session, brand, department_id=department.id, status="new", subject="", assignee_id=None)
    call = make_call(session, brand, ticket_id=ticket.id, ended_at=MONDAY_MORNING, status="completed", **columns)
    ticket.born_call_id = call.id
    session.flush()
    return call, ticket


@pytest.mark.parametrize(
    ("outcome", "subject"),
    [("message_left", "Left a message"), ("callback_requested", "Asked to be called back"),
     (None, "Hung up before anybody answered")],
)  # fmt: skip
def test_a_list_can_tell_calls_apart(session, outcome, subject):
    call, ticket = ended(session, outcome=outcome)
    assert settle(session, call_id=call.id, now=MONDAY_MORNING) is ticket
    assert ticket.subject == subject


def test_a_subject_the_flow_gave_stays(session):
    call, ticket = ended(session, outcome="message_left")
    ticket.subject = "Router is down"
    settle(session, call_id=call.id, now=MONDAY_MORNING)
    assert ticket.subject == "Router is down"


def test_a_missed_call_is_no_work_where_the_department_does_not_want_it(session):
    call, ticket = ended(session, wants=False, outcome=None)
    assert settle(session, call_id=call.id, now=MONDAY_MORNING) is None
    assert (ticket.status, ticket.outcome, ticket.solved_at) == ("solved", "abandoned", MONDAY_MORNING)
    assert call.outcome == "abandoned_in_ivr"


@pytest.mark.parametrize("outcome", ["message_left", "callback_requested"])
def test_whoever_left_something_is_work_everywhere(session, outcome):
    call, ticket = ended(session, wants=False, outcome=outcome)
    assert settle(session, call_id=call.id, now=MONDAY_MORNING) is ticket


@pytest.mark.parametrize("wants", [False, True])
def test_a_message_that_arrives_after_the_call_was_given_up_makes_it_work(session, wants):
    call, ticket = ended(session, wants=wants, outcome=None)
    settle(session, call_id=call.id, now=MONDAY_MORNING)
    call.outcome = "message_left"
    assert settle(session, call_id=call.id, now=MONDAY_MORNING) is ticket
    assert (ticket.status, ticket.outcome, ticket.solved_at) == ("new" if wants else "open", None, None)
    assert ticket.subject == "Left a message"


def test_a_ticket_somebody_has_is_left_alone(session):
    call, ticket = ended(session, wants=False, outcome=None)
    ticket.assignee_id, ticket.status = make_account(session, make_brand(session)).id, "open"
    settle(session, call_id=call.id, now=MONDAY_MORNING)
    assert ticket.status == "open"


def test_settling_twice_is_settling_once(session):
    call, ticket = ended(session, wants=False, outcome=None)
    settle(session, call_id=call.id, now=MONDAY_MORNING)
    version = ticket.version
    settle(session, call_id=call.id, now=MONDAY_MORNING)
    assert ticket.version == version
