"""The carrier's copy goes only when ours is good; ours goes everywhere, and the row stays."""

import io

import pytest
from sqlalchemy.orm import Session

from recordings.deleting import CopyNotVerified, Deleted, delete, delete_at_carrier
from recordings.models import RecordingState
from tests.odd_server import Answer
from tests.recordings.conftest import MESSAGE, Desk


def at_carrier(desk: Desk, id: int, **more: object) -> Deleted:
    return delete_at_carrier(
        desk.transaction,
        recording_id=id,
        carrier=desk.at_carrier.carrier,
        storage=desk.storage,
        clock=desk.clock,
        **more,  # type: ignore[arg-type]
    )


def ours(desk: Desk, id: int, **more: object) -> Deleted:
    return delete(
        desk.transaction,
        recording_id=id,
        storage=desk.storage,
        actor="account:7",
        why="retention",
        clock=desk.clock,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def stored(desk: Desk) -> int:
    id = desk.make(sid="RE01", account_sid="AC77")
    desk.store(id)
    desk.at_carrier.server.asked.clear()
    desk.at_carrier.answer = Answer(204)
    return id


def test_the_carriers_copy_goes_once_ours_is_there_in_full(desk: Desk, stored: int) -> None:
    assert at_carrier(desk, stored) is Deleted.DELETED
    assert [(a.method, a.path) for a in desk.at_carrier.server.asked] == [
        ("DELETE", "/2010-04-01/Accounts/AC77/Recordings/RE01.json")
    ]
    assert desk.row(stored).carrier_deleted_at == desk.clock.now
    assert desk.events()[-1] == ("recording_deleted_at_carrier", {"recording": stored})
    assert at_carrier(desk, stored) is Deleted.ALREADY_DELETED
    assert len(desk.at_carrier.server.asked) == 1


def test_a_copy_the_carrier_no_longer_has_counts_as_deleted(desk: Desk, stored: int) -> None:
    desk.at_carrier.answer = Answer(404, b"{}")
    assert at_carrier(desk, stored) is Deleted.DELETED
    assert desk.row(stored).carrier_deleted_at is not None


def test_the_carriers_copy_stays_while_ours_is_short_or_gone(desk: Desk, stored: int) -> None:
    key = desk.row(stored).storage_key or ""
    short = MESSAGE[:-2]
    (desk.storage._root / key).write_bytes(short)  # type: ignore[attr-defined]
    with pytest.raises(CopyNotVerified):
        at_carrier(desk, stored)
    desk.storage.delete(key)
    with pytest.raises(CopyNotVerified):
        at_carrier(desk, stored)
    assert desk.at_carrier.server.asked == []
    assert desk.row(stored).carrier_deleted_at is None


@pytest.mark.parametrize("state", [s for s in RecordingState if s != RecordingState.STORED])
def test_the_carriers_copy_of_what_is_not_stored_here_stays(desk: Desk, state: str) -> None:
    assert at_carrier(desk, desk.make(state)) is Deleted.NOT_THERE
    assert desk.at_carrier.server.asked == []


def test_our_copy_goes_with_its_peaks_and_the_row_tells_what_it_was(desk: Desk, stored: int) -> None:
    before = desk.row(stored)
    assert ours(desk, stored) is Deleted.DELETED
    row = desk.row(stored)
    assert list(desk.storage.list()) == []
    assert (row.state, row.deleted_at, row.storage_key, row.peaks_key) == ("deleted", desk.clock.now, None, None)
    assert (row.sha256, row.bytes, row.duration) == (before.sha256, before.bytes, before.duration)
    assert desk.events()[-1] == ("recording_deleted", {"recording": stored, "why": "retention"})
    assert ours(desk, stored) is Deleted.ALREADY_DELETED
    assert ours(desk, 4711) is Deleted.NOT_THERE


def test_a_deletion_that_was_cut_off_is_finished_by_its_redo(desk: Desk, stored: int) -> None:
    def crash(session: Session) -> None:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        ours(desk, stored, finish=crash)
    assert desk.row(stored).state == "stored"
    assert ours(desk, stored) is Deleted.DELETED
    assert list(desk.storage.list()) == []


def test_a_deletion_takes_only_its_own_recording(desk: Desk, stored: int) -> None:
    desk.storage.put("1/other", io.BytesIO(b""), size=0, sha256=EMPTY, content_type="audio/wav")
    ours(desk, stored)
    assert [item.key for item in desk.storage.list()] == ["1/other"]


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
