"""An installation as an agent knows it after some weeks: a list that fills its page."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from core.clock import utc_now
from core.config import Settings
from people.models import Account, Brand, Department
from tests.browser.seeded import CALLS, seed
from tests.browser.served import Served, serve
from tests.clock import HandClock
from tests.factories.tickets import make_customer, make_ticket
from tests.house import House

MANY = 60
SUBJECTS = ("Invoice {} is too high", "Router {} is dark", "Wants to move contract {}", "Call back about order {}")
NAMES = ("Ana Petrov", "Jürgen Groß", "Nguyễn Thị Minh", "Oluwaseun Adébáyọ̀", "Zoë van der Berg", "محمد الأحمد")
STATUSES = ("new", "open", "open", "pending", "on_hold")


class CaughtUp(HandClock):
    """A clock some hours late, that `move` brings to the present; from there on it goes as all clocks do."""

    def __init__(self, *, late: timedelta) -> None:
        self._late = late

    def __call__(self) -> datetime:
        return utc_now() - self._late

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        self._late -= timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        return self()


@contextmanager
def busy(*, settings: Settings, engine: Engine, folder: Path) -> Iterator[Served]:
    """Serve it, with the stream in a process of its own."""
    clock = CaughtUp(late=timedelta(hours=len(CALLS), minutes=5))
    with serve(background=False, stream=True, clock=clock, settings=settings, engine=engine, folder=folder) as served:
        seed(served.house)
        _tickets(served.house)
        yield served


def _tickets(house: House) -> None:
    chance = random.Random(1)
    with house.session() as session, session.begin():
        brand = session.scalars(select(Brand)).one()
        departments = [one.id for one in session.scalars(select(Department))]
        people = [one.id for one in session.scalars(select(Account))]
        for number in range(MANY):
            at = house.clock() - timedelta(minutes=chance.randrange(1, 40_000))
            caller = f"+1415555{2000 + number}"
            customer = make_customer(session, brand, caller, name=chance.choice(NAMES))
            make_ticket(
                session,
                brand,
                subject=chance.choice(SUBJECTS).format(chance.randrange(10_000, 99_999)),
                status=chance.choice(STATUSES),
                priority=chance.randrange(1, 5),
                caller=caller,
                customer_id=customer.id,
                department_id=chance.choice(departments),
                assignee_id=chance.choice([*people, None]),
                tags=chance.sample(["refund", "urgent", "fibre", "contract", "second call"], chance.randrange(3)),
                created_at=at,
                updated_at=at,
            )
