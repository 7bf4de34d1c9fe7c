"""One webhook as the carrier sends it: signed, with its connection overrides, timeouts, retries, redirects, cookies."""

import secrets
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import urllib3

from simulator.signing import sign

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
"""The hard cap on every call-control request, whatever the overrides say."""

REDIRECTS = 10


@dataclass(frozen=True)
class Webhook:
    """A request to the product. `kind` says what it is about: `voice` and `action` steer the call and need TwiML,
    `call-status`, `recording-status`, `conference-status` and other callbacks do not."""

    url: str
    params: tuple[tuple[str, str], ...]
    kind: str
    call_sid: str = ""
    method: str = "POST"
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    cookies: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    number: int = 0
    """The number of its call, counted by the carrier."""
    nth: int = 0
    """How many of its kind were sent for that call before it."""

    @property
    def steers(self) -> bool:
        """Whether its answer decides what happens on the call."""
        return self.kind in ("voice", "action", "fallback")

    def value(self, name: str) -> str | None:
        """One of its parameters."""
        return dict(self.params).get(name)


@dataclass(frozen=True)
class Answer:
    """What came back; `url` is where the last redirect led, which relative addresses in the document refer to."""

    status: int
    content_type: str
    body: bytes
    url: str
    method: str = "POST"


class WebhookFailed(Exception):
    """No usable answer. `code` is the carrier's number: 11200 status or time-out, 11205 no connection, 11210 name,
    11215 too many redirects, 11220 TLS."""

    def __init__(self, code: int, message: str, url: str) -> None:
        self.code = code
        self.plain = message
        self.url = url
        super().__init__(f"{code}: {message} ({url})")


@dataclass(frozen=True)
class Overrides:
    """The `#ct=…&rt=…` part of a webhook address (twilio.com/docs/usage/webhooks/webhooks-connection-overrides)."""

    connect: float = CONNECT_SECONDS
    read: float = ANSWER_SECONDS
    total: float = ANSWER_SECONDS
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})


def overrides(url: str) -> Overrides:
    """Read an address's overrides; one out of its range, or unknown, is ignored as the carrier does."""
    given = dict(parse_qsl(urlsplit(url).fragment))
    policy = frozenset((given.get("rp") or "ct").split(",")) & {"4xx", "5xx", "ct", "rt", "all"}
    return Overrides(
        connect=_within(given.get("ct"), 100, 10000, 5000) / 1000,
        read=_within(given.get("rt"), 100, 15000, 15000) / 1000,
        total=_within(given.get("tt"), 100, 15000, 15000) / 1000,
        retries=_within(given.get("rc"), 0, 5, 1),
        policy=policy or frozenset({"ct"}),
    )


class Obstacle(StrEnum):
    """What one attempt may meet on its way."""

    UNREACHABLE = "no connection could be made"
    CUT_REQUEST = "the connection broke in the middle of the request"
    THROTTLED = "the answer was HTTP 429"
    GATEWAY = "the answer was HTTP 502"
    LATE_GATEWAY = "the answer was HTTP 502, after the request had arrived"
    TIMED_OUT = "no answer in time"
    CUT_ANSWER = "the connection broke in the middle of the answer"


Road = Callable[[Webhook, int], Obstacle | None]
"""What an attempt (0 is the first) at a webhook meets."""


