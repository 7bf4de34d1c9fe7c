"""What every test may ask for: real servers, an empty migrated database, settings, a clock."""

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

import core.outbox_models
import health.models
import people.models
import people.sign_in_models
import recordings.models
import routing.models
import tickets.deed_models
import tickets.models
from core.config import Settings, load
from core.database import Base, make_engine
from ringback import embedded
from tests.clock import HandClock

MODELS = (
    core.outbox_models,
    health.models,
    people.models,
    people.sign_in_models,
    recordings.models,
    routing.models,
    tickets.deed_models,
    tickets.models,
)
"""Imported so that every table is known."""
ROOT = Path(__file__).resolve().parent.parent
TABLES = ", ".join(f"'{name}'" for name in sorted(Base.metadata.tables))
EMPTY = text(f"""
do $$
declare name text;
begin
  set local session_replication_role = replica;
  foreach name in array array[{TABLES}] loop
    execute format('delete from %I', name);
  end loop;
  for name in select sequencename from pg_sequences where schemaname = 'public' and last_value is not null loop
    execute format('alter sequence %I restart', name);
  end loop;
end $$""")
"""Deleting a test's few rows is many times quicker than truncating every table."""


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[str, str]]:
    """A PostgreSQL and a Redis of this test process's own: (database URL, Redis URL)."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, embedded.servers(Path(folder)) as urls:
        hurry(urls[0])
        yield urls


def hurry(database_url: str) -> None:
    """Let a throwaway database skip the waits that only matter when the machine loses power."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            connection.execute(f"alter system set {setting} = off")
        connection.execute("select pg_reload_conf()")


@pytest.fixture(scope="session")
def migrated(servers: tuple[str, str]) -> str:
    """The URL of a database with the newest schema."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", servers[0].replace("%", "%%"))
    command.upgrade(config, "head")
    return servers[0]


@pytest.fixture(scope="session")
def _shared_engine(migrated: str) -> Iterator[Engine]:
    engine = make_engine(migrated, pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(_shared_engine: Engine) -> Iterator[Engine]:
    """An engine on an empty database: every table is emptied and every counter starts again, before the test."""
    with _shared_engine.begin() as connection:
        connection.execute(text("set local lock_timeout = '10s'"))
        connection.execute(EMPTY)
    return _shared_engine


@pytest.fixture
def redis_url(servers: tuple[str, str]) -> str:
    """A Redis that keeps nothing from the test before."""
    import redis

    with redis.Redis.from_url(servers[1]) as client:
        client.flushall()
    return servers[1]


@pytest.fixture
def clock() -> HandClock:
    """Monday 2026-11-23, 10:00 UTC, until moved."""
    return HandClock()


@pytest.fixture
def settings(servers: tuple[str, str], tmp_path: Path) -> Settings:
    """Demo settings on this process's servers, with a data folder of the test's own."""
    return settings_for(servers, tmp_path)


def settings_for(servers: tuple[str, str], folder: Path) -> Settings:
    """Demo settings on these servers, with a data folder below `folder`."""
    # On a busy machine an ordinary statement may be late; what lateness does is tested in tests/illnesses.
    given = {"RINGBACK_DATA": str(folder / "var"), "PUBLIC_URL": "http://127.0.0.1:8000", "RINGBACK_PATIENCE": "8"}
    loaded = load(given, Path("/nonexistent"))
    return dataclasses.replace(loaded, database_url=servers[0], redis_url=servers[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nothing may be skipped: a green run is a run of everything."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} skipped: nothing may be skipped here", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def execute(engine: Engine, statement: str, **values: object) -> list[tuple[object, ...]]:
    """Run one statement in a transaction of its own and return its rows, if it has any."""
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []


def scalar(engine: Engine, statement: str, **values: object) -> object:
    """The one value of a query, None without rows."""
    rows = execute(engine, statement, **values)
    return rows[0][0] if rows else None


__all__ = ["execute", "scalar"]
