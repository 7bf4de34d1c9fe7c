"""The statements of one connection, each prepared at its first use and handed to libpq itself.

A cursor of psycopg's asks at every execution which types its parameters have, whether they are prepared and which
columns come back. On the caller's path none of that ever changes, and it cost more than sending and reading do. What
stays psycopg's: the connection, its errors, and reading values.
"""

import select
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

from core.bounded import BoundedConnection
from core.numbering import Numbered
from core.outages import TimeIsOver
from core.waiting import left

_GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class PreparedStatements:
    """Runs statements on an autocommit connection, which is used for nothing else meanwhile."""

    def __init__(self, connection: BoundedConnection) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._names: dict[bytes, bytes] = {}
        self._reading = Transformer(connection)

    def run(self, statement: Numbered, values: Mapping[str, Any]) -> list[TupleRow]:
        """Execute a statement and fetch its rows: one round trip, two at its first use.

        Raises psycopg's errors; `TimeIsOver` after the connection's patience or the thread's, which ends the
        connection.
        """
        parameters = statement.ordered(values)
        try:
            name = self._names.get(statement.text) or self._prepare(statement.text)
            self._pgconn.send_query_prepared(name, parameters)
            result = self._result()
        except psycopg.Error:
            raise
        except BaseException:  # left half-way: what comes next would read this statement's answer
            self._pgconn.finish()
            raise
        if not result.nfields:
            return []
        self._reading.set_pgresult(result)
        return self._reading.load_rows(0, result.ntuples, tuple)

    def _prepare(self, text: bytes) -> bytes:
        name = f"caller_{len(self._names)}".encode()
        self._pgconn.send_prepare(name, text)
        self._result()
        self._names[text] = name
        return name

    def _result(self) -> PGresult:
        """The answer to what was sent, once the server is ready for more."""
        pgconn = self._pgconn
        while pgconn.flush():
            self._wait(select.POLLIN | select.POLLOUT)
            pgconn.consume_input()  # a server that answers before it has read all would wait for us otherwise
        answer = self._next()
        if answer is None or answer.status not in _GOOD:
            raise self._error(answer)
        while (more := self._next()) is not None:
            if more.status not in _GOOD:  # what only the commit found out: the rows above are not there
                raise self._error(more)
        return answer

    def _next(self) -> PGresult | None:
        while self._pgconn.is_busy():
            self._wait(select.POLLIN)
            self._pgconn.consume_input()
        return self._pgconn.get_result()

    def _error(self, answer: PGresult | None) -> psycopg.Error:
        """What the server says, read to its end so that the connection can be used again, if it lives."""
        with suppress(psycopg.Error):
            while answer is not None and self._next() is not None:
                pass
        if answer is None or answer.error_field(DiagnosticField.SQLSTATE) is None:
            return psycopg.OperationalError(f"the connection is lost: {self._pgconn.get_error_message()}")
        return error_from_result(answer, encoding=self._connection.info.encoding)

    def _wait(self, for_what: int) -> None:
        waiter = select.poll()
        waiter.register(self._pgconn.socket, for_what)
        seconds = left(self._connection.patience)
        if seconds > 0.0 and waiter.poll(seconds * 1000):
            return
        self._pgconn.finish()
        raise TimeIsOver(f"no answer within {self._connection.patience} s")
