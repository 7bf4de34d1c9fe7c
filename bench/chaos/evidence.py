"""The other two sources: the database, read with plain SQL, and the bucket, read to the last byte."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

TABLES = {
    "call": "select id, account_sid, sid, direction, status, ticket_id, ended_at, duration from call order by id",
    "leg": "select id, call_id, sid, status, ended_at, duration from leg order by id",
    "ticket": "select id, number, status, born_call_id, assignee_id from ticket order by id",
    "recording": (
        "select id, call_id, leg_sid, sid, state, sha256, bytes, storage_key, peaks_key, failure from recording "
        "order by id"
    ),
    "callback": (
        "select id, ticket_id, leg_sid, asked_number, e164, state, why, requested_at, closed_at from callback "
        "order by id"
    ),
    "attempt": "select id, callback_id, number, sid, ended_at, outcome from callback_attempt order by id",
    "job": "select id, job, args, key, state, last_error, call_id, ticket_id from outbox order by id",
    "event": (
        "select id, type, call_id, ticket_id, facts from event where type in ('recording_missing', 'recording_stored',"
        " 'told_afterwards', 'job_failed', 'call_started', 'call_ended', 'ticket_opened', 'ticket_merged') order by id"
    ),
}


@dataclass(frozen=True)
class Kept:
    """One object: its size in bytes and the SHA-256 of what is read back, in hex."""

    size: int
    sha256: str


class Bucket(Protocol):
    """Where recordings are kept."""

    def objects(self) -> Iterator[tuple[str, bytes]]:
        """Every object: its key and all of its bytes."""
        ...


class FolderBucket:
    """A folder with a file for each object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def objects(self) -> Iterator[tuple[str, bytes]]:
        """Every file that is no half-written one."""
        for file in sorted(self._folder.rglob("*")):
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(self._folder).parts):
                yield file.relative_to(self._folder).as_posix(), file.read_bytes()


class S3Bucket:
    """A bucket behind boto3."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def objects(self) -> Iterator[tuple[str, bytes]]:
        """Every object, page by page."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name):
            for listed in page.get("Contents", ()):
                body = self._client.get_object(Bucket=self._name, Key=listed["Key"])["Body"]
                yield listed["Key"], body.read()


@dataclass(frozen=True)
class Evidence:
    """Rows by table, objects by key, and files of the journal that nobody has applied."""

    rows: Mapping[str, list[Row]]
    objects: Mapping[str, Kept]
    journal: tuple[str, ...] = ()

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def by(self, table: str, column: str) -> dict[Any, list[Row]]:
        """Rows of a table by what stands in a column."""
        found: defaultdict[Any, list[Row]] = defaultdict(list)
        for row in self.rows[table]:
            found[row[column]].append(row)
        return found


def gather(database_url: str, bucket: Bucket, journal: Path) -> Evidence:
    """Read everything, at one moment of the database. Raises what psycopg and the bucket raise."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1), row_factory=dict_row) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        rows = rows_of(connection)
    return Evidence(rows, objects_of(bucket), waiting(journal))


def rows_of(connection: "psycopg.Connection[Row]") -> dict[str, list[Row]]:
    """The rows that are compared."""
    return {table: connection.execute(statement).fetchall() for table, statement in TABLES.items()}


def objects_of(bucket: Bucket) -> dict[str, Kept]:
    """The objects that are compared."""
    return {key: Kept(len(data), hashlib.sha256(data).hexdigest()) for key, data in bucket.objects()}


def waiting(journal: Path) -> tuple[str, ...]:
    """Segments not applied yet, and records set apart because they could not be; last bytes of the dead are neither."""
    apart = [file for kind in ("refused", "damaged") for file in journal.glob(f"{kind}/*")]
    return tuple(str(file.relative_to(journal)) for file in (*sorted(journal.glob("*.log")), *sorted(apart)))
