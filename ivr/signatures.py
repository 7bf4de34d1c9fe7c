"""Who is really calling us: the carrier's request signature (docs: Twilio, "Validating requests").

The signature covers the public URL exactly as configured and the form's parameters. The body is parsed once, here,
because the same pairs are signed and used. twilio-python's RequestValidator is the oracle in the tests; where it is
laxer than safe (a JSON body with an empty form passes unread there), we are stricter.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from health.models import Why
from ivr import urlencoded

MAX_BODY = 64 * 1024
MAX_FIELDS = 400
FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """The request is not answered. `status` is the HTTP status; the text is for our log, never for the sender."""

    def __init__(self, status: int, why: Why, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True)
class Signed:
    """A request the carrier has signed: its parameters in the order sent; `pairs` keeps repeated names."""

    pairs: tuple[tuple[str, str], ...]

    def form(self) -> dict[str, str]:
        """One value per name; the first wins where a name repeats."""
        return dict(reversed(self.pairs))


def verify(
    *, base: str, path: str, query: str, body: bytes, content_type: str, signature: str | None, tokens: Sequence[str]
) -> Signed:
    """Check a POST and return its parameters.

    base: the configured public address, scheme and host, no path; path and query: raw, as received. tokens: every
    token in force, one while nothing is being rotated. Raises `Refused`: 413 oversize, 415 another type than a form
    or JSON, 400 malformed, 403 not signed by any token. Nothing is believed before the signature holds, but size and
    type are refused first, since neither needs a secret.
    """
    if len(body) > MAX_BODY:
        raise Refused(413, Why.TOO_LARGE, "body over 64 kB")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        _verify_json(base, path, query, body, signature, tokens)
        return Signed(())
    if kind != FORM and (kind or body):
        raise Refused(415, Why.NO_FORM, f"content type {kind[:80]!r}")
    pairs = _parse(body)
    text = "".join(name + value for name, value in sorted(set(pairs)))
    _check(candidate_urls(base, path, query), text, signature, tokens)
    return Signed(tuple(pairs))


def signed_for(
    hosts: Iterable[str],
    *,
    path: str,
    query: str,
    body: bytes,
    content_type: str,
    signature: str | None,
    tokens: Sequence[str],
) -> str:
    """The address, scheme and host, for which one of our tokens signed a request that was refused; "" for none.

    hosts: those under which it may have been sent. It stays refused: this only tells which address the carrier has.
    """
    for base in (f"{scheme}://{host}" for host in hosts for scheme in ("https", "http")):
        try:
            verify(
                base=base,
                path=path,
                query=query,
                body=body,
                content_type=content_type,
                signature=signature,
                tokens=tokens,
            )
        except Refused:
            continue
        return base
    return ""


def sign(url: str, pairs: Iterable[tuple[str, str]], token: str) -> str:
    """The signature the carrier would send for this URL and form."""
    return _digest(url + "".join(name + value for name, value in sorted(set(pairs))), token)


def candidate_urls(base: str, path: str, query: str) -> list[str]:
    """The forms of our address the carrier may have signed.

    Userinfo is never signed. Over https the port is dropped, over http it is kept; other carriers keep it, and
    some write the scheme's own port out, so both forms are accepted: each names this same host.
    """
    parts = urlsplit(base)
    host = parts.netloc.rpartition("@")[2]
    tail = path + (f"?{query}" if query else "")
    bare = re.sub(r":\d+$", "", host)
    if bare == host:
        own = ":443" if parts.scheme == "https" else ":80"
        return [f"{parts.scheme}://{host}{tail}", f"{parts.scheme}://{host}{own}{tail}"]
    return [f"{parts.scheme}://{host}{tail}", f"{parts.scheme}://{bare}{tail}"]


def _verify_json(base: str, path: str, query: str, body: bytes, signature: str | None, tokens: Sequence[str]) -> None:
    """A JSON body is not in the signature itself: its SHA-256 rides in the signed query, and must be there."""
    digests = [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "bodySHA256"]
    if len(digests) != 1:
        raise Refused(403, Why.WRONG_DIGEST, "a JSON body without exactly one bodySHA256")
    if not hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), digests[0].lower().encode()):
        raise Refused(403, Why.WRONG_DIGEST, "bodySHA256 does not match the body")
    _check(candidate_urls(base, path, query), "", signature, tokens)


def _parse(body: bytes) -> list[tuple[str, str]]:
    try:
        return urlencoded.read(body.decode("utf-8"), most=MAX_FIELDS)
    except ValueError as problem:
        raise Refused(400, Why.NO_FORM, f"malformed form: {problem}") from None


def _check(urls: list[str], text: str, signature: str | None, tokens: Sequence[str]) -> None:
    if not signature:
        raise Refused(403, Why.UNSIGNED, "no signature")
    given = signature.encode("latin-1", "replace")
    # Which of our own addresses was signed is no secret: the first that matches will do.
    if not any(hmac.compare_digest(_digest(url + text, token).encode(), given) for token in tokens for url in urls):
        raise Refused(403, Why.WRONG_SIGNATURE, "wrong signature")


def _digest(text: str, token: str) -> str:
    # surrogates cannot occur: the body was decoded strictly and the URL is what the server handed on
    return b64encode(hmac.digest(token.encode(), text.encode("utf-8", "surrogateescape"), "sha1")).decode()
