"""Short-lived signed tickets by which a page opens the live stream: who may hear of which brand, until when.

Made by the console, checked by the stream's process, which asks no database for it.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

LASTS = timedelta(seconds=60)
"""Long enough to open the stream with; a new one is asked for at each reconnect."""
_PURPOSE = b"stream:"


class TicketRefused(Exception):
    """The ticket was not made here, or is too old."""


@dataclass(frozen=True)
class StreamTicket:
    """What a ticket says. until: seconds since 1970; nonce: no two are alike, as each opens one stream."""

    account_id: int
    brand_id: int
    role: str
    until: int
    nonce: str


def make(*, account_id: int, brand_id: int, role: str, keys: tuple[str, ...], now: datetime) -> str:
    """A ticket, safe in a URL."""
    ticket = StreamTicket(account_id, brand_id, role, int((now + LASTS).timestamp()), secrets.token_urlsafe(6))
    body = _encoded(json.dumps(asdict(ticket), separators=(",", ":")).encode())
    return f"{body}.{_seal(body, keys[0])}"


def read(text: str, *, keys: tuple[str, ...], now: datetime) -> StreamTicket:
    """What a ticket says, under any of the keys. Raises `TicketRefused`."""
    body, _, seal = text.partition(".")
    if len(text) > 500 or not any(hmac.compare_digest(seal.encode(), _seal(body, key).encode()) for key in keys):
        raise TicketRefused("not made here")
    ticket = StreamTicket(**json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    if ticket.until < now.timestamp():
        raise TicketRefused("too old")
    return ticket


def _seal(body: str, key: str) -> str:
    return _encoded(hmac.digest(key.encode(), _PURPOSE + body.encode("utf-8", "surrogatepass"), hashlib.sha256))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
