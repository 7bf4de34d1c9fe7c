"""The ledger on a bucket: what a folder does, S3 does."""

import secrets
from collections.abc import Iterator

import pytest

from core.storage_s3 import Bucket, S3Storage
from recordings.deleting import Deleted, delete, delete_at_carrier
from recordings.listening import listen
from recordings.storing import Ended
from tests.odd_server import Answer
from tests.recordings.conftest import MESSAGE, Desk
from tests.recordings.wav import wav


@pytest.fixture
def bucket() -> Iterator[S3Storage]:
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    name = f"recordings-{secrets.token_hex(4)}"
    storage = S3Storage(Bucket(name, f"http://{host}:{port}", access_key="key", secret_key="secret"))
    storage._client.create_bucket(Bucket=name)
    yield storage
    server.stop()


def test_a_recording_is_stored_heard_and_deleted_in_a_bucket(desk: Desk, bucket: S3Storage) -> None:
    desk.storage = bucket
    long = wav(bytes(2 * 2 * 8000 * 240), channels=2)  # four minutes of two channels: more than one part
    short_id, long_id = desk.make(), desk.make(kind="call")
    assert desk.store(short_id) is Ended.STORED
    desk.at_carrier.answer = Answer(body=long)
    assert desk.store(long_id) is Ended.STORED
    assert (desk.row(long_id).duration, desk.row(long_id).channels) == (240.0, 2)

    with desk.session() as session:
        audible = listen(
            session,
            brand_id=desk.row(short_id).brand_id,
            recording_id=short_id,
            range_header="bytes=1000-1999",
            actor="account:7",
            address="",
            now=desk.clock(),
        )
    assert b"".join(audible.open(bucket)) == MESSAGE[1000:2000]

    desk.at_carrier.answer = Answer(204)
    carrier = desk.at_carrier.carrier
    gone = delete_at_carrier(desk.transaction, recording_id=long_id, carrier=carrier, storage=bucket, clock=desk.clock)
    assert gone is Deleted.DELETED
    for id in (short_id, long_id):
        delete(desk.transaction, recording_id=id, storage=bucket, actor="system", why="retention", clock=desk.clock)
    assert list(bucket.list()) == []
