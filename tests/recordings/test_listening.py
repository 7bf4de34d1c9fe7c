"""Who may hear what, in which range, and what is written down of it."""

import pytest
from sqlalchemy import select

from core.storage import NotStored
from recordings.byte_ranges import RangeNotSatisfiable
from recordings.listening import Audible, NoSuchRecording, NotListenable, find_audio, listen
from recordings.models import RecordingPlay, RecordingState
from tests.recordings.conftest import MESSAGE, Desk


def play(desk: Desk, id: int, range_header: str | None = None, *, brand_id: int | None = None) -> Audible:
    with desk.session() as session:
        return listen(
            session,
            brand_id=brand_id or desk.row(id).brand_id,
            recording_id=id,
            range_header=range_header,
            actor="account:7",
            address="192.0.2.9",
            now=desk.clock(),
        )


def plays(desk: Desk) -> list[RecordingPlay]:
    with desk.session() as session:
        return list(session.scalars(select(RecordingPlay).order_by(RecordingPlay.id)))


@pytest.fixture
def stored(desk: Desk) -> int:
    id = desk.make()
    desk.store(id)
    return id


def test_the_whole_recording_is_heard_and_written_down(desk: Desk, stored: int) -> None:
    audible = play(desk, stored)
    assert b"".join(audible.open(desk.storage)) == MESSAGE
    assert (audible.range.partial, audible.content_type, audible.etag) == (
        False,
        "audio/wav",
        f'"{desk.row(stored).sha256}"',
    )
    (row,) = plays(desk)
    assert (row.recording_id, row.actor, row.address, row.at) == (stored, "account:7", "192.0.2.9", desk.clock.now)
    assert (row.first_byte, row.last_byte, row.from_second, row.to_second) == (0, 32043, 0.0, 2.0)


def test_a_range_is_heard_and_written_down_with_its_seconds(desk: Desk, stored: int) -> None:
    audible = play(desk, stored, "bytes=16044-24043")
    assert b"".join(audible.open(desk.storage)) == MESSAGE[16044:24044]
    assert audible.range.content_range == "bytes 16044-24043/32044"
    (row,) = plays(desk)
    assert (row.first_byte, row.last_byte, row.from_second, row.to_second) == (16044, 24043, 1.0, 1.5)


def test_every_range_of_a_player_is_a_row(desk: Desk, stored: int) -> None:
    for header in ("bytes=0-", "bytes=0-999", "bytes=-44"):
        play(desk, stored, header)
    assert [(row.first_byte, row.last_byte) for row in plays(desk)] == [(0, 32043), (0, 999), (32000, 32043)]


def test_looking_is_not_listening(desk: Desk, stored: int) -> None:
    with desk.session() as session:
        found = find_audio(session, brand_id=desk.row(stored).brand_id, recording_id=stored)
    assert found.range.length == 32044
    assert plays(desk) == []


def test_a_range_with_no_byte_is_refused_and_not_written_down(desk: Desk, stored: int) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        play(desk, stored, "bytes=32044-")
    assert caught.value.size == 32044
    assert plays(desk) == []


def test_another_brands_recording_is_not_there(desk: Desk, stored: int) -> None:
    with pytest.raises(NoSuchRecording):
        play(desk, stored, brand_id=desk.row(stored).brand_id + 1)
    with pytest.raises(NoSuchRecording):
        play(desk, 4711, brand_id=1)
    assert plays(desk) == []


@pytest.mark.parametrize("state", [s for s in RecordingState if s != RecordingState.STORED])
def test_what_is_not_stored_says_in_which_state_it_is(desk: Desk, state: str) -> None:
    with pytest.raises(NotListenable) as caught:
        play(desk, desk.make(state))
    assert caught.value.state == state
    assert plays(desk) == []


def test_audio_the_store_has_lost_is_an_error_before_the_first_byte(desk: Desk, stored: int) -> None:
    desk.storage.delete(desk.row(stored).storage_key or "")
    with pytest.raises(NotStored):
        play(desk, stored).open(desk.storage)
