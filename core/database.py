"""The database: models' base class, engines and sessions. The caller's path has `core/caller_connections.py`."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Engine, ExceptionContext, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

from core import bounded
from core.breaker import Breaker
from core.outages import is_away

CONNECT_SECONDS = 3.0
STATEMENT_SECONDS = 30
STATEMENT_SHARE = 0.9
"""The server's own limit for a statement, as a share of our patience: only a server that hangs meets ours."""
PATIENCE_SECONDS = 35.0
KEEPALIVES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
"""A connection that waits for work notices within half a minute that the other side is gone (tcp_user_timeout: ms)."""


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


def make_engine(
    url: str, *, pool_size: int = 5, patience: float = PATIENCE_SECONDS, breaker: Breaker | None = None
) -> Engine:
    """An engine for staff pages, API and jobs. Opens nothing until used; an unreachable server fails within seconds.

    patience: the longest wait for one statement, in seconds, also where the server hangs. breaker: of the caller's
    path in this process: while it says that the server is silent nobody waits, and an outage met here opens it.
    """
    statement_seconds = min(STATEMENT_SECONDS, patience * STATEMENT_SHARE)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged, and parameters are callers' numbers and words
        connect_args={
            "options": f"-c timezone=UTC -c statement_timeout={round(statement_seconds * 1000)}"
            " -c idle_in_transaction_session_timeout=60000",
            **KEEPALIVES,
        },
    )
    event.listen(engine, "do_connect", partial(_connect, patience=patience, breaker=breaker))
    if breaker is not None:
        event.listen(engine, "handle_error", partial(_note_outage, breaker))
    return engine


def _connect(
    _dialect: Any,
    _record: Any,
    arguments: list[Any],
    parameters: dict[str, Any],
    *,
    patience: float,
    breaker: Breaker | None,
) -> psycopg.Connection[Any]:
    if breaker is not None:
        breaker.refuse_silence()
    seconds = min(CONNECT_SECONDS, patience)
    connection = bounded.connect(*(arguments or [""]), seconds=seconds, patience=patience, **parameters)
    connection.refuse = breaker.refuse_silence if breaker is not None else None
    return connection


def _note_outage(breaker: Breaker, context: ExceptionContext) -> None:
    problem = context.original_exception
    if isinstance(problem, psycopg.Error) and is_away(problem):
        breaker.open(problem)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One session, one commit at the end; anything raised rolls all of it back."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
