"""Listening through the API: ranges, refusals, and who heard what."""

import hashlib
import io
from array import array

import pytest
from sqlalchemy import Engine, select

from api.peaks import PeaksShape
from core.database import transaction
from core.storage_folder import FolderStorage
from people.models import Brand, Role
from recordings.models import Recording, RecordingPlay, RecordingState
from recordings.peaks import Peaks
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.factories.recordings import make_recording
from tests.factories.tickets import make_call

AUDIO = bytes(range(256)) * 40


@pytest.fixture
def recording_id(engine: Engine, brand: Brand, storage: FolderStorage) -> int:
    digest = hashlib.sha256(AUDIO).hexdigest()
    storage.put("r/1.wav", io.BytesIO(AUDIO), size=len(AUDIO), sha256=digest, content_type="audio/wav")
    with transaction(engine) as session:
        stored = {"storage_key": "r/1.wav", "bytes": len(AUDIO), "sha256": digest, "duration": 4.0}
        return make_recording(session, make_call(session, brand), state=RecordingState.STORED, **stored).id


def test_all_of_it_is_heard_and_written_down(api: Program, engine: Engine, recording_id: int, clock: HandClock) -> None:
    answer = api.get(f"/recordings/{recording_id}/audio")
    assert (answer.status_code, answer.data, answer.content_type) == (200, AUDIO, "audio/wav")
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(AUDIO).hexdigest()}"'
    [play] = plays(engine)
    assert (play.first_byte, play.last_byte, play.at) == (0, len(AUDIO) - 1, clock())
    assert play.actor.startswith("token:")
    assert play.address == "127.0.0.1"


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=10000-", 10000, 10239), ("bytes=-40", 10200, 10239)],
)
def test_a_range_is_206_and_written_down_as_heard(
    api: Program, engine: Engine, recording_id: int, header: str, first: int, last: int
) -> None:
    answer = api.get(f"/recordings/{recording_id}/audio", headers={"Range": header})
    assert (answer.status_code, answer.data) == (206, AUDIO[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(AUDIO)}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    [play] = plays(engine)
    assert (play.first_byte, play.last_byte) == (first, last)


def test_a_range_beyond_the_end_is_416_with_the_size(api: Program, engine: Engine, recording_id: int) -> None:
    answer = api.get(f"/recordings/{recording_id}/audio", headers={"Range": "bytes=10240-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */10240"
    assert answer.content_type == "application/problem+json"
    assert plays(engine) == []


def test_a_range_of_other_audio_than_the_program_has_seen_gets_all_of_it(api: Program, recording_id: int) -> None:
    path, headers = f"/recordings/{recording_id}/audio", {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert api.get(path, headers=headers).status_code == 200
    etag = api.get(path).headers["ETag"]
    assert api.get(path, headers=headers | {"If-Range": etag}).status_code == 206


def test_asking_only_for_the_size_is_no_listening(api: Program, engine: Engine, recording_id: int) -> None:
    answer = api.send("HEAD", f"/recordings/{recording_id}/audio")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(AUDIO))
    assert plays(engine) == []


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (RecordingState.EXPECTED, 409),
        (RecordingState.READY, 409),
        (RecordingState.MISSING, 409),
        (RecordingState.DELETED, 410),
    ],
)
def test_audio_that_is_not_here_is_a_problem_that_says_why(
    api: Program, engine: Engine, brand: Brand, state: RecordingState, status: int
) -> None:
    with transaction(engine) as session:
        id = make_recording(session, make_call(session, brand), state=state).id
    answer = api.get(f"/recordings/{id}/audio")
    assert (answer.status_code, answer.get_json()["state"]) == (status, state)
    assert ("Retry-After" in answer.headers) == (state in ("expected", "ready"))
    assert plays(engine) == []


def test_audio_the_store_has_lost_is_our_fault_and_a_problem(
    api: Program, storage: FolderStorage, recording_id: int
) -> None:
    storage.delete("r/1.wav")
    answer = api.get(f"/recordings/{recording_id}/audio")
    assert (answer.status_code, answer.get_json()["type"]) == (500, "urn:problem-type:ringback:audio-lost")


def test_its_peaks_are_read_without_a_listening(
    api: Program, engine: Engine, recording_id: int, storage: FolderStorage
) -> None:
    kept = Peaks(channels=1, sample_rate=8000, samples_per_pixel=160, data=array("b", [-3, 5, -128, 127])).as_json()
    digest = hashlib.sha256(kept).hexdigest()
    storage.put("r/1.json", io.BytesIO(kept), size=len(kept), sha256=digest, content_type="application/json")
    with transaction(engine) as session:
        session.get_one(Recording, recording_id).peaks_key = "r/1.json"
    answer = api.get(f"/recordings/{recording_id}/peaks")
    assert (answer.status_code, answer.data) == (200, kept)
    assert PeaksShape.model_validate_json(answer.data).data == [-3, 5, -128, 127]
    assert plays(engine) == []
    storage.delete("r/1.json")
    assert api.get(f"/recordings/{recording_id}/peaks").status_code == 500


@pytest.mark.parametrize(("state", "status"), [("expected", 409), ("missing", 409), ("stored", 409), ("deleted", 410)])
def test_peaks_that_are_not_here_are_a_problem_that_says_why(
    api: Program, engine: Engine, brand: Brand, state: str, status: int
) -> None:
    with transaction(engine) as session:
        id = make_recording(session, make_call(session, brand), state=state).id
    answer = api.get(f"/recordings/{id}/peaks")
    assert (answer.status_code, answer.get_json()["state"]) == (status, state)
    assert api.get("/recordings/999999/peaks").status_code == 404


def test_whoever_may_listen_does_and_a_stranger_does_not(programs: dict[Role, Program], recording_id: int) -> None:
    for role in Role:
        assert programs[role].get(f"/recordings/{recording_id}/audio").status_code == 200, role
    stranger = Program(programs[Role.AGENT].app, "nobody")
    assert stranger.get(f"/recordings/{recording_id}/audio").status_code == 401


def plays(engine: Engine) -> list[RecordingPlay]:
    with transaction(engine) as session:
        return list(session.scalars(select(RecordingPlay).order_by(RecordingPlay.id)))
