"""A record of the journal takes effect: the same statement with the same values, or the same handler at its time."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.outages import cause, is_worth_another_try
from ivr import callbacks, news, statements
from ivr.call_news import another_part
from ivr.callbacks import CallbackParts
from ivr.facts import Statements
from ivr.journal_draining import Later, RefusedForGood
from ivr.journal_format import Record
from ivr.news import News
from ivr.writing import Writing
from people.directory import Directory

log = structlog.get_logger(__name__)


class Replaying:
    """Applies records. Applying one again changes nothing."""

    def __init__(
        self, connections: Statements, *, directory: Callable[[], Directory], parts: CallbackParts, demo: bool
    ) -> None:
        self._connections, self._parts = connections, parts
        self._news = News(directory, Writing(connections), demo)

    def apply(self, record: Record) -> None:
        """Let a record take effect. Raises `Later` while none can, `RefusedForGood` when this one never will."""
        try:
            self._apply(record)
        except psycopg.Error as problem:
            raise _judged(problem) from problem
        except DBAPIError as problem:
            if isinstance(problem.orig, psycopg.Error):
                raise _judged(problem.orig) from problem
            raise RefusedForGood(type(problem).__name__) from problem
        except (PoolTimeoutError, *news.NO_DIRECTORY) as problem:
            raise Later(type(problem).__name__) from problem
        except Exception as problem:
            log.exception("journal_record_failed", kind=record.kind)
            raise RefusedForGood(type(problem).__name__) from problem

    def _apply(self, record: Record) -> None:
        match record.kind:
            case "turn":
                self._connections.execute(statements.TURN, _complete(statements.TURN, record.values))
            case "status":
                self._connections.execute(statements.STATUS, _complete(statements.STATUS, record.values))
            case "recording":
                values = _complete(statements.RECORDING, record.values)
                rows = self._connections.execute(statements.RECORDING, values)
                if rows[0][0] is None:
                    self._connections.execute(statements.RECORDING, another_part(values))
            case "webhook":
                self._webhook(record)
            case _:
                raise RefusedForGood(f"nobody knows the kind {record.kind!r}")

    def _webhook(self, record: Record) -> None:
        path, form, query = record.values["path"], record.values["form"], record.values["query"]
        if path in news.PATHS:
            self._news.write(path, form, query, now=record.at)
        else:
            callbacks.learn(path, form, query, replace(self._parts, clock=lambda: record.at))


def _judged(problem: psycopg.Error) -> Exception:
    return Later(cause(problem)) if is_worth_another_try(problem) else RefusedForGood(cause(problem))


def _complete(statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with None for parameters that an older release did not know."""
    return {**dict.fromkeys(_parameters(statement)), **values}


@cache
def _parameters(statement: str) -> frozenset[str]:
    return frozenset(re.findall(r"%\((\w+)\)s", statement))
