"""Which errors are worth another try, and what people are told of each."""

import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.carrier_errors import CarrierError, CarrierRefused
from core.storage import StorageError, StorageUnavailable

UNEXPECTED_ATTEMPTS = 4
"""Tries for an error nobody foresaw: it may be a passing fault, and is more likely ours."""

_LONGEST = 500


@dataclass(frozen=True)
class Verdict:
    """What an error means. `attempts`: at most so many tries; None: as many as the job has; 1: never again."""

    reason: str
    attempts: int | None
    after: timedelta | None = None
    unforeseen: bool = False


def judge(error: Exception) -> Verdict:
    """Read an error: its attribute `try_again` decides where it has one.

    The shortest wait is its `after` (a timedelta) or `retry_after` (seconds, as in HTTP). A store, carrier or
    database that is away and a job that ran out of time are worth all tries, a refusal none, what nobody foresaw a few.
    """
    worth_it = _is_worth_it(error)
    if worth_it is None:
        return Verdict(_technical(error), UNEXPECTED_ATTEMPTS, unforeseen=True)
    reason = _technical(error) if isinstance(error, SQLAlchemyError) else _short(str(error)) or type(error).__name__
    return Verdict(reason, None if worth_it else 1, _shortest_wait(error))


def where(error: Exception) -> str:
    """The last line of our own code that the error went through, as ``file:line``."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _is_worth_it(error: Exception) -> bool | None:
    said: bool | None = getattr(error, "try_again", None)
    if said is not None:
        return said
    if isinstance(error, StorageError):
        return isinstance(error, StorageUnavailable)
    if isinstance(error, CarrierError):
        return not isinstance(error, CarrierRefused)
    return True if isinstance(error, JobTimeoutException) or _database_is_away(error) else None


def _database_is_away(error: Exception) -> bool:
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    # Classes: 08 connection, 40 serialization and deadlock, 53 resources, 55 locks, 57 shutdown and timeouts.
    return error.connection_invalidated or state is None or state[:2] in ("08", "40", "53", "55", "57")


def _technical(error: Exception) -> str:
    """Type and text. Of a database error only the server's first line: statements and details hold callers' numbers."""
    text = str(error)
    if isinstance(error, SQLAlchemyError):
        text = str(error.orig).strip().split("\n")[0] if isinstance(error, DBAPIError) else ""
    return _short(f"{type(error).__name__}: {text}".rstrip(": "))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _shortest_wait(error: Exception) -> timedelta | None:
    after = getattr(error, "after", None)
    if isinstance(after, timedelta):
        return after
    seconds = getattr(error, "retry_after", None)
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) else None
