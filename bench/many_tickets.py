"""A hundred thousand tickets in one installation, made by the database itself, so that they are there in seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from console.cookies import session_name
from core.clock import utc_now
from core.config import Settings
from core.database import make_engine
from core.storage import from_settings
from people import sign_ins
from people.models import Account
from ringback import embedded
from ringback.installation import prepare, seed_demo
from tests.factories.hour import hour_long

MANY = 100_000
AGENT = "bruno@example.com"

_CUSTOMERS = """
insert into customer (brand_id, name, created_at)
select (select min(id) from brand), (array['Ana Petrov', 'Jürgen Groß', 'Minh Nguyễn', 'Zoë van der Berg'])[1 + n % 4]
  || ' ' || n, now() - n * interval '20 minutes' from generate_series(1, 20000) n;
insert into customer_number (customer_id, brand_id, e164) select id, brand_id, '+1415' || 5000000 + id from customer;
"""
_TICKETS = """
insert into ticket (brand_id, number, status, priority, department_id, subject, caller, customer_id, assignee_id, tags,
  outcome, created_at, updated_at, solved_at)
select brand.id, 200000 + n, case when n % 20 = 0 then (array['new', 'open', 'pending', 'on_hold'])[1 + n / 20 % 4]
  else 'solved' end, 1 + n % 4, departments.ids[1 + n % array_length(departments.ids, 1)],
  (array['Invoice is too high: ', 'Router is dark: ', 'Wants to move: ', 'Asked for order '])[1 + n % 4] || n,
  '+1415' || 5000000 + n % 20000 + 1, (select min(id) from customer) + n % 20000,
  case when n % 3 > 0 then people.ids[1 + n % array_length(people.ids, 1)] end,
  case when n % 7 = 0 then array['refund'] else '{}' end, case when n % 20 > 0 then 'answered' end,
  now() - n * interval '4 minutes', now() - n * interval '3 minutes', case when n % 20 > 0 then now() end
from generate_series(1, :many) n, (select min(id) as id from brand) brand,
  (select array_agg(id) as ids from department) departments, (select array_agg(id) as ids from account) people;
"""


@dataclass(frozen=True)
class Filled:
    """An installation full of work, and the sign-in of an agent in it. long: the ticket with a recording of an hour."""

    settings: Settings
    cookie: tuple[str, str]
    long: int


@contextmanager
def filled(settings: Settings, folder: Path) -> Iterator[Filled]:
    """Servers of its own, migrated and filled."""
    with embedded.servers(folder) as (database_url, redis_url):
        settings = replace(settings, database_url=database_url, redis_url=redis_url)
        prepare(settings)
        engine = make_engine(database_url)
        try:
            yield _fill(settings, engine)
        finally:
            engine.dispose()


def _fill(settings: Settings, engine: Engine) -> Filled:
    with Session(engine) as session, session.begin():
        seed_demo(session, settings)
        session.execute(text("set local statement_timeout = 0"))
        session.execute(text(_CUSTOMERS))
        session.execute(text(_TICKETS), {"many": MANY})
    with Session(engine) as session, session.begin():
        session.execute(text("set local statement_timeout = 0"))
        session.execute(text("analyze"))
    with Session(engine) as session, session.begin():
        long = hour_long(session, from_settings(settings), now=utc_now())
        account = session.scalars(select(Account).where(Account.email == AGENT)).one()
        _row, secret = sign_ins.begin(session, account=account, now=utc_now())
    return Filled(settings, (session_name(settings), secret), long)
