"""Making a backup, beside everything that runs: one snapshot of the database, and what goes with it."""

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import rfc3339
from core.config import Settings
from core.made_secrets import FILE as SECRETS
from core.storage import NotStored, Storage, from_settings
from ringback.backup import contents
from ringback.backup.archive import (
    DATABASE,
    JOURNAL,
    KEPT,
    LISTING,
    RECORDINGS,
    BackupError,
    Manifest,
    Writing,
)
from ringback.backup.tools import Connection, connected, tools_for

KEPT_FILES = (SECRETS, "demo-sign-ins.txt")
"""What an installation makes once, and nobody could make again."""


@dataclass(frozen=True)
class Made:
    """What was kept: where, how many rows, how many objects of the store, and their bytes."""

    path: Path
    rows: int
    recordings: int
    recordings_bytes: int
    store: str


def back_up(settings: Settings, target: Path, *, now: datetime) -> Made:
    """Write a backup to `target`, a file that does not exist yet or a folder. Raises BackupError, StorageError."""
    path = target / f"ringback-{now:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if path.exists():
        raise BackupError(f"{path} exists already; give another name")
    store = f"s3 {settings.s3_bucket}" if settings.s3_bucket else "folder"
    with Writing(path) as writing, tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as scratch:
        for name in KEPT_FILES:
            if (settings.data / name).is_file():
                with (settings.data / name).open("rb") as file:
                    writing.add_file(KEPT + name, file)
        _add_journal(writing, settings.journal)
        with connected(settings.database_url or "") as connection:
            manifest, ledger = _add_database(writing, connection, settings, store=store, scratch=Path(scratch))
        storage = from_settings(settings)
        kept = list(_listed(storage, ledger) if settings.s3_bucket else _copied(writing, storage))
        listing = "".join(json.dumps(line) + "\n" for line in kept).encode()
        writing.add(LISTING, [listing], size=len(listing))
        manifest.made_at = rfc3339(now) or ""
        writing.finish(manifest)
    return Made(path, sum(manifest.rows.values()), len(kept), sum(int(line["size"]) for line in kept), store)


def key_mark(settings: Settings) -> str:
    """A mark of the first SECRET_KEY, which is drawn at random and long: nothing of it can be told from the mark."""
    return hashlib.sha256(b"ringback backup\0" + settings.secret_keys[0].encode()).hexdigest()[:16]


def _add_journal(writing: Writing, folder: Path) -> None:
    """The journal goes before the database: what is applied in between is in both, which changes nothing.

    How far a segment was applied is read before the segment: behind the truth is fine, before it would lose records.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    for path in sorted(paths, key=lambda path: path.suffix != ".done"):
        if path.name.startswith(".") or path.suffix == ".lock":
            continue
        with contextlib.suppress(FileNotFoundError):  # it was applied just now
            data = path.read_bytes()
            writing.add(f"{JOURNAL}{path.relative_to(folder)}", [data], size=len(data))


def _add_database(
    writing: Writing, connection: Connection, settings: Settings, *, store: str, scratch: Path
) -> tuple[Manifest, dict[str, str]]:
    """Dump and counts of one snapshot; and the SHA-256 that the ledger has for its keys."""
    version = contents.server_version(connection)
    tools = tools_for(version)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        release = contents.revision(connection)
        if release is None:
            raise BackupError("the database is empty: there is nothing to keep")
        counted = contents.rows(connection)
        [(snapshot,)] = connection.execute("select pg_export_snapshot()").fetchall()
        with (scratch / DATABASE).open("w+b") as file:
            tools.dump(settings.database_url or "", snapshot=str(snapshot), into=file)
            writing.add_file(DATABASE, file)
        found = connection.execute(
            "select storage_key, sha256 from public.recording where state = 'stored' and storage_key is not null"
        )
        ledger = {str(key): str(sha256) for key, sha256 in found}
    manifest = Manifest("", release, version, counted, store, key_mark(settings))
    return manifest, ledger


def _copied(writing: Writing, storage: Storage) -> Iterator[dict[str, str | int]]:
    """Every object of the store, copied. One that retention deletes meanwhile is left out: it was to go."""
    for listed in storage.list():
        with contextlib.suppress(NotStored), storage.open(listed.key) as reading:
            part = writing.add(RECORDINGS + listed.key, reading, size=listed.size)
            yield {"key": listed.key, "size": part.size, "sha256": part.sha256}


def _listed(storage: Storage, ledger: dict[str, str]) -> Iterator[dict[str, str | int]]:
    """Every object of a bucket, with the hash that the ledger has for it; peaks are drawn anew and have none."""
    for listed in storage.list():
        yield {"key": listed.key, "size": listed.size, "sha256": ledger.get(listed.key, "")}
