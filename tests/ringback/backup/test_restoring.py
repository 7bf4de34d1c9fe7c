"""A backup put back is the same installation; whatever is wrong with it is told, and then nothing has changed."""

import dataclasses
import hashlib
import io
import json
import stat
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.config import Settings
from core.storage import from_settings
from ivr.journal_draining import drain
from ringback.backup.archive import DATABASE, MANIFEST, BackupError
from ringback.backup.making import back_up
from ringback.backup.restoring import restore
from tests.clock import MONDAY_MORNING
from tests.conftest import execute
from tests.ringback.backup.conftest import AUDIO, put, remembered


@pytest.fixture
def file(here: Settings, tmp_path: Path) -> Path:
    return back_up(here, tmp_path, now=MONDAY_MORNING).path


def test_every_row_sequence_sound_and_secret_is_back(here: Settings, there: Settings, file: Path) -> None:
    before = remembered(here.database_url or "")
    done = restore(there, file)
    assert done.trouble == ()
    assert remembered(there.database_url or "") == before
    assert len(before["recording"]) == 5
    storage = from_settings(there)
    assert {listed.key: b"".join(storage.open(listed.key)) for listed in storage.list()} == AUDIO
    assert (there.data / "secrets.json").read_text() == (here.data / "secrets.json").read_text()
    assert stat.S_IMODE((there.data / "secrets.json").stat().st_mode) == 0o600


def test_what_waited_for_the_database_waits_there_too(there: Settings, file: Path) -> None:
    restore(there, file)
    took: list[object] = []
    drain(there.data / "journal", lambda record: took.append(record.values["turn"]))
    assert took == [1, 2]


def test_the_file_is_for_its_owner_alone_and_named_by_its_time(file: Path) -> None:
    assert file.name == "ringback-20261123T100000Z.tar"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.glob(".*")] == []


def test_a_name_that_is_taken_is_refused(here: Settings, file: Path) -> None:
    with pytest.raises(BackupError, match="exists already"):
        back_up(here, file, now=MONDAY_MORNING)


def test_a_database_that_holds_something_is_replaced_only_by_force(
    there: Settings, file: Path, engine: Engine, here: Settings
) -> None:
    restore(there, file)
    before = remembered(there.database_url or "")
    with pytest.raises(BackupError, match=r"holds \d+ rows already \(.*5 in call, .*\); --force"):
        restore(there, file)
    execute(engine, "update call set from_number = '+14155550177'")
    execute(
        engine, "insert into outbox (job, state, asked_at, due_at) values ('x', 'asked', :at, :at)", at=MONDAY_MORNING
    )
    newer = back_up(here, file.with_name("newer.tar"), now=MONDAY_MORNING).path
    assert restore(there, newer, force=True).trouble == ()
    assert remembered(there.database_url or "") == remembered(here.database_url or "") != before


@pytest.mark.parametrize("where", [0.3, 0.6, 0.9])
def test_one_byte_that_is_not_as_it_was_written_is_noticed(there: Settings, file: Path, where: float) -> None:
    data = bytearray(file.read_bytes())
    data[int(len(data) * where)] ^= 1
    file.write_bytes(data)
    with pytest.raises(BackupError, match=r"damaged|no backup"):
        restore(there, file)
    assert "call" not in remembered(there.database_url or "")


def test_a_file_whose_end_is_missing_is_noticed(there: Settings, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40_000])
    with pytest.raises(BackupError, match=r"end of it is missing|damaged"):
        restore(there, file)


def test_a_backup_of_a_newer_release_is_refused(there: Settings, file: Path) -> None:
    with pytest.raises(BackupError, match="schema 9999, which this release does not know"):
        restore(there, changed(file, release="9999"))


def test_a_server_older_than_the_backups_is_refused(there: Settings, file: Path) -> None:
    with pytest.raises(BackupError, match=r"PostgreSQL 99 and this server is \d+; use a newer server"):
        restore(there, changed(file, postgres=99))


