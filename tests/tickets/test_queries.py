"""Lists of tickets and calls: filters, pages that stay true over changes, and few statements."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.database import transaction
from people.models import Brand
from tests.clock import MONDAY_MORNING
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import make_call, make_event, make_leg, make_ticket
from tests.statements import counted
from tickets import call_queries, queries
from tickets.paging import Page
from tickets.queries import UNASSIGNED, Asked, TicketView


def test_pages_follow_each_other_newest_first_without_gap_or_repeat(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        same_moment = [make_ticket(session, brand).number for _ in range(4)]
        later = make_ticket(session, brand, created_at=MONDAY_MORNING + timedelta(hours=1)).number
        assert read_all(session, brand, limit=2) == [later, *reversed(same_moment)]


def test_a_page_goes_on_where_it_was_though_newer_tickets_came(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        numbers = [ticket.number for ticket in (make_ticket(session, brand) for _ in range(4))]
        first = queries.tickets(session, brand_id=brand.id, limit=2)
        make_ticket(session, brand, created_at=MONDAY_MORNING + timedelta(minutes=1))
        second = queries.tickets(session, brand_id=brand.id, limit=2, after=first.end)
        assert numbers_of(first) + numbers_of(second) == numbers[::-1]
        assert second.end is None


def test_each_filter_finds_its_tickets_and_no_others(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        billing, agent = make_department(session, brand), make_account(session, brand)
        ticket = make_ticket(
            session,
            brand,
            caller="+442071838750",
            department_id=billing.id,
            status="open",
            assignee_id=agent.id,
            subject="Refund of 50% asked",
        )
        call = make_call(session, brand, ticket=ticket)
        leg = make_leg(session, call)
        other = make_ticket(session, brand, subject="Refund of 500 asked")
        found = {
            "first leg": Asked(call_sid=call.sid),
            "any leg": Asked(call_sid=leg.sid),
            "caller": Asked(caller="+442071838750"),
            "department": Asked(department_id=billing.id),
            "status": Asked(status="open"),
            "assignee": Asked(assignee_id=agent.id),
            "number": Asked(q=f"#{ticket.number}"),
            "caller's digits in any writing": Asked(q="020 7183-8750".removeprefix("0")),
            "end of the number": Asked(q="8750"),
            "words, with no wildcard": Asked(q="50% ASKED"),
        }
        for why, asked in found.items():
            assert numbers_of(queries.tickets(session, brand_id=brand.id, asked=asked, limit=9)) == [ticket.number], why
        nobody = queries.tickets(session, brand_id=brand.id, asked=Asked(assignee_id=UNASSIGNED), limit=9)
        assert numbers_of(nobody) == [other.number]
        blank = queries.tickets(session, brand_id=brand.id, asked=Asked(q="  "), limit=9)
        assert len(blank.items) == 2


def test_a_brand_sees_nothing_of_another(engine: Engine) -> None:
    with transaction(engine) as session:
        ours, theirs = make_brand(session), make_brand(session)
        call = make_call(session, theirs)
        assert queries.tickets(session, brand_id=ours.id, limit=9).items == []
        assert queries.tickets(session, brand_id=ours.id, asked=Asked(call_sid=call.sid), limit=9).items == []
        assert queries.ticket(session, brand_id=ours.id, number=call.ticket_id or 0) is None
        assert call_queries.calls(session, brand_id=ours.id, limit=9).items == []
        assert call_queries.call(session, brand_id=ours.id, sid=call.sid) is None


def test_the_timeline_of_a_ticket_has_its_own_events_and_its_calls_in_order(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        ticket = make_ticket(session, brand)
        call = make_call(session, brand, ticket=ticket)
        elsewhere = make_call(session, brand)
        later = MONDAY_MORNING + timedelta(seconds=9)
        make_event(session, brand, ticket_id=ticket.id, type="note_added", happened_at=later)
        make_event(session, brand, call_id=call.id, type="step_passed")
        make_event(session, brand, call_id=call.id, ticket_id=ticket.id, type="ticket_opened")
        make_event(session, brand, call_id=elsewhere.id, type="step_passed")
        first = queries.ticket_timeline(session, ticket_id=ticket.id, limit=2)
        rest = queries.ticket_timeline(session, ticket_id=ticket.id, limit=2, after=first.end)
        assert [e.type for e in [*first.items, *rest.items]] == ["step_passed", "ticket_opened", "note_added"]
        of_call = queries.call_timeline(session, call_id=call.id, limit=9)
        assert [e.type for e in of_call.items] == ["step_passed", "ticket_opened"]


def test_a_call_is_found_by_any_of_its_legs(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        call = make_call(session, brand)
        agent = make_leg(session, call, started_at=MONDAY_MORNING + timedelta(seconds=5))
        make_event(session, brand, call_id=call.id, type="step_passed")
        for sid in (call.sid, agent.sid):
            view = call_queries.call(session, brand_id=brand.id, sid=sid)
            assert view is not None
            assert (view.call.id, view.ticket) == (call.id, call.ticket_id)
            assert [leg.sid for leg in view.legs] == [call.sid, agent.sid]
            assert [event.type for event in view.timeline] == ["step_passed"]
        assert call_queries.call(session, brand_id=brand.id, sid="CAnone") is None


@pytest.mark.parametrize("rows", [1, 30])
def test_lists_take_the_same_few_statements_whatever_they_hold(engine: Engine, rows: int) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        for _ in range(rows):
            make_event(session, brand, call_id=make_call(session, brand).id)
    with transaction(engine) as session, counted(engine) as statements:
        assert len(queries.tickets(session, brand_id=brand.id, limit=50).items) == rows
        assert len(statements) == 2
        statements.clear()
        assert len(call_queries.calls(session, brand_id=brand.id, limit=50).items) == rows
        assert len(statements) == 3


def numbers_of(page: Page[TicketView]) -> list[int]:
    return [view.ticket.number for view in page.items]


def read_all(session: Session, brand: Brand, *, limit: int) -> list[int]:
    page = queries.tickets(session, brand_id=brand.id, limit=limit)
    numbers = numbers_of(page)
    while page.end is not None:
        page = queries.tickets(session, brand_id=brand.id, limit=limit, after=page.end)
        numbers += numbers_of(page)
    return numbers
