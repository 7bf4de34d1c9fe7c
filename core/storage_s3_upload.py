"""One object on its way into a bucket: whole, or in parts of bounded size."""

import base64
import contextlib
import hashlib
from typing import TYPE_CHECKING, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from core.storage import NotAsAnnounced
from core.storage_s3_errors import status

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

PART = 5 * 1024 * 1024
"""Bytes of one part: the least S3 allows, so an upload needs little memory (10,000 parts are 50 GB)."""


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
        parts: list[CompletedPartTypeDef] = []
        digest, sent = hashlib.sha256(), 0
        while body := file.read(PART):
            digest.update(body)
            sent += len(body)
            number = len(parts) + 1
            etag = self._client.upload_part(
                Bucket=self._bucket, Key=self._key, UploadId=upload_id, PartNumber=number, Body=body
            )["ETag"]
            parts.append({"PartNumber": number, "ETag": etag})
        self._compare(sent, size, digest.hexdigest())
        return parts

    def _compare(self, sent: int, size: int, sha256: str) -> None:
        if sent != size or sha256 != self._sha256:
            raise NotAsAnnounced(f"{self._key}: the bytes are not those announced")
