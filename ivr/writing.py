"""What a webhook means is written down: into the database, else into the journal. Kept either way, or an error.

Nothing else here asks whether the database is there. While something of a call waits in this host's journal, what
follows joins it there, so that a call's news are applied in their order; and a turn that waits is answered as it was.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
import structlog

from core.outages import DatabaseAway, cause
from ivr import statements
from ivr.call_news import another_part
from ivr.facts import Statements
from ivr.journal import Journal, NotKept
from ivr.journal_format import Record
from ivr.journal_pending import Pending

log = structlog.get_logger(__name__)

JsonAnswer = dict[str, Any]


class Writing:
    """Writes turns and news. journal None: what the database does not take raises psycopg's errors."""

    def __init__(self, connections: Statements, journal: Journal | None = None) -> None:
        self._connections = connections
        self._journal = journal
        self._pending = Pending(journal.folder) if journal is not None else None

    def turn(self, values: dict[str, Any], *, now: datetime) -> JsonAnswer:
        """Write a turn (`ivr.statements.turn`) and return the answer in force: the first writer's, always.

        Raises `NotKept`, psycopg's errors without a journal.
        """
        record = Record("turn", now, values)
        if self._pending is not None and record.turn is not None:
            known = self._pending.answer(record.turn)
            if known is not None:
                return known
        if not self._must_wait(record):
            try:
                [(stored, fresh, call_id, ticket)] = self._connections.execute(statements.turn(values), values)
            except psycopg.Error as problem:
                self._keep(record, problem)
            else:
                log.info("turn", call=values["leg_sid"], turn=values["turn"], step=values["step"], fresh=fresh,
                         call_id=call_id, ticket=ticket)  # fmt: skip
                answer: JsonAnswer = stored
                return answer
        computed: JsonAnswer = json.loads(json.dumps(values["answer"].obj))  # as it will be read back
        return computed

    def status(self, values: dict[str, Any], *, now: datetime) -> None:
        """Write a call progress event (`ivr.statements.STATUS`). Raises like `turn`."""
        record = Record("status", now, values)
        if self._must_wait(record):
            return None
        try:
            [(fresh, call_id, ticket)] = self._connections.execute(statements.STATUS, values)
        except psycopg.Error as problem:
            return self._keep(record, problem)
        log.info("call_status", call=values["leg_sid"], status=values["status"], fresh=bool(fresh), call_id=call_id,
                 ticket_id=ticket)  # fmt: skip
        return None

    def recording(self, values: dict[str, Any], *, now: datetime) -> None:
        """Write news of a recording (`ivr.statements.RECORDING`). Raises like `turn`."""
        record = Record("recording", now, values)
        if self._must_wait(record):
            return None
        try:
            rows = self._connections.execute(statements.RECORDING, values)
            if rows[0][0] is None:
                rows = self._connections.execute(statements.RECORDING, another_part(values))
        except psycopg.Error as problem:
            return self._keep(record, problem)
        log.info("recording_news", call=values["leg_sid"], recording=values["recording_sid"], state=rows[0][1])
        return None

    def webhook(self, path: str, form: Mapping[str, str], query: Mapping[str, str], *, now: datetime) -> None:
        """Keep a verified webhook as it came: what it means needs the database to be known. Raises `NotKept`."""
        if self._journal is None:
            raise DatabaseAway("there is no journal")
        self._journal.append(Record("webhook", now, {"path": path, "form": dict(form), "query": dict(query)}))
        log.warning("journaled", kind="webhook", path=path, call=form.get("CallSid"))

    def _must_wait(self, record: Record) -> bool:
        """Whether this belongs behind something that waits, and is kept there now."""
        if self._journal is None or self._pending is None or not self._pending.holds(record.call):
            return False
        try:
            self._journal.append(record)
        except NotKept:
            return False  # out of order, which every statement bears, rather than not at all
        log.info("journaled", kind=record.kind, call=record.values["leg_sid"], why="waits_its_turn")
        return True

    def _keep(self, record: Record, problem: psycopg.Error) -> None:
        if self._journal is None:
            raise problem
        self._journal.append(record)
        log.warning("journaled", kind=record.kind, call=record.values["leg_sid"], why=cause(problem))
