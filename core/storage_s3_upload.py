"""One object on its way into a bucket: whole, or in parts of bounded size.

Parts of a file on disk are windows onto it, sent several at a time and never held in memory; of any other source one
part is read at a time.
"""

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from core.storage import NotAsAnnounced
from core.storage_s3_errors import status
from core.storage_s3_window import Window, on_disk

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

PART = 5 * 1024 * 1024
"""Bytes of one part that is held in memory: the least S3 allows (10,000 parts are 50 GB)."""
WINDOW = 16 * 1024 * 1024
"""Bytes of one part that is a window onto a file."""
AT_ONCE = 4
"""Windows sent at a time: a store works longer on a part than we do."""
_LAST_SECONDS = 5.0
"""How long parts on their way are waited for when another one failed, so that none arrives after all was undone."""
_READ = 256 * 1024


class Upload:
    """What stays the same through an upload. Raises boto's errors, and NotAsAnnounced before anything is kept.

    The SHA-256 (hex) goes along as metadata, so that a HEAD tells it on every store.
    """

    def __init__(self, client: "S3Client", bucket: str, key: str, *, content_type: str, sha256: str) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        self._content_type, self._sha256 = content_type, sha256

    def send(self, file: BinaryIO, size: int) -> None:
        """Send `size` bytes of `file`."""
        if size <= PART:
            self._send_whole(file, size)
        else:
            self._send_in_parts(file, size)

    def _send_whole(self, file: BinaryIO, size: int) -> None:
        body = file.read(size + 1)
        digest = hashlib.sha256(body)
        self._compare(len(body), size, digest.hexdigest())
        try:
            self._put(body, {"ChecksumSHA256": base64.b64encode(digest.digest()).decode()})
        except ClientError as error:
            if status(error) != 501:  # some stores know no checksums; the signature still covers the body
                raise
            self._put(body, {})

    def _put(self, body: bytes, checksum: dict[str, str]) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=self._key,
            Body=body,
            ContentType=self._content_type,
            Metadata={"sha256": self._sha256},
            **checksum,  # type: ignore[arg-type]
        )

    def _send_in_parts(self, file: BinaryIO, size: int) -> None:
        upload_id = self._client.create_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            ContentType=self._content_type,
            Metadata={"sha256": self._sha256},
        )["UploadId"]
        try:
            parts = self._send_parts(file, size, upload_id)
            self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=upload_id, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            with contextlib.suppress(ClientError, BotoCoreError):
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=upload_id)
            raise

    def _send_parts(self, file: BinaryIO, size: int, upload_id: str) -> "list[CompletedPartTypeDef]":
        parts: list[Future[CompletedPartTypeDef]] = []
        digest = _Digest()
        at_once = 1 if on_disk(file) is None else AT_ONCE
        pool = ThreadPoolExecutor(at_once, thread_name_prefix="upload")
        waiting: set[Future[CompletedPartTypeDef]] = set()
        try:
            for body in _bodies(file, digest):
                while len(waiting) == at_once:
                    ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for part in ended:
                        part.result()
                parts.append(pool.submit(self._send_part, upload_id, len(parts) + 1, body))
                waiting.add(parts[-1])
            sent = [part.result() for part in parts]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            wait(waiting, timeout=_LAST_SECONDS)
        self._compare(digest.size, size, digest.hexdigest())
        return sent

    def _send_part(self, upload_id: str, number: int, body: bytes | Window) -> "CompletedPartTypeDef":
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=upload_id,
            PartNumber=number,
            Body=body,  # type: ignore[arg-type]
        )
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _compare(self, sent: int, size: int, sha256: str) -> None:
        if sent != size or sha256 != self._sha256:
            raise NotAsAnnounced(f"{self._key}: the bytes are not those announced")


class _Digest:
    """SHA-256 and number of the bytes that were read."""

    def __init__(self) -> None:
        self._digest, self.size = hashlib.sha256(), 0

    def update(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _bodies(file: BinaryIO, digest: _Digest) -> Iterator[bytes | Window]:
    """The parts of a file in turn; each is counted into the digest before it is handed on."""
    descriptor = on_disk(file)
    if descriptor is None:
        while body := file.read(PART):
            digest.update(body)
            yield body
        return
    start = file.tell()
    while length := _read(file, digest):
        yield Window(descriptor, start, length)
        start += length


def _read(file: BinaryIO, digest: _Digest) -> int:
    """Read on by a window's length, or to the end; how many bytes that was."""
    length = 0
    while length < WINDOW and (data := file.read(min(_READ, WINDOW - length))):
        digest.update(data)
        length += len(data)
    return length
