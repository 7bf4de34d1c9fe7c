"""Many workers assign at the same time, with real transactions on real connections."""

import threading
from collections import Counter
from collections.abc import Callable

from sqlalchemy import Engine

from core.database import transaction
from people.models import Brand, Department
from routing.assignment import Assigned, assign
from tests.clock import MONDAY_MORNING as NOW
from tests.conftest import execute, scalar
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import make_ticket
from tests.routing.calendar import make_shift

WORKERS = 6


def together(work: Callable[[int], None]) -> None:
    """Run it in as many threads as there are workers, started at one moment; an error in any is the test's."""
    barrier, errors = threading.Barrier(WORKERS), []

    def start(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=start, args=[number]) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def set_up(engine: Engine, *, members: int, tickets: int, departments: int = 1) -> list[int]:
    """Members of all the departments, and tickets spread over them."""
    with transaction(engine) as session:
        brand: Brand = make_brand(session)
        rooms: list[Department] = [make_department(session, brand, f"room{n}") for n in range(departments)]
        for _ in range(members):
            make_shift(session, make_account(session, brand, departments=rooms))
        return [make_ticket(session, brand, department_id=rooms[n % departments].id).id for n in range(tickets)]


def spread(engine: Engine) -> list[int]:
    owners = Counter(row[0] for row in execute(engine, "select assignee_id from ticket"))
    return sorted(owners.values())


def check_each_choice(engine: Engine) -> None:
    """Play the choices again in their order: every one fell on somebody who had the fewest at that moment."""
    had = {row[0]: 0 for row in execute(engine, "select id from account")}
    for number, (account_id,) in enumerate(execute(engine, "select account_id from assignment order by id"), 1):
        assert had[account_id] == min(had.values()), f"choice {number}"
        had[account_id] += 1


def test_tickets_assigned_at_the_same_time_are_spread_evenly(engine: Engine) -> None:
    ids = set_up(engine, members=5, tickets=60)

    def work(number: int) -> None:
        for ticket_id in ids[number::WORKERS]:
            with transaction(engine) as session:
                assign(session, ticket_id=ticket_id, now=NOW)

    together(work)
    assert spread(engine) == [12] * 5
    check_each_choice(engine)


def test_members_of_two_departments_get_no_more_than_others(engine: Engine) -> None:
    ids = set_up(engine, members=3, tickets=36, departments=2)

    def work(number: int) -> None:
        for ticket_id in ids[number::WORKERS]:
            with transaction(engine) as session:
                assign(session, ticket_id=ticket_id, now=NOW)

    together(work)
    assert spread(engine) == [12] * 3
    check_each_choice(engine)


def test_one_ticket_assigned_by_many_has_one_owner_and_one_line_on_its_timeline(engine: Engine) -> None:
    ids, outcomes = set_up(engine, members=4, tickets=10), []

    def work(number: int) -> None:
        for ticket_id in ids:
            with transaction(engine) as session:
                outcomes.append(assign(session, ticket_id=ticket_id, now=NOW))

    together(work)
    assert sum(isinstance(outcome, Assigned) for outcome in outcomes) == 10
    assert scalar(engine, "select count(*) from assignment where ended_at is null") == 10
    assert scalar(engine, "select count(*) from event where type = 'assigned'") == 10
    assert scalar(engine, "select max(version) from ticket") == 2
    assert sum(spread(engine)) == 10
    assert set(spread(engine)) <= {2, 3}
