"""Processor time of whole servers, which holds under noise better than how much they answer."""

import os
from pathlib import Path

import psycopg

_TICKS = os.sysconf("SC_CLK_TCK")
_GONE = (0, 0.0, 0.0)


def cpu_seconds(root: int) -> float:
    """User and system time of a process and all that descend from it, the ended ones too (proc(5), /proc/PID/stat)."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    stats = {pid: _stat_or_gone(pid) for pid in pids}
    family, seconds = {root}, 0.0
    grown = True
    while grown:
        more = {pid for pid, (parent, *_) in stats.items() if parent in family} - family
        family |= more
        grown = bool(more)
    for pid in family:
        seconds += sum(stats.get(pid, _GONE)[1:])
    return seconds


def postmaster(database_url: str) -> int:
    """The process above all of a local PostgreSQL's."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
        row = connection.execute("select pg_backend_pid()").fetchone()
        return _stat_or_gone(row[0] if row else 0)[0]


def stat(pid: int) -> tuple[int, float, float]:
    """(parent, seconds of all its threads, seconds of its children that have ended). Raises OSError when it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, user_of_children, system_of_children = (int(ticks) / _TICKS for ticks in fields[11:15])
    return int(fields[1]), user + system, user_of_children + system_of_children


def _stat_or_gone(pid: int) -> tuple[int, float, float]:
    try:
        return stat(pid)
    except OSError:
        return _GONE
