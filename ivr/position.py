"""What rides in the signed URL: where the call stands, and a sealed pocket with what it has learned.

The carrier signs the URL, so the position itself needs no seal; the pocket is encrypted because URLs end up in logs,
and bound to the call so that it opens for no other. Encryption is deterministic (AES-SIV, RFC 5297): a repeated
webhook must get the same answer, byte for byte.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from callflows import position as plain
from callflows.flow import Position
from ivr import urlencoded

MAX_POCKET = 1024
"""Bytes of a sealed pocket in a URL."""
MOST_PARTS = 40


class PocketSpoiled(ValueError):
    """The pocket cannot be opened: another call's, an unknown key, or damage on the way."""


class PocketTooLarge(ValueError):
    """What this call has learned no longer fits the URL."""


class Seal:
    """Seals and opens pockets under the installation's secret keys; the first key seals, every key opens."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._ciphers = [AESSIV(_derive(key)) for key in secret_keys]

    def close(self, pocket: Mapping[str, str], *, call: str) -> str:
        """The pocket as URL-safe text, "" when there is nothing in it. Raises `PocketTooLarge`."""
        if not pocket:
            return ""
        text = json.dumps(dict(sorted(pocket.items())), separators=(",", ":"), ensure_ascii=False).encode()
        sealed = urlsafe_b64encode(self._ciphers[0].encrypt(text, [call.encode()])).rstrip(b"=")
        if len(sealed) > MAX_POCKET:
            raise PocketTooLarge(f"{len(sealed)} bytes")
        return sealed.decode()

    def open(self, text: str, *, call: str) -> dict[str, str]:
        """What `close` put in. Raises `PocketSpoiled`."""
        if not text:
            return {}
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            raise PocketSpoiled("not base64") from None
        for cipher in self._ciphers:
            try:
                opened = json.loads(cipher.decrypt(sealed, [call.encode()]))
            except (InvalidTag, ValueError):
                continue
            return {str(name): str(value) for name, value in opened.items()}
        raise PocketSpoiled("no key opens it")


def to_query(position: Position, *, turn: int, call: str, seal: Seal) -> str:
    """The query string of the URL that leads to `turn` from `position`."""
    query = urlencoded.write((("t", str(turn)), *plain.to_plain(position).items()))
    pocket = seal.close(position.pocket, call=call)
    return f"{query}&k={pocket}" if pocket else query


def from_query(query: str, *, call: str, seal: Seal) -> tuple[int, Position]:
    """The turn's number and the position it starts from.

    Raises ValueError for a query that is not one of ours (`PocketSpoiled` among them): the URL is signed, so that
    is our own fault or a key that was thrown away too early, and the caller must still be answered.
    """
    parts = dict(urlencoded.read(query, most=MOST_PARTS))
    turn = int(parts["t"]) if re.fullmatch(r"[0-9]{1,4}", parts.get("t", "")) else 0
    if turn < 1:
        raise ValueError("no turn number")
    return turn, plain.from_plain(parts, seal.open(parts.get("k", ""), call=call))


def to_stored(position: Position) -> dict[str, Any]:
    """The position as JSON values, for the turn's row."""
    return {**plain.to_plain(position), "pocket": dict(position.pocket)}


def from_stored(stored: Mapping[str, Any]) -> Position:
    """The position of a stored turn."""
    return plain.from_plain(stored, stored["pocket"])


def _derive(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=64, salt=None, info=b"ringback pocket 1").derive(secret_key.encode())
