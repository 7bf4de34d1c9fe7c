"""The promises of a store, kept alike by a folder, moto and Swift's S3 door."""

import dataclasses
import hashlib
import io
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest
from hypothesis import given
from hypothesis import strategies as st

from core.storage import (
    BeyondEnd,
    NotAsAnnounced,
    NotStored,
    Storage,
    StorageRefused,
    checked_key,
)
from core.storage_folder import FolderStorage
from core.storage_s3 import Bucket, S3Storage
from tests import swift_server

pytestmark = pytest.mark.xdist_group("swift")

BAD_KEYS = [*("", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a/.b", "a b", "a\0", "ä", "a\\b", "a\n", "x" * 600)]
TWELVE_MEGABYTES = hashlib.shake_128(b"audio").digest(12_000_000)


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Storage]:
    server = swift_server.start(tmp_path_factory.mktemp("swift"))
    yield new_bucket(server.endpoint_url)
    server.stop()


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Storage]:
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield new_bucket("http://{}:{}".format(*server.get_host_and_port()))
    server.stop()


@pytest.fixture(params=["folder", "moto", "swift"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "recordings")
    return emptied(request.getfixturevalue(request.param))


def new_bucket(endpoint_url: str) -> S3Storage:
    bucket = Bucket(
        f"recordings-{secrets.token_hex(6)}",
        endpoint_url=endpoint_url,
        access_key=swift_server.ACCESS_KEY,
        secret_key=swift_server.SECRET_KEY,
    )
    storage = S3Storage(bucket)
    storage._client.create_bucket(Bucket=bucket.name)
    return storage


def emptied(store: S3Storage) -> S3Storage:
    for item in list(store.list()):
        store.delete(item.key)
    return store


def put(store: Storage, key: str, data: bytes, *, size: int | None = None, sha256: str | None = None) -> None:
    store.put(
        key,
        io.BytesIO(data),
        size=len(data) if size is None else size,
        sha256=sha256 or hashlib.sha256(data).hexdigest(),
        content_type="audio/wav",
    )


def read(store: Storage, key: str, start: int = 0, length: int | None = None) -> bytes:
    with store.open(key, start, length) as reading:
        return b"".join(reading)


def test_what_is_put_is_read_back(store: Storage) -> None:
    put(store, "1/2026/11/7.wav", b"RIFF and so on")
    assert read(store, "1/2026/11/7.wav") == b"RIFF and so on"
    found = store.stat("1/2026/11/7.wav")
    assert found is not None
    assert found.size == 14
    assert found.sha256 in (None, hashlib.sha256(b"RIFF and so on").hexdigest())


def test_an_empty_object_is_an_object(store: Storage) -> None:
    put(store, "empty", b"")
    assert read(store, "empty") == b""
    assert read(store, "empty", 0, 10) == b""
    found = store.stat("empty")
    assert found is not None
    assert found.size == 0


def test_a_second_put_replaces_the_first(store: Storage) -> None:
    put(store, "a", b"first")
    put(store, "a", b"the second")
    assert read(store, "a") == b"the second"


def test_ranges_are_read_and_cut_at_the_end(store: Storage) -> None:
    put(store, "a", bytes(range(200)))
    assert read(store, "a", 50, 10) == bytes(range(50, 60))
    assert read(store, "a", 190) == bytes(range(190, 200))
    assert read(store, "a", 190, 100) == bytes(range(190, 200))
    assert read(store, "a", 0, 1) == b"\0"
    assert read(store, "a", 199, 1) == bytes([199])
    assert read(store, "a", 5, 0) == b""


@pytest.mark.parametrize("start", [200, 5000, -1])
def test_a_range_that_starts_beyond_the_end_says_how_long_the_object_is(store: Storage, start: int) -> None:
    put(store, "a", bytes(200))
    with pytest.raises(BeyondEnd) as caught:
        store.open("a", start, 10)
    assert caught.value.size == 200


def test_an_object_of_many_parts_is_kept_whole(store: Storage) -> None:
    put(store, "long.wav", TWELVE_MEGABYTES)
    assert hashlib.sha256(read(store, "long.wav")).digest() == hashlib.sha256(TWELVE_MEGABYTES).digest()
    assert read(store, "long.wav", 5 * 1024 * 1024 - 3, 6) == TWELVE_MEGABYTES[5242877:5242883]
    found = store.stat("long.wav")
    assert found is not None
    assert found.size == 12_000_000
    assert found.sha256 in (None, hashlib.sha256(TWELVE_MEGABYTES).hexdigest())


def test_a_long_file_on_disk_is_kept_whole(store: Storage, tmp_path: Path) -> None:
    file, digest = tmp_path / "long.wav", hashlib.sha256(TWELVE_MEGABYTES * 2)
    file.write_bytes(TWELVE_MEGABYTES * 2)
    with file.open("rb") as opened:
        store.put("long.wav", opened, size=24_000_000, sha256=digest.hexdigest(), content_type="audio/wav")
    assert hashlib.sha256(read(store, "long.wav")).digest() == digest.digest()


def test_bytes_that_are_not_those_announced_leave_the_object_as_it_was(store: Storage) -> None:
    put(store, "a", b"first")
    with pytest.raises(NotAsAnnounced):
        put(store, "a", b"others", sha256="0" * 64)
    with pytest.raises(NotAsAnnounced):
        put(store, "a", b"too short", size=10)
    with pytest.raises(NotAsAnnounced):
        put(store, "a", b"too long", size=3)
    assert read(store, "a") == b"first"


def test_many_parts_that_are_not_those_announced_leave_nothing(store: Storage) -> None:
    with pytest.raises(NotAsAnnounced):
        put(store, "long", TWELVE_MEGABYTES, sha256="0" * 64)
    with pytest.raises(NotAsAnnounced):
        put(store, "long", TWELVE_MEGABYTES, size=12_000_001)
    assert store.stat("long") is None
    assert list(store.list()) == []
    if isinstance(store, S3Storage):
        left = store._client.list_multipart_uploads(Bucket=store._bucket.name)
        assert left.get("Uploads", []) == []


def test_what_is_not_there_is_said_so(store: Storage) -> None:
    put(store, "b/c", b"x")
    assert store.stat("a") is None
    assert store.stat("b") is None
    for key in ("a", "b", "b/c/d"):
        with pytest.raises(NotStored):
            store.open(key)
        with pytest.raises(NotStored):
            store.open(key, 0, 0)


def test_deleting_twice_is_no_error(store: Storage) -> None:
    put(store, "a/b", b"x")
    store.delete("a/b")
    assert store.stat("a/b") is None
    store.delete("a/b")
    store.delete("a")


def test_a_listing_goes_by_key_and_prefix(store: Storage) -> None:
    for key in ("1/a-1", "1/a/2", "1/a/1", "1/a0", "1/b", "10/a", "2/a"):
        put(store, key, key.encode())
    assert [(item.key, item.size) for item in store.list("1/")] == [
        ("1/a-1", 5),
        ("1/a/1", 5),
        ("1/a/2", 5),
        ("1/a0", 4),
        ("1/b", 3),
    ]
    assert [item.key for item in store.list("1/a")] == ["1/a-1", "1/a/1", "1/a/2", "1/a0"]
    assert [item.key for item in store.list("1")][-1] == "10/a"
    assert len(list(store.list())) == 7
    assert list(store.list("9/")) == []


def test_a_good_store_passes_its_check(store: Storage) -> None:
    store.check()


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_bad_key_is_refused_before_anything_is_asked(kind: str, tmp_path: Path) -> None:
    nowhere = Bucket("recordings", endpoint_url="http://127.0.0.1:9", access_key="key", secret_key="secret")
    store = FolderStorage(tmp_path) if kind == "folder" else S3Storage(nowhere)
    for key in BAD_KEYS:
        for verb in (store.open, store.stat, store.delete):
            with pytest.raises(StorageRefused):
                verb(key)
        with pytest.raises(StorageRefused):
            put(store, key, b"x")
    for prefix in ("..", "/", "a//", ".inc", "a b"):
        with pytest.raises(StorageRefused):
            store.list(prefix)


@given(st.text(max_size=40) | st.text("a./\\~-", max_size=12))
def test_no_key_leads_out_of_the_folder(key: str) -> None:
    try:
        checked_key(key)
    except StorageRefused:
        return
    root = Path("/srv/recordings")
    path = root / key
    assert ".." not in path.parts
    assert path.is_relative_to(root)
    assert path != root


def test_swift_refuses_a_wrong_secret_and_we_tell_it_without_the_secret(swift: S3Storage) -> None:
    stranger = S3Storage(dataclasses.replace(swift._bucket, secret_key="guess-4711"))
    with pytest.raises(StorageRefused) as caught:
        put(stranger, "a", b"x")
    assert "guess-4711" not in str(caught.value) + repr(stranger._bucket)
    with pytest.raises(StorageRefused):
        stranger.open("a")
    with pytest.raises(StorageRefused):
        stranger.check()


@pytest.mark.parametrize(("operation", "size"), [("PutObject", 100), ("UploadPart", 6_000_000)])
def test_swift_refuses_bytes_altered_on_the_way(swift: S3Storage, operation: str, size: int) -> None:
    def alter(request: AWSPreparedRequest, **_: object) -> None:
        request.body = b"X" + request.body.read()[1:]

    emptied(swift)
    swift._client.meta.events.register(f"before-send.s3.{operation}", alter)
    try:
        with pytest.raises(NotAsAnnounced):
            put(swift, "a", bytes(size))
    finally:
        swift._client.meta.events.unregister(f"before-send.s3.{operation}", alter)
    assert swift.stat("a") is None


@pytest.mark.parametrize("kind", ["moto", "swift"])
def test_a_bucket_that_is_not_there_is_refused(kind: str, request: pytest.FixtureRequest) -> None:
    server: S3Storage = request.getfixturevalue(kind)
    storage = S3Storage(dataclasses.replace(server._bucket, name="nobody-made-this"))
    with pytest.raises(StorageRefused):
        storage.check()
    with pytest.raises(StorageRefused):
        put(storage, "a", b"x")
    with pytest.raises(StorageRefused):
        storage.open("a")
