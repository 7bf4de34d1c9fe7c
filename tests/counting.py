"""Counts what a webhook costs: statements sent to PostgreSQL by this process's request threads, transactions as the
server counts them, and commands as Redis counts them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import redis

from core.numbering import Numbered
from core.prepared import PreparedStatements


class Statements(list[str]):
    """The statements sent while counting, in order."""


@contextmanager
def counted_statements(monkeypatch: Any) -> Iterator[Statements]:
    """Every statement this thread sends, by psycopg's cursors or on the caller's path, whoever made it; BEGIN, COMMIT
    and ROLLBACK too."""
    sent, me = Statements(), threading.get_ident()
    execute, many = psycopg.Cursor.execute, psycopg.Cursor.executemany
    run = PreparedStatements.run
    commit, rollback = psycopg.Connection.commit, psycopg.Connection.rollback

    def noting(what: Any, name: str | None) -> Any:
        def wrapped(self: Any, *args: Any, **more: Any) -> Any:
            if threading.get_ident() == me:
                sent.append(name or " ".join(_text(args[0]).split())[:80])
            return what(self, *args, **more)

        return wrapped

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noting(execute, None))
        patch.setattr(psycopg.Cursor, "executemany", noting(many, None))
        patch.setattr(PreparedStatements, "run", noting(run, None))
        patch.setattr(psycopg.Connection, "commit", noting(commit, "COMMIT"))
        patch.setattr(psycopg.Connection, "rollback", noting(rollback, "ROLLBACK"))
        yield sent


def _text(statement: Any) -> str:
    return statement.text.decode() if isinstance(statement, Numbered) else str(statement)


def writing_transactions(database_url: str) -> int:
    """How many transactions of this server have written so far: each takes one transaction id, readers take none."""
    with psycopg.connect(
        database_url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True
    ) as connection:
        row = connection.execute("select pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()
    assert row is not None
    return int(row[0])


def redis_commands(url: str) -> int:
    """Commands Redis has processed, this question's own not counted twice."""
    with redis.Redis.from_url(url) as client:
        stats: Any = client.info("stats")
        return int(stats["total_commands_processed"])
