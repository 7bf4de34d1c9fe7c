"""Putting a backup back: all of it is checked first, and the database changes in one transaction or not at all."""

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from alembic.config import Config
from alembic.script import ScriptDirectory

from core.config import ROOT, Settings
from core.made_secrets import FILE as SECRETS
from core.made_secrets import kept_secrets
from core.storage import Storage, StorageError, from_settings
from ringback.backup import contents
from ringback.backup.archive import DATABASE, JOURNAL, KEPT, LISTING, RECORDINGS, BackupError, Manifest, Reading, opened
from ringback.backup.making import key_mark
from ringback.backup.tools import Tools, connected, tools_for
from ringback.migration import migrate

_TYPES = {".wav": "audio/wav", ".json": "application/json"}


@dataclass(frozen=True)
class Restored:
    """What was put back; `trouble` has a line for each thing a person must look at."""

    made_at: str
    rows: int
    recordings: int
    trouble: tuple[str, ...]


def restore(settings: Settings, path: Path, *, force: bool = False) -> Restored:
    """Put a backup in the place of what is there, then migrate to this release.

    Raises BackupError, and then the database is as it was before: the file is damaged or of a newer release, the
    server is older than the one it was read from, the database holds something and `force` was not given.
    """
    with opened(path) as backup, tempfile.TemporaryDirectory(prefix="ringback-restore-") as scratch:
        manifest, url = backup.manifest, settings.database_url or ""
        tools = _checked(manifest, url, force=force)
        listing = [json.loads(line) for line in backup.file(LISTING)]
        storage = from_settings(settings)
        trouble = _put_back(backup, storage) if manifest.store == "folder" else _missing(storage, listing, manifest)
        dump = Path(scratch) / DATABASE
        with backup.file(DATABASE) as source, dump.open("wb") as target:
            shutil.copyfileobj(source, target)
        tools.restore(url, dump, rows=manifest.rows)
        for name in backup.names(KEPT):
            _write(settings.data / name, backup.file(KEPT + name), over=True)
        for name in backup.names(JOURNAL):
            _write(settings.journal / name, backup.file(JOURNAL + name), over=False)
        trouble += _other_key(manifest, settings, has_secrets=SECRETS in backup.names(KEPT))
    migrate(settings)
    return Restored(manifest.made_at, sum(manifest.rows.values()), len(listing), tuple(trouble))


def _checked(manifest: Manifest, url: str, *, force: bool) -> Tools:
    """The programs to restore with, once nothing speaks against it."""
    known = {script.revision for script in ScriptDirectory.from_config(Config(ROOT / "alembic.ini")).walk_revisions()}
    if manifest.release not in known:
        raise BackupError(
            f"the backup has schema {manifest.release}, which this release does not know; use a newer one"
        )
    with connected(url) as connection:
        version = contents.server_version(connection)
        if version < manifest.postgres:
            raise BackupError(
                f"the backup is of PostgreSQL {manifest.postgres} and this server is {version}; use a newer server"
            )
        filled = {table: count for table, count in contents.rows(connection).items() if count}
        filled.pop("alembic_version", None)
        if filled and not force:
            most = sorted(filled, key=lambda table: -filled[table])[:3]
            told = ", ".join(f"{filled[table]} in {table}" for table in most)
            raise BackupError(
                f"the database holds {sum(filled.values())} rows already ({told}); "
                "--force puts the backup in the place of all of them"
            )
    return tools_for(version)


def _put_back(backup: Reading, storage: Storage) -> list[str]:
    """Audio goes first: a ledger that calls something stored must not be there before it."""
    for key in backup.names(RECORDINGS):
        part = backup.manifest.parts[RECORDINGS + key]
        kind = _TYPES.get(Path(key).suffix, "application/octet-stream")
        with backup.file(RECORDINGS + key) as file:
            storage.put(key, file, size=part.size, sha256=part.sha256, content_type=kind)  # type: ignore[arg-type]
    return []


def _missing(storage: Storage, listing: list[dict[str, str | int]], manifest: Manifest) -> list[str]:
    """What the bucket that the backup only refers to does not have any more."""
    absent = [str(line["key"]) for line in listing if not _is_there(storage, str(line["key"]), int(line["size"]))]
    if not absent:
        return []
    return [
        f"{len(absent)} of {len(listing)} recordings of the store {manifest.store} are not there, first {absent[0]}"
    ]


def _is_there(storage: Storage, key: str, size: int) -> bool:
    try:
        found = storage.stat(key)
    except StorageError:
        return False
    return found is not None and found.size == size


def _other_key(manifest: Manifest, settings: Settings, *, has_secrets: bool) -> list[str]:
    """Whether what was sealed cannot be opened."""
    marks = {key_mark(settings)}
    if has_secrets:
        marks.add(_mark_of(settings))
    if manifest.key in marks:
        return []
    return ["SECRET_KEY is not the one the backup was made under; give that one, else what was sealed cannot be opened"]


def _mark_of(settings: Settings) -> str:
    return key_mark(replace(settings, secret_keys=(kept_secrets(settings.data).secret_key,)))


def _write(path: Path, source: IO[bytes], *, over: bool) -> None:
    """Write a small file for its owner alone, whole or not at all; what is there already stays unless `over`."""
    if path.exists() and not over:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, source:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
