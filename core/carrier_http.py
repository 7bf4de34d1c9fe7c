"""The one way over which requests reach the carrier: its base address, time limits, and errors made ours."""

import email.utils
import ipaddress
import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from core.carrier_errors import CarrierRefused, CarrierUnavailable

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0

_LIBRARY_BASE = "https://api.twilio.com"  # what the carrier's library puts in front of every path
_LONGEST_RETRY_AFTER = 3600.0


class CarrierHttp:
    """The transport of the carrier's own library (it takes any object with `request`), and of media.

    The library's address is replaced by `api_url`; anything else it might ask for is refused, so credentials go
    nowhere else. It writes no log: paths and forms hold numbers.
    """

    is_async = False

    def __init__(self, api_url: str) -> None:
        self.api_url = api_url.rstrip("/")
        self.loopback = is_loopback(urlsplit(self.api_url).hostname)
        self._session: requests.Session | None = None
        self._process = 0

    @property
    def session(self) -> requests.Session:
        """One session for a process: a forked child must not share its parent's connections."""
        if self._session is None or self._process != os.getpid():
            self._session, self._process = requests.Session(), os.getpid()
            self._session.mount("https://", HTTPAdapter(pool_maxsize=16))
            self._session.mount("http://", HTTPAdapter(pool_maxsize=16))
            self._session.trust_env = not self.loopback  # a proxy of the environment cannot reach our loopback
        return self._session

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Any:
        """One REST request, as the library calls it. Raises CarrierUnavailable for what is worth another try."""
        from twilio.http.response import Response  # type: ignore[import-untyped]

        if not uri.startswith(f"{_LIBRARY_BASE}/"):
            raise CarrierRefused("only the carrier's REST interface is asked")
        try:
            answer = self.session.request(
                method,
                self.api_url + uri.removeprefix(_LIBRARY_BASE),
                params=params,  # type: ignore[arg-type]
                data=data,
                headers=headers,
                auth=auth,
                timeout=(CONNECT_SECONDS, timeout or READ_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise unavailable(error) from error
        raise_if_passing(answer)
        if 300 <= answer.status_code < 400:
            raise CarrierRefused("the REST interface redirects elsewhere", status=answer.status_code)
        return Response(answer.status_code, answer.text, answer.headers)


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address means this machine."""
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def unavailable(error: requests.RequestException) -> CarrierUnavailable:
    """The error for a request that got no whole answer."""
    return CarrierUnavailable(
        f"the carrier could not be reached: {type(error).__name__}", maybe_done=not _never_sent(error)
    )


def raise_if_passing(answer: requests.Response) -> None:
    """Raise CarrierUnavailable for 429 (not processed, says the carrier's page on 20429) and 5xx."""
    if answer.status_code == 429 or answer.status_code >= 500:
        raise CarrierUnavailable(
            f"the carrier answered {answer.status_code}",
            retry_after=_retry_after(answer.headers.get("Retry-After")),
            maybe_done=answer.status_code != 429,
        )


def _never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return True
    if isinstance(error, requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _retry_after(text: str | None) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110 §10.2.3); None when there is no sense in it."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER) if seconds == seconds else None
