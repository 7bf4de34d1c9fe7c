"""An S3-compatible bucket as a store: AWS, Ceph, Swift and others.

Stores differ in what they check, keep and answer (a checksum refused with 501, nothing handed back, 200 to a
Range), so the checking is done on this side: bytes are hashed as they are read, the signature covers each body
(``x-amz-content-sha256``), and a HEAD compares the size before anything is called stored. An object of up to
one part goes in one request, a longer one in parts (core/storage_s3_upload.py), so memory stays at a few parts.
A killed process can leave parts of an upload behind: let a lifecycle rule of the bucket clear them.
"""

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from botocore.exceptions import ClientError

from core.storage import (
    BeyondEnd,
    Listed,
    NotAsAnnounced,
    NotStored,
    Reading,
    StorageRefused,
    StorageUnavailable,
    Stored,
    checked_key,
    checked_prefix,
)
from core.storage_s3_errors import code, status, told
from core.storage_s3_reading import S3Reading
from core.storage_s3_upload import Upload

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

_CONNECT_SECONDS = 4
_READ_SECONDS = 30
_TRIES = 3


@dataclass(frozen=True)
class Bucket:
    """Which bucket, where, as whom. Without an endpoint: AWS; without keys: boto's own search for them."""

    name: str
    endpoint_url: str | None = None
    region: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)


class S3Storage:
    """Objects in one bucket. See core.storage.Storage."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def put(self, key: str, file: BinaryIO, *, size: int, sha256: str, content_type: str) -> Stored:
        checked_key(key)
        with told(key):
            Upload(self._client, self._bucket.name, key, content_type=content_type, sha256=sha256.lower()).send(
                file, size
            )
        kept = self.stat(key)
        if kept is None or kept.size != size:
            raise NotAsAnnounced(f"{key}: sent {size} bytes, the store has {kept.size if kept else 'none'}")
        return kept

    def open(self, key: str, start: int = 0, length: int | None = None) -> Reading:
        checked_key(key)
        if start < 0 or (length is not None and length <= 0):  # no Range header can say "nothing"
            return self._nothing(key, start)
        end = "" if length is None else str(start + length - 1)
        ranged = start > 0 or length is not None
        asked = {"Range": f"bytes={start}-{end}"} if ranged else {}
        with told(key):
            try:
                answer = self._client.get_object(Bucket=self._bucket.name, Key=key, **asked)  # type: ignore[arg-type]
            except ClientError as error:
                if code(error) == "InvalidRange" or status(error) == 416:
                    return self._nothing(key, start)
                raise
        return _reading(answer, key, start, length)

    def stat(self, key: str) -> Stored | None:
        checked_key(key)
        try:
            with told(key):
                found = self._client.head_object(Bucket=self._bucket.name, Key=key)
        except NotStored:
            return None
        if "ContentLength" not in found:
            raise StorageUnavailable(f"{key}: the store does not say how long it is")
        kept = {name.lower(): value for name, value in found.get("Metadata", {}).items()}
        return Stored(found["ContentLength"], (found.get("ETag") or "").strip('"') or None, kept.get("sha256"))

    def delete(self, key: str) -> None:
        checked_key(key)
        with contextlib.suppress(NotStored), told(key):
            self._client.delete_object(Bucket=self._bucket.name, Key=key)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        checked_prefix(prefix)
        return self._listed(prefix)

    def check(self) -> None:
        try:
            with told(f"bucket {self._bucket.name}"):
                self._client.head_bucket(Bucket=self._bucket.name)
        except NotStored as error:
            raise StorageRefused(f"there is no bucket {self._bucket.name}") from error

    @property
    def _client(self) -> "S3Client":
        with told(f"bucket {self._bucket.name}"):
            return _client(self._bucket, os.getpid())

    def _nothing(self, key: str, start: int) -> Reading:
        """No bytes of an object that is there and long enough; else the error that says so."""
        found = self.stat(key)
        if found is None:
            raise NotStored(f"{key} is not stored")
        if start < 0 or (start and start >= found.size):
            raise BeyondEnd(key, found.size)
        return S3Reading(io.BytesIO(), key, skip=0, left=0)

    def _listed(self, prefix: str) -> Iterator[Listed]:
        with told(f"bucket {self._bucket.name}"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket.name, Prefix=prefix):
                for item in page.get("Contents", []):
                    yield Listed(item["Key"], item["Size"])


def _reading(answer: "GetObjectOutputTypeDef", key: str, start: int, length: int | None) -> Reading:
    """The range asked for, of an answer that holds it (206) or the whole object (200: the range was ignored)."""
    partial = answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    skip = 0 if partial else start
    size = answer.get("ContentLength")
    if size is None:  # sent in chunks of its own: it ends where it ends
        return S3Reading(answer["Body"], key, skip=skip, left=length)
    if skip and skip >= size:
        answer["Body"].close()
        raise BeyondEnd(key, size)
    here = size - skip
    return S3Reading(answer["Body"], key, skip=skip, left=here if length is None else min(length, here))


@lru_cache(maxsize=4)
def _client(bucket: Bucket, process: int) -> "S3Client":
    """One client for a bucket and process: threads share it; a forked child must not share its connections."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        signature_version="s3v4",
        # boto's own extra checksums go in a trailer which many compatible stores cannot read.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={
            "addressing_style": "path" if bucket.endpoint_url else "auto",
            "payload_signing_enabled": True,
        },
    )
    # A session of its own: making clients from boto3's default session is not safe in several threads.
    return boto3.session.Session().client(
        "s3",
        endpoint_url=bucket.endpoint_url,
        region_name=bucket.region or "us-east-1",
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        config=config,
    )
