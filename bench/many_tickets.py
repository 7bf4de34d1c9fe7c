"""An installation with as many tickets as one wants, made by the database itself, so that they are there in seconds.

Its newest HEAP tickets are work, as of a bad week; of those before them one in fifty is. All rows are alike at any
number: what is told of a small one and a large one side by side differs by their number alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from bench.bulk_rows import CALLS, CUSTOMERS, TICKETS
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
HEAP = 500

_SECONDARY = """
select c.relname, pg_get_indexdef(c.oid) from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = any(cast(:tables as regclass[])) and not exists (select 1 from pg_constraint where conindid = c.oid)
"""
_IN_BULK = ("statement_timeout = 0", "session_replication_role = replica", "maintenance_work_mem = '256MB'")
"""Foreign keys (a replica's triggers) hold by the way the rows are made, and need not be asked a million times."""
_TABLES = ("customer", "customer_number", "ticket")
_TABLES_OF_CALLS = ("assignment", "call", "leg", "turn", "event")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many tickets, opened how many minutes apart; with or without their calls, legs, turns and events."""

    tickets: int = MANY
    minutes: float = 4.0
    calls: bool = False


@dataclass(frozen=True)
class Filled:
    """An installation full of work, and the sign-in of an agent in it. long: the ticket with a recording of an hour."""

    settings: Settings
    cookie: tuple[str, str]
    agent: int
    long: int = 0


@contextmanager
def filled(settings: Settings, folder: Path, *, size: Size = Size(), long: bool = False) -> Iterator[Filled]:
    """Servers of its own, migrated and filled; `long`: with a call that was recorded for an hour."""
    with embedded.servers(folder) as (database_url, redis_url):
        settings = replace(settings, database_url=database_url, redis_url=redis_url)
        prepare(settings)
        engine = make_engine(database_url, patience=600)
        try:
            fill(engine, settings, size)
            with Session(engine) as session, session.begin():
                number = hour_long(session, from_settings(settings), now=utc_now()) if long else 0
                account = session.scalars(select(Account).where(Account.email == AGENT)).one()
                _row, secret = sign_ins.begin(session, account=account, now=utc_now())
                done = Filled(settings, (session_name(settings), secret), account.id, number)
            yield done
        finally:
            engine.dispose()


def fill(engine: Engine, settings: Settings, size: Size) -> None:
    """Add the demo's people and `size` of everything. Rows come first, indexes after them: ten times quicker."""
    with Session(engine) as session, session.begin():
        seed_demo(session, settings)
    tables = [*_TABLES, *(_TABLES_OF_CALLS if size.calls else ())]
    with engine.begin() as connection:
        for setting in (
            "statement_timeout = 0",
            "session_replication_role = replica",
            "maintenance_work_mem = '256MB'",
        ):
            connection.execute(text(f"set local {setting}"))
        indexes = connection.execute(text(_SECONDARY), {"tables": tables}).all()
        for name, _definition in indexes:
            connection.execute(text(f'drop index "{name}"'))
        _rows(connection, size)
        for _name, definition in indexes:
            connection.execute(text(definition))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set statement_timeout = 0"))
        connection.execute(text(f"vacuum (analyze) {', '.join(tables)}"))
        connection.execute(text("checkpoint"))


def _rows(connection: Connection, size: Size) -> None:
    values = {"many": size.tickets, "minutes": size.minutes, "heap": HEAP, "customers": max(1, size.tickets // 5)}
    for statement in (*CUSTOMERS, *TICKETS, *(CALLS if size.calls else ())):
        used = {name: value for name, value in values.items() if f":{name}" in statement}

        connection.execute(text(statement), used)
