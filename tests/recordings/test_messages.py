"""Voicemail: which messages wait, in which order, and what marking one as done does."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.database import transaction
from people.models import Brand
from recordings import messages
from recordings.messages import Done, Message
from tests.clock import MONDAY_MORNING
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.recordings import make_recording
from tests.factories.routing import make_assignment
from tests.factories.tickets import make_call, make_customer, make_ticket
from tests.statements import counted
from tickets.models import Event, Ticket
from tickets.statuses import MoveRefused


def test_messages_wait_oldest_first_with_the_words_of_their_call(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ana, billing = make_customer(session, brand, name="Ana"), make_department(session, brand)
        newer = left(session, brand, minutes=0, department_id=billing.id, customer_id=ana.id)
        older = left(session, brand, minutes=90, department_id=billing.id)
        with counted(engine) as statements:
            first, second = messages.inbox(session, brand_id=brand.id, limit=9).items
        assert len(statements) == 1
        assert (first.recording.id, second.recording.id) == (older.recording.id, newer.recording.id)
        assert (second.department, second.customer, second.assignee) == ("Billing", "Ana", None)
        assert messages.waiting(session, brand_id=brand.id) == 2


@pytest.mark.parametrize("state", ["expected", "missing", "deleted"])
def test_what_cannot_be_heard_does_not_wait_here(engine: Engine, state: str) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_recording(session, make_call(session, brand), state=state)
        assert waiting(session, brand) == []


def test_calls_recorded_and_messages_of_solved_tickets_do_not_wait(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_recording(session, make_call(session, brand), state="stored", kind="call")
        solved = make_ticket(session, brand, status="solved", outcome="answered")
        make_recording(session, make_call(session, brand, ticket=solved), state="stored")
        left(session, make_brand(session))
        assert waiting(session, brand) == []


def test_pages_follow_each_other(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ids = [left(session, brand, minutes=9 - n).recording.id for n in range(3)]
        first = messages.inbox(session, brand_id=brand.id, limit=2)
        second = messages.inbox(session, brand_id=brand.id, limit=2, after=first.end)
        assert [message.recording.id for message in (*first.items, *second.items)] == ids
        assert second.end is None


def test_done_solves_the_ticket_that_is_about_nothing_else(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        message = left(session, brand)
        make_assignment(session, message.ticket, make_account(session, brand))
        assert mark(session, message) == Done(message.ticket.number, solved=True)
        ticket = session.get_one(Ticket, message.ticket.id)
        assert (ticket.status, ticket.outcome) == ("solved", "answered")
        assert waiting(session, brand) == []
        assert mark(session, message) is None
        assert len(marks(session)) == 1
        assert messages.last_done(session, brand_id=brand.id) == MONDAY_MORNING


def test_nobody_answers_for_a_message_that_nobody_took(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        with pytest.raises(MoveRefused):
            mark(session, left(session, brand))


def test_done_leaves_a_ticket_of_another_matter_and_its_other_messages_alone(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        message = left(session, brand)
        message.ticket.born_call_id = make_call(session, brand, ticket=message.ticket).id
        second = make_recording(session, message.call, state="stored")
        assert mark(session, message) == Done(message.ticket.number, solved=False)
        assert session.get_one(Ticket, message.ticket.id).status == "new"
        assert [waits.recording.id for waits in waiting(session, brand)] == [second.id]
        assert mark(session, message) is None


def test_an_inbox_that_never_had_a_message_has_no_last_time(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        left(session, brand)
        assert messages.last_done(session, brand_id=brand.id) is None


def left(session: Session, brand: Brand, *, minutes: int = 5, **columns: object) -> Message:
    """A message left so many minutes ago, on a ticket that its call opened."""
    at = MONDAY_MORNING - timedelta(minutes=minutes)
    ticket = make_ticket(session, brand, created_at=at, department_id=columns.get("department_id"))
    call = make_call(session, brand, ticket=ticket, started_at=at, **columns)
    ticket.born_call_id = call.id
    recording = make_recording(session, call, state="stored", expected_at=at)
    found = messages.message(session, brand_id=brand.id, recording_id=recording.id)
    assert found is not None
    return found


def mark(session: Session, message: Message) -> Done | None:
    return messages.mark_done(session, message=message, actor="account:7", now=MONDAY_MORNING)


def marks(session: Session) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.type == messages.DONE)))


def waiting(session: Session, brand: Brand) -> list[Message]:
    return list(messages.inbox(session, brand_id=brand.id, limit=50).items)
