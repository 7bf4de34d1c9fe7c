"""What an S3-compatible server or the way to it says went wrong, in the store's own words."""

import contextlib
from collections.abc import Iterator

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
    SSLError,
)
from urllib3.exceptions import HTTPError

from core.storage import NotAsAnnounced, NotStored, StorageError, StorageRefused, StorageUnavailable

_ABSENT = {"NoSuchKey", "NotFound", "404"}
_ALTERED = {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"}
# Codes that come with a 4xx status and yet pass by themselves.
_PASSING = {
    "OperationAborted",
    "QuotaExceeded",
    "RequestTimeout",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "XMinioStorageFull",
}
_PASSING_STATUSES = {408, 409, 425, 429}


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Turn boto's errors into StorageUnavailable, StorageRefused, NotAsAnnounced or NotStored."""
    try:
        yield
    except ClientError as error:
        raise _kind(error)(f"{what}: {code(error) or status(error)}") from error
    except SSLError as error:  # a certificate nobody trusts stays so
        raise StorageRefused(f"{what}: {type(error).__name__}") from error
    except (ConnectionError, HTTPClientError, IncompleteReadError, HTTPError, OSError) as error:
        raise StorageUnavailable(f"{what}: {type(error).__name__}") from error
    except RecursionError as error:  # boto follows a server that redirects everything until the stack ends
        raise StorageRefused(f"{what}: redirected without end") from error
    except BotoCoreError as error:  # credentials, region, names: found wrong before anything was sent
        raise StorageRefused(f"{what}: {type(error).__name__}") from error


def code(error: ClientError) -> str:
    """The server's own code, such as ``NoSuchBucket``; "" when it gave none. HEAD gives the status alone."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status(error: ClientError) -> int:
    """The HTTP status; 0 when there was none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _kind(error: ClientError) -> type[StorageError]:
    if code(error) in _ABSENT:
        return NotStored
    if code(error) in _ALTERED:
        return NotAsAnnounced
    if code(error) in _PASSING or status(error) in _PASSING_STATUSES:
        return StorageUnavailable
    return StorageRefused if 300 <= status(error) < 500 else StorageUnavailable