class Poster:
    """Sends webhooks over HTTP, signed with the account's token. Safe to share between threads.

    `road` puts obstacles in the way of attempts; the retry rules apply to them as to any other failure.
    """

    def __init__(self, token: str, *, road: Road | None = None) -> None:
        self._token = token
        self._road = road or (lambda webhook, attempt: None)
        self._pool = urllib3.PoolManager(num_pools=20, maxsize=20, retries=False)

    def post(self, webhook: Webhook) -> Answer:
        """Send it, again where its overrides ask for that; raises WebhookFailed when no 2xx answer came."""
        wanted = overrides(webhook.url)
        deadline = time.monotonic() + wanted.total
        for attempt in range(wanted.retries + 1):
            try:
                now = replace(wanted, total=max(0.001, deadline - time.monotonic()))
                return self._attempt(webhook, now, self._road(webhook, attempt))
            except _AttemptError as failed:
                deadline -= failed.seconds
                # An answer that arrived in part is never asked for again, whatever the overrides say.
                again = failed.reason in wanted.policy or ("all" in wanted.policy and failed.reason != "partial")
                if attempt == wanted.retries or not again or time.monotonic() >= deadline:
                    raise WebhookFailed(failed.code, failed.plain, webhook.url) from failed
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Give the connections back."""
        self._pool.clear()

    def _attempt(self, webhook: Webhook, wanted: Overrides, obstacle: Obstacle | None) -> Answer:
        match obstacle:
            case Obstacle.UNREACHABLE:
                raise _AttemptError(11205, "ct", obstacle.value)
            case Obstacle.CUT_REQUEST:
                self._send_half(webhook, wanted)
                raise _AttemptError(11200, "rt", obstacle.value)
            case Obstacle.THROTTLED:
                raise _AttemptError(11200, "4xx", obstacle.value)
            case Obstacle.GATEWAY:
                raise _AttemptError(11200, "5xx", obstacle.value)
        answer = self._follow(webhook, wanted)
        match obstacle:
            case Obstacle.LATE_GATEWAY:
                raise _AttemptError(11200, "5xx", obstacle.value)
            case Obstacle.TIMED_OUT:
                raise _AttemptError(11200, "rt", obstacle.value, seconds=wanted.read)
            case Obstacle.CUT_ANSWER:
                raise _AttemptError(11200, "partial", obstacle.value)
        return answer

    def _send_half(self, webhook: Webhook, wanted: Overrides) -> None:
        """Promise the whole body, send half of it, and go. Whoever listens may never know what it was about."""
        url = webhook.url.partition("#")[0]
        parts = urlsplit(url)
        body = urlencode(webhook.params).encode()
        headers = {**self._headers(webhook, url, webhook.params), "Host": parts.netloc, "Content-Length": len(body)}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            with socket.create_connection((parts.hostname or "", port), wanted.connect) as connection:
                connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body[: len(body) // 2])
        except OSError as error:
            raise _AttemptError(11205, "ct", f"no connection could be made: {error}") from error

    def _follow(self, webhook: Webhook, wanted: Overrides) -> Answer:
        url, method, params = webhook.url.partition("#")[0], webhook.method, webhook.params
        if method == "GET" and params:
            url = url + ("&" if urlsplit(url).query else "?") + urlencode(params)
        for _ in range(REDIRECTS + 1):
            response = self._send(webhook, url, method, params, wanted)
            target = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or not target:
                return _answer(response, url, method)
            url = urljoin(url, target)
            if response.status not in (307, 308):
                method, params = "GET", ()
        raise _AttemptError(11215, "4xx", f"more than {REDIRECTS} redirects")

    def _send(
        self, webhook: Webhook, url: str, method: str, params: Iterable[tuple[str, str]], wanted: Overrides
    ) -> urllib3.BaseHTTPResponse:
        fields = tuple(params) if method == "POST" else ()
        headers = self._headers(webhook, url, fields)
        timeout = urllib3.Timeout(connect=wanted.connect, read=wanted.read, total=wanted.total)
        body = urlencode(fields) if method == "POST" else None
        try:
            response = self._pool.request(
                method, _without_user(url), body=body, headers=headers, timeout=timeout, redirect=False
            )
        except urllib3.exceptions.SSLError as error:
            raise _AttemptError(11220, "ct", f"the TLS handshake failed: {error}") from error
        except urllib3.exceptions.NameResolutionError as error:
            raise _AttemptError(11210, "ct", "the host name is not known") from error
        except (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError) as error:
            raise _AttemptError(11205, "ct", "no connection could be made") from error
        except urllib3.exceptions.ReadTimeoutError as error:
            raise _AttemptError(11200, "rt", "no answer in time") from error
        except urllib3.exceptions.HTTPError as error:
            raise _AttemptError(11200, "rt", f"the connection broke: {error}") from error
        _keep_cookies(webhook.cookies, response.headers.getlist("Set-Cookie"))
        return response

    def _headers(self, webhook: Webhook, url: str, fields: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
        headers = {
            "X-Twilio-Signature": sign(url, fields, self._token),
            "I-Twilio-Idempotency-Token": webhook.token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if webhook.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in webhook.cookies.items())
        user = urlsplit(url).netloc.rpartition("@")[0]
        return headers | urllib3.make_headers(basic_auth=user) if user else headers


class _AttemptError(Exception):
    """One attempt that brought no 2xx answer; `reason` is the override word that would allow another, or `partial`.

    `seconds` are to be taken as gone by, though nobody really waited.
    """

    def __init__(self, code: int, reason: str, message: str, *, seconds: float = 0.0) -> None:
        self.code = code
        self.reason = reason
        self.plain = message
        self.seconds = seconds
        super().__init__(message)


def _answer(response: urllib3.BaseHTTPResponse, url: str, method: str) -> Answer:
    if not 200 <= response.status < 300:
        raise _AttemptError(11200, f"{response.status // 100}xx", f"the answer was HTTP {response.status}")
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(response.status, content_type, response.data, url, method)


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _keep_cookies(jar: dict[str, str], headers: Iterable[str]) -> None:
    for header in headers:
        try:
            jar.update({name: morsel.value for name, morsel in SimpleCookie(header).items()})
        except CookieError:
            continue


def _within(text: str | None, least: int, most: int, default: int) -> int:
    if text is None or not text.isdigit() or not least <= int(text) <= most:
        return default
    return int(text)
