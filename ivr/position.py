"""What rides in the signed URL: where the call stands, and a sealed pocket with what it has learned.

The carrier signs the URL, so the position itself needs no seal; the pocket is encrypted because URLs end up in logs,
and bound to the call so that it opens for no other. Encryption is deterministic (AES-SIV, RFC 5297): a repeated
webhook must get the same answer, byte for byte.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from callflows.flow import Position

MAX_POCKET = 1024
"""Bytes of a sealed pocket in a URL."""


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
        plain = json.dumps(dict(sorted(pocket.items())), separators=(",", ":"), ensure_ascii=False).encode()
        sealed = urlsafe_b64encode(self._ciphers[0].encrypt(plain, [call.encode()])).rstrip(b"=")
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
    """The query string of the URL that leads to `turn` from `position`. Empty parts are left out."""
    parts = {
        "t": str(turn),
        "f": position.flow,
        "r": position.revision,
        "s": position.step,
        "l": position.language,
        "m": position.mode,
        "n": f"{position.silences}.{position.misses}" if position.silences or position.misses else "",
        "w": "1" if position.slow else "",
        "p": seal.close(position.pocket, call=call),
    }
    return urlencode({name: value for name, value in parts.items() if value})


def from_query(query: str, *, call: str, seal: Seal) -> tuple[int, Position]:
    """The turn's number and the position it starts from.

    Raises ValueError for a query that is not one of ours (`PocketSpoiled` among them): the URL is signed, so that
    is our own fault or a key that was thrown away too early, and the caller must still be answered.
    """
    parts = dict(parse_qsl(query, keep_blank_values=True))
    silences, _, misses = parts.get("n", "0.0").partition(".")
    turn = int(parts["t"]) if parts.get("t", "").isdecimal() else 0
    if not 1 <= turn <= 10_000:
        raise ValueError("no turn number")
    if not parts.get("f") or not parts.get("s"):
        raise ValueError("no step")
    return turn, Position(
        flow=parts["f"],
        revision=parts.get("r", ""),
        step=parts["s"],
        language=parts.get("l", "en"),
        silences=int(silences),
        misses=int(misses),
        mode=parts.get("m", ""),
        slow=parts.get("w") == "1",
        pocket=seal.open(parts.get("p", ""), call=call),
    )


def to_plain(position: Position) -> dict[str, object]:
    """The position as JSON values, for the turn's row."""
    return {
        "f": position.flow,
        "r": position.revision,
        "s": position.step,
        "l": position.language,
        "m": position.mode,
        "n": [position.silences, position.misses],
        "w": position.slow,
        "p": dict(position.pocket),
    }


def from_plain(plain: Mapping[str, object]) -> Position:
    """The position of a stored turn."""
    silences, misses = plain["n"]  # type: ignore[misc]
    return Position(
        flow=str(plain["f"]),
        revision=str(plain["r"]),
        step=str(plain["s"]),
        language=str(plain["l"]),
        mode=str(plain["m"]),
        silences=int(silences),
        misses=int(misses),
        slow=bool(plain["w"]),
        pocket=dict(plain["p"]),  # type: ignore[call-overload]
    )


def _derive(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=64, salt=None, info=b"ringback pocket 1").derive(secret_key.encode())
