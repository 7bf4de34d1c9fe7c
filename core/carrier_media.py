"""The audio of a recording, streamed from the carrier.

The address is made here from the recording's id, never taken from a request: who could name an address could
have our credentials sent to it. A redirect is followed without credentials, and only to a few hosts.
"""

import re
from collections.abc import Iterator
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase

from core.carrier_errors import CarrierRefused, MediaNotReady
from core.carrier_http import CONNECT_SECONDS, CarrierHttp, is_loopback, raise_if_passing, unavailable

MEDIA_HOSTS = ("*.twilio.com", "*.twiliocdn.com", "s3-external-1.amazonaws.com")
"""Where the carrier keeps media; the host of TWILIO_API_URL itself is allowed too."""

_PLAIN_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")

CHUNK = 256 * 1024
_READ_SECONDS = 30.0
_MOST_REDIRECTS = 3


class MediaStream:
    """Audio on its way: iterate over its chunks (CarrierUnavailable when it breaks off), then close it."""

    def __init__(self, answer: requests.Response, *, channels: int) -> None:
        self._answer = answer
        self.channels = channels
        """How many channels were asked for when the carrier agreed; the file itself tells how many there are."""

    @property
    def content_type(self) -> str:
        """Media type without parameters, in lower case; "" when none was given."""
        return self._answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int | None:
        """Bytes to come, where the carrier said so."""
        text = self._answer.headers.get("Content-Length", "")
        packed = self._answer.headers.get("Content-Encoding", "identity").lower() != "identity"
        return int(text) if text.isascii() and text.isdigit() and not packed else None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.iter_content(CHUNK)
        except requests.RequestException as error:
            raise unavailable(error) from error

    def close(self) -> None:
        self._answer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_media(
    http: CarrierHttp,
    *,
    path: str,
    auth: tuple[str, str],
    channels: int,
    hosts: tuple[str, ...] = MEDIA_HOSTS,
) -> MediaStream:
    """Open the WAV at `path` below the REST base, with `channels` channels, or one where two are not to be had.

    Raises MediaNotReady (404), CarrierUnavailable or CarrierRefused.
    """
    answer = _asked(http, path, auth, channels, hosts)
    if answer.status_code == 400 and channels > 1:
        answer.close()
        channels = 1
        answer = _asked(http, path, auth, channels, hosts)
    try:
        _raise_unless_there(answer)
    except BaseException:
        answer.close()
        raise
    return MediaStream(answer, channels=channels)


class _Nobody(AuthBase):
    """No credentials, not even those of the user's netrc file, which requests would otherwise add."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _asked(
    http: CarrierHttp, path: str, auth: tuple[str, str], channels: int, hosts: tuple[str, ...]
) -> requests.Response:
    url = f"{http.api_url}{path}?RequestedChannels={channels}"
    answer = _get(http, url, auth)
    for _ in range(_MOST_REDIRECTS):
        if not answer.is_redirect:
            return answer
        answer.close()
        url = urljoin(url, answer.headers["Location"])
        if not _allowed(http, url, hosts):
            raise CarrierRefused("media redirected to a host that is not allowed", status=answer.status_code)
        answer = _get(http, url, _Nobody())
    answer.close()
    raise CarrierRefused("media redirected too often", status=answer.status_code)


def _get(http: CarrierHttp, url: str, auth: tuple[str, str] | AuthBase) -> requests.Response:
    try:
        return http.session.get(
            url,
            auth=auth,
            headers={"Accept": "audio/*", "Accept-Encoding": "identity"},
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, _READ_SECONDS),
        )
    except requests.RequestException as error:
        raise unavailable(error) from error


def _allowed(http: CarrierHttp, url: str, hosts: tuple[str, ...]) -> bool:
    if not url.isprintable():  # urlsplit drops what another parser may keep
        return False
    try:
        to, base = urlsplit(url), urlsplit(http.api_url)
        port = to.port
    except ValueError:
        return False
    host = to.hostname or ""
    if to.username is not None or not (_PLAIN_HOST.fullmatch(host) or host == "::1"):
        return False  # "evil.example\\.twilio.com" is two hosts to two parsers
    if http.loopback and to.scheme in ("http", "https") and is_loopback(host):
        return True  # the demo's own carrier
    if to.scheme != "https" or port not in (None, 443, base.port):
        return False
    return host == base.hostname or any(_matches(host, allowed) for allowed in hosts)


def _matches(host: str, allowed: str) -> bool:
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed


def _raise_unless_there(answer: requests.Response) -> None:
    raise_if_passing(answer)
    if answer.status_code in (202, 404):
        raise MediaNotReady(f"the carrier has no audio: status {answer.status_code}")
    if answer.status_code != 200:
        raise CarrierRefused("media refused", status=answer.status_code)
