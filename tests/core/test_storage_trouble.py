"""What a store does when the disk, the network or the server misbehaves."""

import errno
import hashlib
import io
import os
import socket
import stat
import subprocess
import sys
import textwrap
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.storage import (
    BeyondEnd,
    NotAsAnnounced,
    StorageRefused,
    StorageUnavailable,
    from_settings,
)
from core.storage_folder import FolderStorage
from core.storage_s3 import Bucket, S3Storage
from core.storage_s3_upload import WINDOW
from tests.odd_server import Answer, Asked, OddServer, serving


@dataclass(frozen=True)
class Settings:
    data: Path
    s3_bucket: str | None = None
    s3_endpoint_url: str | None = None
    s3_region: str | None = None
    aws_access_key_id: str | None = None
    aws_secret_access_key: str | None = None


def bucket_at(url: str) -> S3Storage:
    return S3Storage(Bucket("recordings", endpoint_url=url, access_key="key", secret_key="secret"))


def put(storage: S3Storage | FolderStorage, data: bytes) -> None:
    storage.put(
        "a", io.BytesIO(data), size=len(data), sha256=hashlib.sha256(data).hexdigest(), content_type="audio/wav"
    )


# The folder


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "deep" / "recordings")
    storage.put("b/a", io.BytesIO(b""), size=0, sha256=hashlib.sha256().hexdigest(), content_type="audio/wav")
    assert stat.S_IMODE((tmp_path / "deep/recordings/b/a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "deep/recordings/b").stat().st_mode) == 0o700


def test_a_source_that_fails_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 100_000:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    storage = FolderStorage(tmp_path)
    with pytest.raises(StorageUnavailable, match="Input/output error"):
        storage.put("a", Failing(bytes(200_000)), size=200_000, sha256="", content_type="audio/wav")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_process_left_is_cleared_after_a_day(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    storage.check()
    old, fresh = tmp_path / ".incoming" / "old", tmp_path / ".incoming" / "fresh"
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    put(storage, b"x")
    assert not old.exists()
    assert fresh.exists()
    assert [item.key for item in storage.list()] == ["a"]


def test_a_folder_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    storage = FolderStorage(tmp_path / "file" / "recordings")
    with pytest.raises(StorageRefused):
        storage.check()
    with pytest.raises(StorageRefused):
        put(storage, b"x")


def test_a_full_disk_is_worth_another_try(tmp_path: Path) -> None:
    """The limit on file size stands for the full disk: another errno, the same path through the code."""
    script = f"""
        import hashlib, io, pathlib, resource, signal
        from core.storage import StorageUnavailable
        from core.storage_folder import FolderStorage
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        data = bytes(300_000)
        try:
            FolderStorage(pathlib.Path({str(tmp_path)!r})).put("a", io.BytesIO(data), size=len(data),
                sha256=hashlib.sha256(data).hexdigest(), content_type="audio/wav")
        except StorageUnavailable:
            print("unavailable")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("unavailable\n", "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# The bucket


def test_a_server_that_answers_a_range_with_everything_is_cut_to_size() -> None:
    body = bytes(range(256)) * 1000
    with serving(lambda _: Answer(body=body)) as odd:
        storage = bucket_at(odd.url)
        assert b"".join(storage.open("a", 100_000, 50)) == body[100_000:100_050]
        assert b"".join(storage.open("a", 255_990)) == body[255_990:]
        assert b"".join(storage.open("a", 0, 10)) == body[:10]
        with pytest.raises(BeyondEnd):
            storage.open("a", 256_000, 1)
    assert odd.asked[0].headers["range"] == "bytes=100000-100049"


def test_an_answer_without_a_length_is_read_to_its_end() -> None:
    body = bytes(range(256)) * 1000
    with serving(lambda _: Answer(body=body, headers={"Content-Length": None}, cut=len(body))) as odd:
        storage = bucket_at(odd.url)
        assert b"".join(storage.open("a")) == body
        assert b"".join(storage.open("a", 100_000, 50)) == body[100_000:100_050]
        with pytest.raises(StorageUnavailable, match="ended early"):
            b"".join(storage.open("a", 255_000, 5000))


def test_a_store_without_checksums_is_asked_again_without_one() -> None:
    kept = {"x-amz-meta-sha256": hashlib.sha256(b"audio").hexdigest(), "Content-Length": "5"}

    def answer(asked: Asked) -> Answer:
        if asked.method == "HEAD":
            return Answer(headers=kept)
        return Answer(501 if "x-amz-checksum-sha256" in asked.headers else 200)

    with serving(answer) as odd:
        put(bucket_at(odd.url), b"audio")
    puts = [asked for asked in odd.asked if asked.method == "PUT"]
    assert "x-amz-checksum-sha256" not in puts[-1].headers
    assert all(asked.headers["x-amz-content-sha256"] == hashlib.sha256(b"audio").hexdigest() for asked in puts)


def test_an_object_the_store_does_not_have_in_full_is_not_called_stored() -> None:
    def short(asked: Asked) -> Answer:
        return Answer(headers={"Content-Length": "4"} if asked.method == "HEAD" else {})

    def absent(asked: Asked) -> Answer:
        return Answer(404 if asked.method == "HEAD" else 200)

    with serving(short) as odd, pytest.raises(NotAsAnnounced, match="sent 5 bytes, the store has 4"):
        put(bucket_at(odd.url), b"audio")
    with serving(absent) as odd, pytest.raises(NotAsAnnounced):
        put(bucket_at(odd.url), b"audio")


@pytest.mark.parametrize("status", [500, 503, 429, 507, 200])
def test_a_server_in_trouble_is_worth_another_try(status: int) -> None:
    with serving(lambda _: Answer(status, b"<html>Sorry</html>", cut=3)) as odd, pytest.raises(StorageUnavailable):
        b"".join(bucket_at(odd.url).open("a"))


@pytest.mark.parametrize("status", [400, 401, 403, 301])
def test_a_server_that_says_no_is_not_asked_for_ever(status: int) -> None:
    with serving(lambda _: Answer(status, b"<Error><Code>AccessDenied</Code></Error>")) as odd:
        storage = bucket_at(odd.url)
        with pytest.raises(StorageRefused):
            storage.open("a")
        with pytest.raises(StorageRefused):
            storage.stat("a")
        with pytest.raises(StorageRefused):
            storage.delete("a")


def test_a_download_cut_in_the_middle_is_no_end() -> None:
    with serving(lambda _: Answer(body=bytes(300_000), cut=150_000)) as odd:
        with pytest.raises(StorageUnavailable):
            b"".join(bucket_at(odd.url).open("a"))
        with pytest.raises(StorageUnavailable):
            b"".join(bucket_at(odd.url).open("a", 100_000, 100_000))


def test_a_store_that_is_away_is_worth_another_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    storage = bucket_at(f"http://127.0.0.1:{port}")
    with pytest.raises(StorageUnavailable):
        storage.check()
    with pytest.raises(StorageUnavailable):
        list(storage.list())


def test_an_upload_needs_the_memory_of_a_few_parts() -> None:
    size = 60_000_000
    digest = hashlib.sha256(bytes(size)).hexdigest()

    class Zeros(io.RawIOBase):
        left = size

        def read(self, amount: int = -1, /) -> bytes:
            taken = min(amount, self.left)
            self.left -= taken
            return bytes(taken)

    with serving(_accepting(size)) as odd:
        storage = bucket_at(odd.url)
        storage.check()
        tracemalloc.start()
        try:
            storage.put("a", Zeros(), size=size, sha256=digest, content_type="audio/wav")  # type: ignore[arg-type]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert _parts(odd) == [5 * 1024 * 1024] * 11 + [size - 11 * 5 * 1024 * 1024]
    assert peak < 25_000_000


def test_a_long_file_on_disk_is_sent_in_windows_that_are_never_held_in_memory(tmp_path: Path) -> None:
    file, size = tmp_path / "long.wav", 3 * WINDOW + 7
    file.write_bytes(b"heads" + bytes(range(256)) * (size // 256 + 1))
    os.truncate(file, size + 5)
    with serving(_accepting(size)) as odd, file.open("rb") as opened:
        storage = bucket_at(odd.url)
        storage.check()
        opened.seek(5)  # what was read already is not sent
        digest = hashlib.sha256(file.read_bytes()[5:]).hexdigest()
        tracemalloc.start()
        try:
            storage.put("a", opened, size=size, sha256=digest, content_type="audio/wav")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        sent = {asked.path.partition("partNumber=")[2].partition("&")[0]: asked for asked in odd.asked}
    assert [sent[number].size for number in "1234"] == [WINDOW] * 3 + [7]
    whole = file.read_bytes()[5:]
    for place, number in enumerate("1234"):
        part = whole[place * WINDOW : (place + 1) * WINDOW]
        assert sent[number].body == part[:65536]
        assert sent[number].headers["x-amz-content-sha256"] == hashlib.sha256(part).hexdigest()
    assert peak < 12_000_000


def test_a_window_that_the_store_refuses_undoes_the_upload(tmp_path: Path) -> None:
    file, size = tmp_path / "long.wav", 3 * WINDOW
    file.write_bytes(bytes(size))
    digest, accept = hashlib.sha256(bytes(size)).hexdigest(), _accepting(size)

    def answer(asked: Asked) -> Answer:
        return Answer(403) if "partNumber=2" in asked.path else accept(asked)

    with serving(answer) as odd, file.open("rb") as opened, pytest.raises(StorageRefused):
        bucket_at(odd.url).put("a", opened, size=size, sha256=digest, content_type="audio/wav")
    methods = [asked.method for asked in odd.asked]
    assert methods[-1] == "DELETE"
    assert methods.count("POST") == 1


def _accepting(size: int):  # type: ignore[no-untyped-def]
    upload = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
    done = b"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"

    def answer(asked: Asked) -> Answer:
        if asked.method == "HEAD":
            return Answer(headers={"Content-Length": str(size)})
        if asked.method == "POST":
            return Answer(body=upload if asked.path.endswith("?uploads") else done)
        return Answer(headers={"ETag": '"e"'})

    return answer


def _parts(odd: OddServer) -> list[int]:
    return [asked.size for asked in odd.asked if asked.method == "PUT"]


# The choice


def test_a_bucket_is_used_when_one_is_named_and_a_folder_else(tmp_path: Path) -> None:
    assert isinstance(from_settings(Settings(tmp_path)), FolderStorage)
    named = from_settings(Settings(tmp_path, "recordings", "http://127.0.0.1:9", "eu-1", "key", "hush"))
    assert isinstance(named, S3Storage)
    assert named._bucket == Bucket("recordings", "http://127.0.0.1:9", "eu-1", "key", "hush")


def test_a_folder_needs_no_boto(tmp_path: Path) -> None:
    script = (
        "import sys, types, pathlib; from core.storage import from_settings; "
        f"from_settings(types.SimpleNamespace(s3_bucket=None, data=pathlib.Path({str(tmp_path)!r}))).check(); "
        "print('boto3' in sys.modules or 'botocore' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
