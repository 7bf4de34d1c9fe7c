"""Processes of the tests: an owner of embedded servers that can be killed, and looking for who is still there."""

import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from core.config import ROOT
from ringback.child_process import users_of

OWNER = """
import json, sys
from pathlib import Path
from ringback.embedded import servers
with servers(Path(sys.argv[1])) as urls:
    print(json.dumps(urls), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Owner:
    """A process that owns the servers of a data folder."""

    process: subprocess.Popen[bytes]
    database_url: str
    redis_url: str

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def owner(data: Path) -> Iterator[Owner]:
    """Start servers in a process of their own, and stop them in good order at the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", OWNER, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd="/",
    ) as process:
        assert process.stdout is not None
        yield Owner(process, *json.loads(process.stdout.readline()))
        process.communicate(timeout=30)


def write(owner: Owner, value: str) -> None:
    """Commit a row and an entry, with nothing else beside them."""
    with connection(owner.database_url) as rows:
        rows.execute("drop table if exists kept")
        rows.execute("create table kept (value text)")
        rows.execute("insert into kept values (%s)", [value])
    with redis.Redis.from_url(owner.redis_url) as keys:
        keys.delete("kept")
        keys.rpush("kept", value)


def kept(database_url: str, redis_url: str) -> tuple[list[str], list[str]]:
    """What is there: (rows, entries)."""
    with connection(database_url) as rows:
        found = [str(row[0]) for row in rows.execute("select value from kept order by value")]
    with redis.Redis.from_url(redis_url, decode_responses=True) as keys:
        return found, list(keys.lrange("kept", 0, -1))


def connection(database_url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True)


def server_processes(data: Path) -> list[int]:
    return users_of(data / "postgres", program="postgres") + users_of(data / "redis", program="redis-server")


def soon(condition: Callable[[], bool], *, seconds: float = 20.0) -> bool:
    """Whether the condition comes true in time."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


def ordinary_user() -> pwd.struct_passwd | None:
    """An ordinary user root can become and who can reach this checkout; None when there is none."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    folders = [ROOT, *ROOT.parents]
    return entry if all(folder.stat().st_mode & 0o001 for folder in folders) else None


def become(entry: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