def test_a_row_that_did_not_come_back_undoes_the_restoring(there: Settings, file: Path) -> None:
    counted = json.loads(_member(file, MANIFEST))["rows"]
    before = remembered(there.database_url or "")
    with pytest.raises(BackupError, match="the table recording has not the 6 rows it had"):
        restore(there, changed(file, rows=counted | {"recording": 6}))
    assert remembered(there.database_url or "") == before


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_a_dump_that_ends_too_soon_changes_nothing(there: Settings, file: Path, share: float) -> None:
    """Also by force, over a database that holds something."""
    restore(there, file)
    before = remembered(there.database_url or "")
    dump = _member(file, DATABASE)
    with pytest.raises(BackupError, match=r"nothing has changed|is as it was before"):
        restore(there, changed(file, dump=dump[: int(len(dump) * share)]), force=True)
    assert remembered(there.database_url or "") == before


def test_another_secret_key_is_told(there: Settings, here: Settings, file: Path) -> None:
    given = dataclasses.replace(here, secret_keys=("another key of thirty two letters",))
    named = back_up(given, file.with_name("named.tar"), now=MONDAY_MORNING).path
    assert any("SECRET_KEY" in line for line in restore(there, named).trouble)


def test_recordings_of_a_bucket_are_referred_to_and_looked_for(
    here: Settings, there: Settings, bucket: Settings
) -> None:
    kept = dataclasses.replace(here, **_bucket(bucket))
    for key, data in AUDIO.items():
        put(from_settings(kept), key, data)
    path = back_up(kept, there.data, now=MONDAY_MORNING).path
    with tarfile.open(path) as tar:
        assert not any(name.endswith(".wav") for name in tar.getnames())
    listing = [json.loads(line) for line in _member(path, "recordings.jsonl").splitlines()]
    assert {line["key"]: line["sha256"] for line in listing} == {
        key: hashlib.sha256(data).hexdigest() for key, data in AUDIO.items()
    }
    there = dataclasses.replace(there, **_bucket(bucket))
    assert restore(there, path).trouble == ()
    from_settings(there).delete(min(AUDIO))
    [told] = restore(there, path, force=True).trouble
    assert told.startswith("1 of 5 recordings of the store s3 ")
    assert min(AUDIO) in told


@pytest.fixture
def bucket(settings: Settings) -> object:
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    given = dataclasses.replace(
        settings,
        s3_bucket="kept",
        s3_endpoint_url="http://{}:{}".format(*server.get_host_and_port()),
        aws_access_key_id="one",
        aws_secret_access_key="two",
    )
    from_settings(given)._client.create_bucket(Bucket="kept")  # type: ignore[attr-defined]
    yield given
    server.stop()


def _bucket(settings: Settings) -> dict[str, str | None]:
    names = ("s3_bucket", "s3_endpoint_url", "aws_access_key_id", "aws_secret_access_key")
    return {name: getattr(settings, name) for name in names}


def _member(path: Path, name: str) -> bytes:
    with tarfile.open(path) as tar:
        file = tar.extractfile(name)
        assert file is not None
        return file.read()


def changed(path: Path, *, dump: bytes | None = None, **claims: object) -> Path:
    """A backup that is sound in itself and claims something else, or holds another dump."""
    with tarfile.open(path) as tar, tarfile.open(path.with_name("changed.tar"), "w") as other:
        for member in tar:
            data = _member(path, member.name)
            if member.name == DATABASE and dump is not None:
                data = dump
            if member.name == MANIFEST:
                manifest = json.loads(data) | claims
                if dump is not None:
                    manifest["parts"][DATABASE] = {"size": len(dump), "sha256": hashlib.sha256(dump).hexdigest()}
                data = json.dumps(manifest).encode()
            member.size = len(data)
            other.addfile(member, io.BytesIO(data))
    return path.with_name("changed.tar")
