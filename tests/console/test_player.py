"""Listening in the console: ranges, refusals, peaks, who heard what, and the words where there is nothing to hear."""

import gzip
import hashlib
import io

import pytest
from sqlalchemy import Engine, select

from core.database import transaction
from core.storage import Storage
from people.models import Brand, Role
from recordings.models import RecordingPlay, RecordingState
from tests.clock import MONDAY_MORNING
from tests.console.conftest import Person
from tests.factories.people import make_brand
from tests.factories.recordings import make_recording
from tests.factories.tickets import make_call

AUDIO = bytes(range(256)) * 40
PEAKS = b'{"version":2,"channels":1,"sample_rate":8000,"samples_per_pixel":160,"bits":8,"length":1,"data":[-3,4]}'


@pytest.fixture
def storage(app) -> Storage:
    return app.extensions["console"].parts.storage()


@pytest.fixture
def recording_id(engine: Engine, brand: Brand, storage: Storage) -> int:
    keep(storage, "r/1.wav", AUDIO)
    keep(storage, "r/1.json", PEAKS)
    with transaction(engine) as session:
        stored = {"storage_key": "r/1.wav", "bytes": len(AUDIO), "sha256": digest(AUDIO), "peaks_key": "r/1.json"}
        return make_recording(session, make_call(session, brand), state=RecordingState.STORED, **stored).id


def test_all_of_it_is_heard_and_written_down_with_who_and_where(signed_in, engine: Engine, recording_id: int) -> None:
    agent: Person = signed_in(Role.AGENT)
    answer = agent.get(f"/recordings/{recording_id}/audio")
    assert (answer.status_code, answer.data, answer.content_type) == (200, AUDIO, "audio/wav")
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{digest(AUDIO)}"'
    assert "no-store" in answer.headers["Cache-Control"]
    [play] = plays(engine)
    assert (play.first_byte, play.last_byte, play.at) == (0, len(AUDIO) - 1, MONDAY_MORNING)
    assert (play.actor, play.address) == (f"account:{agent.account.id}", "127.0.0.1")


@pytest.mark.parametrize(("header", "first", "last"), [("bytes=100-199", 100, 199), ("bytes=-40", 10200, 10239)])
def test_a_range_is_206_and_written_down_as_heard(
    signed_in, engine: Engine, recording_id: int, header: str, first: int, last: int
) -> None:
    answer = signed_in().get(f"/recordings/{recording_id}/audio", headers={"Range": header})
    assert (answer.status_code, answer.data) == (206, AUDIO[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(AUDIO)}"
    [play] = plays(engine)
    assert (play.first_byte, play.last_byte) == (first, last)


def test_a_range_of_other_audio_gets_all_of_it(signed_in, recording_id: int) -> None:
    agent, path, headers = signed_in(), f"/recordings/{recording_id}/audio", {"Range": "bytes=0-9"}
    assert agent.get(path, headers=headers | {"If-Range": '"other"'}).status_code == 200
    assert agent.get(path, headers=headers | {"If-Range": f'"{digest(AUDIO)}"'}).status_code == 206


def test_a_range_beyond_the_end_is_416_with_the_size_and_no_listening(
    signed_in, engine: Engine, recording_id: int
) -> None:
    answer = signed_in().get(f"/recordings/{recording_id}/audio", headers={"Range": "bytes=10240-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */10240")
    assert plays(engine) == []


def test_asking_for_the_head_or_the_drawing_is_no_listening(signed_in, engine: Engine, recording_id: int) -> None:
    agent = signed_in()
    head = agent.client.head(f"/recordings/{recording_id}/audio")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(AUDIO)))
    drawing = agent.get(f"/recordings/{recording_id}/peaks")
    assert (drawing.status_code, drawing.data, drawing.content_type) == (200, PEAKS, "application/json")
    packed = agent.get(f"/recordings/{recording_id}/peaks", headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", PEAKS)
    assert plays(engine) == []


@pytest.mark.parametrize(("state", "status"), [("expected", 409), ("ready", 409), ("missing", 409), ("deleted", 410)])
@pytest.mark.parametrize("what", ["audio", "peaks"])
def test_what_is_not_here_says_why(signed_in, engine: Engine, brand: Brand, state: str, status: int, what: str) -> None:
    with transaction(engine) as session:
        id = make_recording(session, make_call(session, brand), state=state).id
    answer = signed_in().get(f"/recordings/{id}/{what}")
    assert (answer.status_code, answer.get_json()["state"]) == (status, state)
    assert ("Retry-After" in answer.headers) == (state in ("expected", "ready"))
    assert plays(engine) == []


@pytest.mark.parametrize("what", ["audio", "peaks"])
def test_nobody_hears_another_brands_recording_or_one_that_never_was(
    signed_in, engine: Engine, recording_id: int, what: str
) -> None:
    with transaction(engine) as session:
        theirs = make_recording(session, make_call(session, make_brand(session)), state="stored").id
    agent = signed_in()
    for id in (theirs, 999_999, 2**70):
        assert agent.get(f"/recordings/{id}/{what}").status_code == 404
    assert plays(engine) == []


@pytest.mark.parametrize("what", ["audio", "peaks"])
def test_a_stranger_hears_nothing(stranger: Person, engine: Engine, recording_id: int, what: str) -> None:
    answer = stranger.get(f"/recordings/{recording_id}/{what}")
    assert answer.status_code == 401
    assert AUDIO[:100] not in answer.data
    assert plays(engine) == []


@pytest.mark.parametrize("what", ["audio", "peaks"])
def test_what_the_store_has_lost_is_our_fault_and_says_so(
    signed_in, storage: Storage, recording_id: int, what: str
) -> None:
    storage.delete("r/1.wav")
    storage.delete("r/1.json")
    answer = signed_in().get(f"/recordings/{recording_id}/{what}")
    assert (answer.status_code, "problem" in answer.get_json()) == (500, True)


def test_a_player_works_without_scripts_and_says_its_length(signed_in, engine: Engine, recording_id: int) -> None:
    page = signed_in().get(f"/calls/{sid_of(engine, recording_id)}").text
    assert f'controls preload="none" src="/recordings/{recording_id}/audio"' in page
    assert 'role="slider" tabindex="0"' in page
    assert 'aria-valuetext="0:00 of 0:04"' in page


@pytest.mark.parametrize(
    ("state", "columns", "words"),
    [
        ("expected", {}, "expected from the carrier"),
        ("ready", {}, "being fetched"),
        ("missing", {"failure": "it is empty"}, "missing. Reason: it is empty."),
        ("missing", {}, "missing. Reason: nobody knows."),
        ("deleted", {}, "deleted, as the rules"),
    ],
)
def test_a_recording_that_cannot_be_heard_says_why_in_words(
    signed_in, engine: Engine, brand: Brand, state: str, columns: dict[str, object], words: str
) -> None:
    with transaction(engine) as session:
        call = make_call(session, brand)
        make_recording(session, call, state=state, **columns)
    page = signed_in().get(f"/calls/{call.sid}").text
    assert words in " ".join(page.split())
    assert "<audio" not in page


def sid_of(engine: Engine, recording_id: int) -> str:
    from recordings.queries import recording

    with transaction(engine) as session:
        return recording(session, brand_id=1, id=recording_id).call


def keep(storage: Storage, key: str, body: bytes) -> None:
    storage.put(key, io.BytesIO(body), size=len(body), sha256=digest(body), content_type="application/octet-stream")


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def plays(engine: Engine) -> list[RecordingPlay]:
    with transaction(engine) as session:
        return list(session.scalars(select(RecordingPlay).order_by(RecordingPlay.id)))
