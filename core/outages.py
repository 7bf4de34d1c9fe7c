"""Is the database away, or is it this one statement that it will not have? Read from the driver's errors.

Codes are PostgreSQL's (documentation, appendix A, "PostgreSQL Error Codes").
"""

import psycopg

AWAY_CLASSES = ("08", "28", "3D", "53", "57", "58", "F0", "XX")
"""Connection, sign-in, no such database, resources (disk full 53100, connections 53300), shutdown and
cancelling, input and output, configuration, and the server's own faults."""
READ_ONLY = "25006"
CANCELLED = "57014"
"""One statement took longer than the server lets it; the others may be quick."""
LATER_CLASSES = ("25", "40", "55", "57")
"""Worth another try later: a standby, a deadlock, a lock that was not had, a statement that was cancelled."""
NOT_MIGRATED = ("42P01", "42703", "42704", "42883", "42501")
"""No such table, column, type or function, or no right to it: the schema is not this release's yet."""


class DatabaseAway(psycopg.OperationalError):
    """The database is known to be away: nothing was asked of it. Try again when it is back. Its text is the cause."""


class TimeIsOver(psycopg.OperationalError):
    """The database did not answer in time; whether a statement took effect is unknown. The connection is gone."""


def is_away(problem: psycopg.Error) -> bool:
    """Whether this error says that no statement of anybody would do better now."""
    state = problem.sqlstate
    if state is None:
        # Of the driver's own making: the connection is lost, refused, or was never had. Data errors it finds are not.
        return isinstance(problem, psycopg.OperationalError | psycopg.InterfaceError)
    return (state[:2] in AWAY_CLASSES and state != CANCELLED) or state == READ_ONLY


def is_worth_another_try(problem: psycopg.Error) -> bool:
    """Whether the same statement with the same values may succeed later. False: the values are at fault."""
    state = problem.sqlstate or ""
    return is_away(problem) or state[:2] in LATER_CLASSES or state in NOT_MIGRATED


def cause(problem: psycopg.Error) -> str:
    """One word for logs and health pages, without the server's text, which may hold callers' numbers."""
    if isinstance(problem, TimeIsOver):
        return "silent"
    if isinstance(problem, DatabaseAway):
        return str(problem)
    names = {READ_ONLY: "read_only", "53100": "disk_full", "53300": "too_many_connections"}
    state = problem.sqlstate
    if state is None:
        return "unreachable" if is_away(problem) else type(problem).__name__
    return names.get(state) or f"{type(problem).__name__} {state}"
