"""From a stream to a checked file, or to a plain word about what was wrong with it."""

import hashlib
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.carrier import Carrier, CarrierUnavailable
from recordings.audio import EmptyAudio, NotAudio, Truncated
from recordings.fetching import SpoolUnavailable, TooLarge, fetch
from tests.odd_server import Answer, serving
from tests.recordings.wav import pcm, wav

MESSAGE = wav(pcm(*range(-8000, 8000)), channels=2)


@dataclass
class Chunks:
    """A stream of these bytes."""

    body: bytes
    content_type: str = "audio/x-wav"
    content_length: int | None = None
    step: int = 1000

    def __iter__(self) -> Iterator[bytes]:
        return (self.body[at : at + self.step] for at in range(0, len(self.body), self.step))


def test_a_recording_is_fetched_measured_and_hashed(tmp_path: Path) -> None:
    with fetch(Chunks(MESSAGE, content_length=len(MESSAGE)), spool=tmp_path / "spool") as fetched:
        assert fetched.path.read_bytes() == MESSAGE
        assert fetched.path.stat().st_mode & 0o077 == 0
        assert (fetched.size, fetched.sha256) == (len(MESSAGE), hashlib.sha256(MESSAGE).hexdigest())
        assert (fetched.duration, fetched.channels, fetched.sample_rate) == (1.0, 2, 8000)
        assert fetched.peaks.length == 50
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("content_type", ["", "audio/wav", "application/octet-stream", "binary/octet-stream"])
def test_the_label_may_be_vague(content_type: str, tmp_path: Path) -> None:
    fetch(Chunks(MESSAGE, content_type), spool=tmp_path).discard()


@pytest.mark.parametrize(
    ("media", "error"),
    [
        (Chunks(b""), EmptyAudio),
        (Chunks(b"", content_length=0), EmptyAudio),
        (Chunks(wav(b"")), EmptyAudio),
        (Chunks(MESSAGE[:-100]), Truncated),
        (Chunks(MESSAGE, content_length=len(MESSAGE) + 1), Truncated),
        (Chunks(MESSAGE, content_length=len(MESSAGE) - 1), Truncated),
        (Chunks(b"<html>Please sign in</html>"), NotAudio),
        (Chunks(MESSAGE, "text/html"), NotAudio),
        (Chunks(MESSAGE, "application/json"), NotAudio),
        (Chunks(b'{"code": 20003}', "audio/wav"), NotAudio),
        (Chunks(MESSAGE, content_length=1_000_000_001), TooLarge),
    ],
)
def test_what_is_no_whole_recording_is_said_so_and_leaves_nothing(
    media: Chunks, error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error):
        fetch(media, spool=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_html_is_refused_at_its_first_bytes(tmp_path: Path) -> None:
    taken = []

    class Endless(Chunks):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                taken.append(1)
                yield b"<html>" * 1000

    with pytest.raises(NotAudio):
        fetch(Endless(b""), spool=tmp_path)
    assert len(taken) == 1


def test_a_stream_without_end_is_given_up_at_the_limit(tmp_path: Path) -> None:
    class Endless(Chunks):
        def __iter__(self) -> Iterator[bytes]:
            yield wav(b"", size=0xFFFFFFFF)
            while True:
                yield bytes(65536)

    with pytest.raises(TooLarge):
        fetch(Endless(b""), spool=tmp_path, largest=1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with (
        serving(lambda _: Answer(body=MESSAGE, cut=20_000)) as odd,
        Carrier(account_sid="AC01", username="AC01", password="x", api_url=odd.url).open_media("RE01") as media,
        pytest.raises(CarrierUnavailable),
    ):
        fetch(media, spool=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_spool_that_cannot_be_written_is_for_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SpoolUnavailable):
        fetch(Chunks(MESSAGE), spool=tmp_path / "file")


def test_a_long_recording_is_fetched_in_little_memory(tmp_path: Path) -> None:
    """200 MB, silent but for its noise: the process may grow by a tenth of that at most."""
    script = f"""
        import pathlib, resource
        from recordings.fetching import fetch
        from tests.recordings.wav import wav
        SIZE, BLOCK = 200_000_000, bytes(64_000)
        class Long:
            content_type, content_length = "audio/x-wav", SIZE + 44
            def __iter__(self):
                yield wav(b"", channels=2, size=SIZE)
                for _ in range(SIZE // len(BLOCK)):
                    yield BLOCK
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with fetch(Long(), spool=pathlib.Path({str(tmp_path)!r})) as fetched:
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            print(fetched.size, fetched.duration, grown < 20_000)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "200000044 6250.0 True\n"
