"""The plain connections of the caller's path: one for each thread, autocommit, prepared, and never a long wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from core import bounded
from core.bounded import BoundedConnection
from core.breaker import Breaker
from core.clock import Clock, utc_now
from core.database import KEEPALIVES
from core.numbering import numbered
from core.outages import READ_ONLY, TimeIsOver, is_away
from core.prepared import PreparedStatements
from core.waiting import is_limited, within

PATIENCE_SECONDS = 0.8
"""What a webhook may wait for the database in all, connecting included. A caller hears nothing meanwhile."""
LOCK_SHARE, STATEMENT_SHARE = 0.6, 2.0
"""The server's own limits, as shares of the patience: a lock that is not had ends before we give up on the server;
a statement we gave up on does not hold its locks for long."""

OUT_OF_DATE = ("0A000", "26000")
"""A prepared statement whose columns a migration has changed, or that is not there any more; neither took effect."""

IS_WRITABLE = "select current_setting('transaction_read_only')"


class CallerConnections:
    """Runs one statement at a time on this thread's own connection.

    Autocommit with one statement per webhook means one round trip and one commit (docs/decisions/0002). While
    `breaker` is open nothing is asked of the database, and every call raises `DatabaseAway` at once
    (docs/decisions/0006).
    """

    def __init__(self, url: str, *, patience: float = PATIENCE_SECONDS, clock: Clock = utc_now) -> None:
        self.patience = patience
        self.breaker = Breaker(self._probe, clock=clock)
        self._dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
        # Each statement is planned once for a connection: its keys are the same whatever the values are.
        self._options = (
            "-c plan_cache_mode=force_generic_plan"
            f" -c timezone=UTC -c statement_timeout={round(patience * STATEMENT_SHARE * 1000)}"
            f" -c lock_timeout={round(patience * LOCK_SHARE * 1000)}"
        )
        self._local = threading.local()

    @contextmanager
    def one_patience(self) -> Iterator[None]:
        """Let all statements of the block wait `patience` together, not each."""
        with within(self.patience):
            yield

    def execute(self, statement: str, values: dict[str, Any]) -> list[TupleRow]:
        """Run one statement and fetch its rows; a connection that broke while idle is replaced once.

        So a statement may reach the server twice: each one of this path carries keys that make the second a repeat.
        Raises psycopg's errors; `TimeIsOver` after `patience`, when nobody knows whether it took effect.
        """
        self.breaker.check()
        try:
            if is_limited():
                return self._execute(statement, values)
            with within(self.patience):
                return self._execute(statement, values)
        except psycopg.Error as problem:
            if is_away(problem):
                self.drop()
                self.breaker.open(problem)
            raise

    def drop(self) -> None:
        """Forget this thread's connection."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = self._local.statements = None
        if connection is not None:
            connection.close()

    def _execute(self, statement: str, values: dict[str, Any]) -> list[TupleRow]:
        before = getattr(self._local, "connection", None)
        connection = self._connection()
        try:
            return self._run(statement, values)
        except TimeIsOver:
            raise
        except psycopg.Error as problem:
            # What an idle connection tells at its next use: the server has ended it, was restarted, or was migrated.
            state = problem.sqlstate or ""
            is_of_no_use = connection.closed or state.startswith("57P") or state in OUT_OF_DATE
            if connection is not before or not is_of_no_use:
                raise
        self.drop()
        self._connection()
        return self._run(statement, values)

    def _connection(self) -> BoundedConnection:
        connection: BoundedConnection | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = self._local.connection = self._open()
            self._local.statements = PreparedStatements(connection)
        return connection

    def _open(self) -> BoundedConnection:
        return bounded.connect(
            self._dsn,
            seconds=self.patience,
            patience=self.patience,
            autocommit=True,
            options=self._options,
            client_encoding="UTF8",  # as values are sent (core/numbering.py), whatever the environment says
            **KEEPALIVES,
        )

    def _probe(self) -> None:
        """Whether a new connection is had, answers, and may write."""
        with within(self.patience), self._open() as connection:
            row = connection.execute(IS_WRITABLE).fetchone()
        if row is None or row[0] != "off":
            raise psycopg.errors.lookup(READ_ONLY)("the server takes no writes")

    def _run(self, statement: str, values: dict[str, Any]) -> list[TupleRow]:
        rows: list[TupleRow] = self._local.statements.run(numbered(statement), values)
        return rows
