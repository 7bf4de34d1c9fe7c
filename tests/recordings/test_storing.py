"""From ready to stored, and every way in which that does not happen at the first try."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.outbox_models import OutboxRow
from core.storage import Storage, StorageRefused, StorageUnavailable, Stored
from core.storage_folder import FolderStorage
from recordings.deleting import delete
from recordings.failing import NotYet
from recordings.models import RecordingState
from recordings.storing import Ended
from tests.odd_server import Answer
from tests.recordings.conftest import MESSAGE, Desk
from tests.recordings.wav import pcm, wav

DIGEST = hashlib.sha256(MESSAGE).hexdigest()


def kept(storage: Storage) -> list[str]:
    return [item.key for item in storage.list()]


def test_a_ready_recording_is_stored_measured_and_told(desk: Desk) -> None:
    id = desk.make()
    assert desk.store(id) is Ended.STORED
    row = desk.row(id)
    assert (row.state, row.bytes, row.sha256, row.duration, row.channels) == ("stored", 32044, DIGEST, 2.0, 1)
    assert (row.stored_at, row.failure, row.attempts) == (desk.clock.now, None, 1)
    assert b"".join(desk.storage.open(row.storage_key or "")) == MESSAGE
    peaks = json.loads(b"".join(desk.storage.open(row.peaks_key or "")))
    assert (peaks["length"], peaks["channels"]) == (100, 1)
    assert desk.events() == [("recording_stored", {"recording": id, "duration": 2.0, "bytes": 32044, "channels": 1})]
    assert list(desk.spool.iterdir()) == []


def test_audio_lies_under_its_brand_and_month_and_names_its_content(desk: Desk) -> None:
    id = desk.make()
    desk.store(id)
    row = desk.row(id)
    stem = f"{row.brand_id}/2026/11/{id}-{DIGEST[:16]}"
    assert kept(desk.storage) == [f"{stem}.peaks.json", f"{stem}.wav"]


def test_the_carrier_is_asked_by_the_recordings_own_names(desk: Desk) -> None:
    id = desk.make(account_sid="AC77", sid="RE77", kind="call")
    desk.store(id)
    asked = desk.at_carrier.server.asked
    assert [a.path for a in asked] == ["/2010-04-01/Accounts/AC77/Recordings/RE77.wav?RequestedChannels=2"]


def test_a_message_is_asked_for_in_one_channel(desk: Desk) -> None:
    desk.store(desk.make())
    assert desk.at_carrier.server.asked[0].path.endswith("RequestedChannels=1")


def test_redoing_a_stored_recording_asks_nothing_of_anybody(desk: Desk) -> None:
    id = desk.make()
    desk.store(id)
    assert desk.store(id) is Ended.ALREADY_STORED
    assert len(desk.at_carrier.server.asked) == 1
    assert len(desk.events()) == 1


@pytest.mark.parametrize("state", [RecordingState.DELETED, RecordingState.EXPECTED])
def test_what_is_deleted_or_not_yet_named_is_not_fetched(desk: Desk, state: str) -> None:
    assert desk.store(desk.make(state)) is Ended.NOT_WANTED
    assert desk.store(4711) is Ended.NOT_WANTED
    assert desk.at_carrier.server.asked == []


def test_the_job_ends_in_the_transaction_of_its_work(desk: Desk) -> None:
    def overtaken(session: Session) -> None:
        raise RuntimeError("this row is another worker's now")

    id = desk.make()
    with pytest.raises(RuntimeError):
        desk.store(id, finish=overtaken)
    assert desk.row(id).state == "ready"
    assert desk.events() == []
    assert desk.store(id) is Ended.STORED


def test_two_workers_at_once_store_it_once(desk: Desk) -> None:
    id = desk.make()
    desk.storage = Meanwhile(desk.storage, lambda: desk_alone.store(id))
    desk_alone = Desk(desk.transaction, desk.storage.inside, desk.at_carrier, desk.clock, desk.spool)
    assert desk.store(id) is Ended.ALREADY_STORED
    assert [type for type, _ in desk.events()] == ["recording_stored"]
    assert b"".join(desk.storage.open(desk.row(id).storage_key or "")) == MESSAGE


def test_a_second_fetch_with_other_bytes_does_not_touch_the_first(desk: Desk) -> None:
    id = desk.make()
    other = wav(pcm(*[5] * 8000))

    def store_another() -> None:
        desk.at_carrier.answer = Answer(body=other)
        desk_alone.store(id)

    desk.storage = Meanwhile(desk.storage, store_another)
    desk_alone = Desk(desk.transaction, desk.storage.inside, desk.at_carrier, desk.clock, desk.spool)
    assert desk.store(id) is Ended.OVERTAKEN
    row = desk.row(id)
    assert row.sha256 == hashlib.sha256(other).hexdigest()
    assert b"".join(desk.storage.open(row.storage_key or "")) == other
    assert sorted(kept(desk.storage)) == sorted([row.storage_key, row.peaks_key])


def test_audio_deleted_while_it_was_fetched_again_does_not_come_back(desk: Desk) -> None:
    id = desk.make()

    def store_and_delete() -> None:
        desk_alone.store(id)
        delete(
            desk.transaction,
            recording_id=id,
            storage=desk_alone.storage,
            actor="system",
            why="retention",
            clock=desk.clock,
        )

    desk.storage = Meanwhile(desk.storage, store_and_delete)
    desk_alone = Desk(desk.transaction, desk.storage.inside, desk.at_carrier, desk.clock, desk.spool)
    assert desk.store(id) is Ended.NOT_WANTED
    assert desk.row(id).state == "deleted"
    assert kept(desk.storage) == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(404), "the carrier has no audio of it"),
        (Answer(503), "the carrier answered 503"),
        (Answer(401), "the carrier refused its audio (status 401)"),
        (Answer(body=b""), "it is empty"),
        (Answer(body=wav(b"")), "it is empty"),
        (Answer(body=MESSAGE[:-4]), "it is truncated: 31996 of 32000 bytes of audio"),
        (Answer(body=b"<html>Sign in</html>"), "what the carrier sent is not a WAV file but HTML"),
        (Answer(body=b'{"code": 1}', headers={"Content-Type": "application/json"}), "what the carrier sent is not a"),
        (Answer(body=MESSAGE, cut=10_000), "the carrier could not be reached: "),
    ],
)
def test_trouble_is_written_down_tried_again_and_given_up_after_the_deadline(
    desk: Desk, answer: Answer, why: str
) -> None:
    id, whole = desk.make(), desk.at_carrier.answer
    desk.at_carrier.answer = answer
    with pytest.raises(NotYet) as caught:
        desk.store(id)
    row = desk.row(id)
    assert (row.state, row.attempts) == ("ready", 1)
    assert (row.failure or "").startswith(why)
    assert str(caught.value) == row.failure
    assert desk.events() == []

    desk.clock.set(row.deadline_at)
    assert desk.store(id) is Ended.MISSING
    row = desk.row(id)
    assert row.state == "missing"
    assert desk.events() == [("recording_missing", {"recording": id, "why": row.failure})]

    desk.at_carrier.answer = whole
    assert desk.store(id) is Ended.STORED
    assert desk.row(id).failure is None
    assert [type for type, _ in desk.events()] == ["recording_missing", "recording_stored"]
    assert list(desk.spool.iterdir()) == []


def test_a_file_that_stays_empty_is_given_up_before_the_deadline(desk: Desk) -> None:
    id = desk.make()
    desk.at_carrier.answer = Answer(body=wav(b""))
    for _ in range(4):
        with pytest.raises(NotYet):
            desk.store(id)
    assert desk.store(id) is Ended.MISSING


@pytest.mark.parametrize("answer", [Answer(410), Answer(body=b"RIFF", headers={"Content-Length": "2000000000"}, cut=4)])
def test_what_no_waiting_cures_is_given_up_at_once(desk: Desk, answer: Answer) -> None:
    id = desk.make()
    desk.at_carrier.answer = answer
    assert desk.store(id) is Ended.MISSING


def test_a_recording_named_as_no_carrier_names_one_is_given_up(desk: Desk) -> None:
    id = desk.make(sid="../../Accounts")
    assert desk.store(id) is Ended.MISSING
    assert desk.at_carrier.server.asked == []


def test_giving_up_twice_alarms_once(desk: Desk) -> None:
    id = desk.make()
    desk.at_carrier.answer = Answer(404)
    desk.clock.move(days=2)
    assert desk.store(id) is Ended.MISSING
    assert desk.store(id) is Ended.MISSING
    assert [type for type, _ in desk.events()] == ["recording_missing"]


def test_the_carrier_says_how_long_to_wait(desk: Desk) -> None:
    desk.at_carrier.answer = Answer(429, headers={"Retry-After": "90"})
    with pytest.raises(NotYet) as caught:
        desk.store(desk.make())
    assert caught.value.try_again
    assert caught.value.after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("trouble", "after"),
    [(StorageUnavailable("the bucket is away"), None), (StorageRefused("no such bucket"), timedelta(minutes=5))],
)
def test_a_store_in_trouble_loses_nothing_even_after_the_deadline(
    desk: Desk, trouble: Exception, after: timedelta | None
) -> None:
    id, good = desk.make(), desk.storage
    desk.storage = Failing(trouble)
    desk.clock.move(days=2)
    with pytest.raises(NotYet) as caught:
        desk.store(id)
    assert caught.value.after == after
    assert (desk.row(id).state, desk.row(id).failure) == ("ready", f"it could not be kept: {trouble}")
    desk.storage = good
    assert desk.store(id) is Ended.STORED


def test_a_spool_without_room_is_trouble_of_our_own(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    desk.spool = tmp_path / "file"
    desk.clock.move(days=2)
    with pytest.raises(NotYet, match="it could not be kept"):
        desk.store(desk.make())


def test_the_carriers_copy_is_asked_to_be_deleted_only_where_that_is_wanted(desk: Desk) -> None:
    first, second = desk.make(), desk.make()
    desk.store(first)
    desk.store(second, delete_at_carrier=True)
    with desk.session() as session:
        asked = [(row.job, row.args) for row in session.scalars(select(OutboxRow))]
    assert asked == [("delete_recording_at_carrier", {"recording": second})]


class Meanwhile(FolderStorage):
    """A folder in which something else happens just before the first object is put."""

    def __init__(self, inside: Storage, happens: object) -> None:
        assert isinstance(inside, FolderStorage)
        super().__init__(inside._root)
        self.inside, self._happens = inside, happens

    def put(self, key: str, file: BinaryIO, *, size: int, sha256: str, content_type: str) -> Stored:
        happens, self._happens = self._happens, None
        if happens:
            happens()  # type: ignore[operator]
        return super().put(key, file, size=size, sha256=sha256, content_type=content_type)


class Failing(FolderStorage):
    """A store that takes nothing."""

    def __init__(self, trouble: Exception) -> None:
        super().__init__(Path("/nonexistent"))
        self._trouble = trouble

    def put(self, key: str, file: BinaryIO, *, size: int, sha256: str, content_type: str) -> Stored:
        raise self._trouble
