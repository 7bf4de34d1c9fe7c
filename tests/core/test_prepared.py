"""A statement handed to libpq itself ends like psycopg's: with rows, with its error, or with the connection."""

import select
import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.types.json import Jsonb

from core import bounded
from core.bounded import BoundedConnection
from core.caller_connections import CallerConnections
from core.numbering import numbered
from core.outages import TimeIsOver, is_away
from core.prepared import PreparedStatements

PLAIN = numbered("select %(number)s::bigint, %(word)s::text")


@pytest.fixture
def connection(servers: tuple[str, str]) -> Iterator[BoundedConnection]:
    dsn = servers[0].replace("postgresql+psycopg://", "postgresql://", 1)
    with bounded.connect(dsn, seconds=5.0, patience=5.0, autocommit=True) as made:
        yield made


@pytest.fixture
def statements(connection: BoundedConnection) -> PreparedStatements:
    return PreparedStatements(connection)


def plainly(statements: PreparedStatements) -> bool:
    return statements.run(PLAIN, {"number": 7, "word": "x"}) == [(7, "x")]


def test_a_statement_without_rows_gives_none(statements: PreparedStatements) -> None:
    assert statements.run(numbered("set lock_timeout = 5"), {}) == []


def test_a_refused_value_raises_the_servers_error_and_the_next_statement_runs(statements: PreparedStatements) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation) as caught:
        statements.run(PLAIN, {"number": "no number", "word": None})
    assert caught.value.diag.sqlstate == "22P02"
    assert plainly(statements)


def test_a_statement_that_cannot_be_prepared_is_prepared_anew(statements: PreparedStatements) -> None:
    wrong = numbered("select nothing from nowhere")
    for _ in "twice":
        with pytest.raises(psycopg.errors.UndefinedTable):
            statements.run(wrong, {})
    assert plainly(statements)


def test_what_only_the_commit_finds_wrong_is_no_success(statements: PreparedStatements) -> None:
    statements.run(numbered("create temp table once (x int unique deferrable initially deferred)"), {})
    twice = numbered("insert into once select %(x)s::int from generate_series(1, 2) returning x")
    with pytest.raises(psycopg.errors.UniqueViolation):
        statements.run(twice, {"x": 1})
    assert statements.run(numbered("select x from once"), {}) == []


def test_a_text_that_would_be_cut_off_is_refused_before_it_is_sent(statements: PreparedStatements) -> None:
    with pytest.raises(psycopg.DataError, match="NUL"):
        statements.run(PLAIN, {"number": 1, "word": "half\0 of it"})
    assert plainly(statements)


def test_what_does_not_fit_into_the_socket_at_once_arrives_whole(statements: PreparedStatements) -> None:
    big = {"sent": ["ü" * 1_000_000] * 8}
    [(back,)] = statements.run(numbered("select %(big)s::jsonb"), {"big": Jsonb(big)})
    assert back == big


def test_a_server_process_that_ends_is_told_as_away(
    statements: PreparedStatements, connection: BoundedConnection, servers: tuple[str, str]
) -> None:
    """Its last words come as an error with a code; what is asked afterwards finds the connection closed."""
    ender = threading.Timer(0.2, _end, (servers[0], connection.info.backend_pid))
    ender.start()
    with pytest.raises(psycopg.OperationalError) as caught:
        statements.run(numbered("select pg_sleep(5)"), {})
    ender.join()
    assert is_away(caught.value)
    with pytest.raises(psycopg.OperationalError) as caught:
        plainly(statements)
    assert connection.closed
    assert is_away(caught.value)


def test_an_answer_that_takes_too_long_ends_the_connection(
    statements: PreparedStatements, connection: BoundedConnection
) -> None:
    connection.patience = 0.1
    with pytest.raises(TimeIsOver):
        statements.run(numbered("select pg_sleep(5)"), {})
    assert connection.closed


def test_whoever_is_interrupted_leaves_no_answer_for_the_next(
    statements: PreparedStatements, connection: BoundedConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(select, "poll", interrupted)
    with pytest.raises(KeyboardInterrupt):
        statements.run(numbered("select pg_sleep(0.1)"), {})
    assert connection.closed


@pytest.mark.parametrize("change", ["alter table changing add column more int default 2", "deallocate all"])
def test_a_statement_that_a_migration_overtook_is_prepared_anew(servers: tuple[str, str], change: str) -> None:
    connections = CallerConnections(servers[0])
    connections.execute("create temp table changing as select 1 as x", {})
    assert connections.execute("select * from changing", {}) == [(1,)]
    connections.execute(change, {})
    with pytest.raises(psycopg.errors.UndefinedTable):  # asked again on a new connection, which has no such table
        connections.execute("select * from changing", {})
    connections.drop()


def test_values_are_read_as_what_they_are_whatever_the_environment_says(
    servers: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    connections = CallerConnections(servers[0])
    assert connections.execute("select length(%(word)s::text), %(word)s::text", {"word": "Zoë €"}) == [(5, "Zoë €")]
    connections.drop()


def _end(url: str, pid: int) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as other:
        other.execute("select pg_terminate_backend(%s)", [pid])
