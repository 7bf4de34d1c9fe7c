"""The database: models' base class, engines and sessions, and the plain connections of the caller's path."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Engine, MetaData, create_engine
from sqlalchemy.orm import DeclarativeBase, Session

CONNECT_SECONDS = 3
STATEMENT_MILLISECONDS = 5000


class Base(DeclarativeBase):
    """Base of every model; constraint names are stable so that migrations and errors can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for staff pages, API and jobs. Opens nothing until used; an unreachable server fails within seconds."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged, and parameters are callers' numbers and words
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": "-c timezone=UTC -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000",
        },
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One session, one commit at the end; anything raised rolls all of it back."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


class CallerConnections:
    """Plain psycopg connections for the caller's path: one per thread, autocommit, statements prepared at first use.

    Autocommit with one statement per webhook means one round trip and one commit (docs/decisions/0002).
    """

    def __init__(self, url: str) -> None:
        self._dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._local = threading.local()

    def execute(self, statement: str, values: dict[str, Any]) -> list[TupleRow]:
        """Run one statement and fetch its rows; a connection that broke while idle is replaced once.

        A connection lost in mid-statement is not retried here: whether the statement took effect is then unknown,
        and only the caller knows that its keys make a second try safe.
        """
        connection = self._connection()
        try:
            return self._run(connection, statement, values)
        except psycopg.OperationalError:
            self.drop()
            if not connection.closed and not connection.broken:
                raise
            return self._run(self._connection(), statement, values)

    def drop(self) -> None:
        """Forget this thread's connection."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()

    def _connection(self) -> psycopg.Connection[TupleRow]:
        connection: psycopg.Connection[TupleRow] | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = psycopg.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                prepare_threshold=0,
                options=f"-c timezone=UTC -c statement_timeout={STATEMENT_MILLISECONDS}",
            )
            self._local.connection = connection
        return connection

    @staticmethod
    def _run(connection: psycopg.Connection[TupleRow], statement: str, values: dict[str, Any]) -> list[TupleRow]:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
