"""Lists of work: four orders, pages in both directions, what is unread, and counts that stop at 100."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.database import transaction
from people.models import Brand
from people.seeing import see
from tests.clock import MONDAY_MORNING
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import make_call, make_customer, make_ticket
from tests.statements import counted
from tickets.paging import BadCursor
from tickets.queries import UNASSIGNED, WORK, Asked
from tickets.worklist import MOST_COUNTED, Order, Place, Stretch, counts, neighbours, place_of, read_place, worklist

HOUR = timedelta(hours=1)


def shown(session: Session, brand: Brand, **more: object) -> Stretch:
    return worklist(session, brand_id=brand.id, **{"viewer_id": 0, "limit": 50} | more)  # type: ignore[arg-type]


def numbers(stretch: Stretch) -> list[int]:
    return [row.ticket.number for row in stretch.rows]


def make_some(session: Session, brand: Brand) -> list[int]:
    """Seven tickets, some of one moment, with urgency and last change in other orders than their birth."""
    return [
        make_ticket(
            session,
            brand,
            created_at=MONDAY_MORNING + HOUR * (n // 2),
            updated_at=MONDAY_MORNING + timedelta(days=7 - n),
            priority=1 + n % 4,
        ).number
        for n in range(7)
    ]


def test_each_order_has_its_own_first(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        made = make_some(session, brand)
        assert numbers(shown(session, brand)) == made[::-1]
        assert numbers(shown(session, brand, order=Order.WAITING)) == made
        assert numbers(shown(session, brand, order=Order.CHANGED)) == made
        urgent = numbers(shown(session, brand, order=Order.PRIORITY))
        assert urgent == [made[n] for n in (0, 4, 1, 5, 2, 6, 3)]


@pytest.mark.parametrize("order", list(Order))
def test_pages_follow_each_other_forwards_and_back_without_gap_or_repeat(engine: Engine, order: Order) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_some(session, brand)
        everything = numbers(shown(session, brand, order=order))
        first = shown(session, brand, order=order, limit=3)
        second = shown(session, brand, order=order, limit=3, after=first.after)
        third = shown(session, brand, order=order, limit=3, after=second.after)
        assert numbers(first) + numbers(second) + numbers(third) == everything
        assert (first.before, third.after) == (None, None)
        back = shown(session, brand, order=order, limit=3, before=third.before)
        assert numbers(back) == numbers(second)
        start = shown(session, brand, order=order, limit=3, before=back.before)
        assert (numbers(start), start.before) == (numbers(first), None)
        assert start.after is not None


@pytest.mark.parametrize("order", list(Order))
def test_a_tickets_neighbours_are_those_of_the_list(engine: Engine, order: Order) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_some(session, brand)
        listed = shown(session, brand, order=order).rows
        for before, row, after in zip([None, *listed[:-1]], listed, [*listed[1:], None], strict=True):
            found = neighbours(session, brand_id=brand.id, asked=Asked(), order=order, ticket=row.ticket)
            assert found == (before.ticket.number if before else None, after.ticket.number if after else None)


def test_a_ticket_that_left_the_view_still_has_neighbours_in_it(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        older = make_ticket(session, brand)
        solved = make_ticket(session, brand, created_at=MONDAY_MORNING + HOUR, status="solved", outcome="answered")
        newer = make_ticket(session, brand, created_at=MONDAY_MORNING + 2 * HOUR)
        found = neighbours(session, brand_id=brand.id, asked=Asked(status=WORK), order=Order.NEWEST, ticket=solved)
        assert found == (newer.number, older.number)


def test_rows_name_department_owner_and_customer_and_who_is_on_the_line(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        billing, mia = make_department(session, brand), make_account(session, brand, name="Mia")
        ana = make_customer(session, brand, name="Ana")
        busy = make_ticket(
            session, brand, department_id=billing.id, assignee_id=mia.id, customer_id=ana.id, status="open"
        )
        make_call(session, brand, ticket=busy, ended_at=None)
        quiet = make_ticket(session, brand, created_at=MONDAY_MORNING - HOUR)
        make_call(session, brand, ticket=quiet)
        first, second = shown(session, brand).rows
        assert (first.department, first.assignee, first.customer, first.on_call) == ("Billing", "Mia", "Ana", True)
        assert (second.department, second.assignee, second.customer, second.on_call) == (None, None, None, False)


def test_a_ticket_is_unread_until_seen_and_again_once_it_changes(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        mia, ben = make_account(session, brand), make_account(session, brand)
        ticket = make_ticket(session, brand)
        make_ticket(session, brand, status="solved", outcome="answered", created_at=MONDAY_MORNING - HOUR)

        def unread(viewer: int) -> list[bool]:
            return [row.unread for row in shown(session, brand, viewer_id=viewer).rows]

        assert unread(mia.id) == [True, False]  # what is solved was never news
        see(session, account_id=mia.id, ticket_ids=[ticket.id], now=MONDAY_MORNING + HOUR)
        see(session, account_id=mia.id, ticket_ids=[ticket.id], now=MONDAY_MORNING)  # late: changes nothing
        assert unread(mia.id) == [False, False]
        assert unread(ben.id) == [True, False]
        ticket.updated_at = MONDAY_MORNING + 2 * HOUR
        session.flush()
        assert unread(mia.id) == [True, False]


def test_each_filter_of_work_finds_its_tickets_and_no_others(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        mia, ana = make_account(session, brand), make_customer(session, brand, name="Ana 100% Petrov")
        one = make_ticket(session, brand, priority=1, tags=["refund", "vip"], customer_id=ana.id)
        done = make_ticket(
            session,
            brand,
            created_at=MONDAY_MORNING + HOUR,
            status="solved",
            assignee_id=mia.id,
            solved_at=MONDAY_MORNING + 2 * HOUR,
            tags=["refunds"],
        )
        found = {
            "urgent": (Asked(priority=1), one),
            "tag": (Asked(tag="refund"), one),
            "work": (Asked(status=WORK), one),
            "waiting since": (Asked(opened_before=MONDAY_MORNING + HOUR), one),
            "customer": (Asked(customer_id=ana.id), one),
            "customer's name, with no wildcard": (Asked(q="100% petr"), one),
            "nobody's": (Asked(assignee_id=UNASSIGNED), one),
            "somebody's": (Asked(assignee_id=mia.id), done),
            "solved today": (Asked(status="solved", solved_from=MONDAY_MORNING), done),
            "number": (Asked(number=done.number), done),
        }
        for why, (asked, ticket) in found.items():
            assert numbers(shown(session, brand, asked=asked)) == [ticket.number], why
        assert numbers(shown(session, brand, asked=Asked(solved_from=MONDAY_MORNING + 3 * HOUR))) == []


def test_counts_of_all_views_cost_one_statement_and_stop_at_a_hundred(engine: Engine) -> None:
    with transaction(engine) as session:
        brand, other = make_brand(session), make_brand(session)
        make_ticket(session, other)
        for _ in range(MOST_COUNTED + 5):
            make_ticket(session, brand)
        views = {"all": Asked(), "urgent": Asked(priority=1), "nobody's": Asked(assignee_id=UNASSIGNED)}
        with counted(engine) as statements:
            found = counts(session, brand_id=brand.id, views=views)
        assert found == {"all": MOST_COUNTED, "urgent": 0, "nobody's": MOST_COUNTED}
        assert len(statements) == 1


def test_a_page_costs_one_statement_whatever_it_holds(engine: Engine) -> None:
    with transaction(engine) as session:
        brand = make_brand(session)
        make_some(session, brand)
        for limit in (1, 7, 50):
            with counted(engine) as statements:
                shown(session, brand, limit=limit)
            assert len(statements) == 1


def test_a_brand_sees_no_work_of_another(engine: Engine) -> None:
    with transaction(engine) as session:
        ours, theirs = make_brand(session), make_brand(session)
        make_ticket(session, theirs)
        mine = make_ticket(session, ours)
        assert numbers(shown(session, ours)) == [mine.number]
        assert neighbours(session, brand_id=ours.id, asked=Asked(), order=Order.NEWEST, ticket=mine) == (None, None)


def test_a_place_goes_through_a_url_and_anything_else_is_refused(engine: Engine) -> None:
    with transaction(engine) as session:
        place = place_of(make_ticket(session, make_brand(session), priority=2), Order.PRIORITY)
        assert read_place(place.cursor()) == place
        assert isinstance(place, Place)
    for text in (
        "",
        "2",
        "x." + place.position.cursor(),
        "²." + place.position.cursor(),
        "10." + place.position.cursor(),
    ):
        with pytest.raises(BadCursor):
            read_place(text)
