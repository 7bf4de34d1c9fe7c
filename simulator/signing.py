"""X-Twilio-Signature: how the carrier signs its webhooks (twilio.com/docs/usage/security)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit


def sign(url: str, params: Iterable[tuple[str, str]], token: str) -> str:
    """The signature header for a request to `url` with these form fields (none for a GET), made with `token`.

    The carrier signs the address as it was configured, but for the parts named in `signed_url`. A field given
    several times counts once for each different value, in order of value, as the carrier's own libraries do.
    """
    text = signed_url(url) + "".join(name + value for name, value in sorted(set(params)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed_url(url: str) -> str:
    """The form of an address that is signed: no fragment, no user and password, and over HTTPS no port.

    Over plain HTTP the port stays: voice webhooks differ in this from the carrier's other products.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https":
        host = _without_port(host)
    signed = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    # urlunsplit loses an empty query's question mark, which the carrier signs as it was configured.
    bare = url.partition("#")[0]
    return signed + "?" if bare.endswith("?") and not parts.query else signed


def sign_time(call_sid: str, at: str, token: str) -> str:
    """The signature of a demo call's pretended time: hex HMAC-SHA256 over `call_sid|at` (both as posted)."""
    return hmac.new(token.encode(), f"{call_sid}|{at}".encode(), hashlib.sha256).hexdigest()


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
