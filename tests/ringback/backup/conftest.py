"""An installation with calls, audio and a journal, and an empty one to restore it into."""

import dataclasses
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.config import Settings
from core.made_secrets import kept_secrets
from core.storage import Storage, from_settings
from ivr.journal import Journal
from ivr.journal_format import Record
from ringback.installation import brand_for
from tests.clock import MONDAY_MORNING
from tests.conftest import settings_for
from tests.factories.recordings import make_recording
from tests.factories.tickets import make_call
from tests.recordings.wav import pcm, wav

AUDIO = {f"1/2026/11/{number}-abc.wav": wav(pcm(*range(-900, 900 + number))) for number in range(1, 6)}
ELSEWHERE = "elsewhere"


def put(storage: Storage, key: str, data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    storage.put(key, io.BytesIO(data), size=len(data), sha256=digest, content_type="audio/wav")


def filled(engine: Engine, settings: Settings) -> Settings:
    """Five calls with a stored message each, and two records that wait in the journal."""
    storage = from_settings(settings)
    with Session(engine) as session, session.begin():
        brand = brand_for(session, settings)
        for key, data in AUDIO.items():
            put(storage, key, data)
            digest = hashlib.sha256(data).hexdigest()
            make_recording(
                session,
                make_call(session, brand),
                state="stored",
                storage_key=key,
                sha256=digest,
                bytes=len(data),
                stored_at=MONDAY_MORNING,
            )
    journal = Journal(settings.data / "journal")
    for turn in (1, 2):
        values = {"account_sid": "AC1", "first_sid": "CA1", "leg_sid": "CA1", "turn": turn}
        journal.append(Record("turn", MONDAY_MORNING, values))
    journal.close()
    return settings


@pytest.fixture
def here(engine: Engine, settings: Settings) -> Settings:
    """What is to be kept."""
    return filled(engine, settings)


@pytest.fixture
def there(servers: tuple[str, str], tmp_path: Path) -> Iterator[Settings]:
    """Another machine: an empty database of another name, and an empty data folder."""
    with psycopg.connect(servers[0].replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(f"drop database if exists {ELSEWHERE} with (force)")
        connection.execute(f"create database {ELSEWHERE}")
        url = servers[0].replace("/ringback?", f"/{ELSEWHERE}?")
        made = settings_for((url, servers[1]), tmp_path / "there")
        assert made.secret_keys[0] == kept_secrets(made.data).secret_key
        yield dataclasses.replace(made)
        connection.execute(f"drop database {ELSEWHERE} with (force)")


def remembered(url: str) -> dict[str, list[str]]:
    """All that a database holds: each table's rows, the sequences, and how everything is made."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        tables = [name for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'public'")]
        found = {
            name: sorted(
                str(row) for row in connection.execute(sql.SQL("select * from {}").format(sql.Identifier(name)))
            )
            for name in tables
        }
        for made, asked in _MADE.items():
            found[made] = sorted(str(row) for row in connection.execute(asked))
        return found


_MADE = {
    "(sequences)": "select sequencename, last_value from pg_sequences where schemaname = 'public'",
    "(columns)": "select table_name, column_name, data_type, is_nullable, column_default, generation_expression"
    " from information_schema.columns where table_schema = 'public'",
    "(indexes)": "select indexdef from pg_indexes where schemaname = 'public'",
    "(constraints)": "select conname, pg_get_constraintdef(oid) from pg_constraint"
    " where connamespace = 'public'::regnamespace",
    "(functions)": "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace",
    "(triggers)": "select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
}
