"""Proof that a form was ours: a secret per sign-in (per visitor where nobody is signed in), in every form or header.

The proof is masked anew for each page, so that compressing pages tells nothing about it (the BREACH attack).
"""

import base64
import hashlib
import hmac
import secrets

from flask import Request

FIELD = "csrf"
HEADER = "X-CSRF-Token"
GUEST_COOKIE = "rb_guest"
_LENGTH = 32


def of_sign_in(secret: str) -> str:
    """A proof for the forms of a sign-in."""
    return _masked(hashlib.sha256(secret.encode()).digest())


def of_guest(cookie: str, keys: tuple[str, ...]) -> str:
    """A proof for the forms of somebody who has only this cookie."""
    return _masked(_guest_digest(cookie, keys[0]))


def is_proved(request: Request, *, secret: str | None, keys: tuple[str, ...]) -> bool:
    """Whether a request brings the proof that belongs to its sign-in, or to its guest cookie."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return False
    given = _unmasked(request.headers.get(HEADER) or request.form.get(FIELD, ""))
    if given is None:
        return False
    if secret is not None:
        return hmac.compare_digest(given, hashlib.sha256(secret.encode()).digest())
    cookie = request.cookies.get(GUEST_COOKIE, "")
    return bool(cookie) and any(hmac.compare_digest(given, _guest_digest(cookie, key)) for key in keys)


def _guest_digest(cookie: str, key: str) -> bytes:
    return hmac.digest(key.encode(), b"guest:" + cookie.encode("utf-8", "replace"), "sha256")


def _masked(proof: bytes) -> str:
    mask = secrets.token_bytes(_LENGTH)
    return base64.urlsafe_b64encode(mask + bytes(a ^ b for a, b in zip(mask, proof, strict=True))).decode()


def _unmasked(text: str) -> bytes | None:
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, UnicodeEncodeError):
        return None
    if len(raw) != 2 * _LENGTH:
        return None
    return bytes(a ^ b for a, b in zip(raw[:_LENGTH], raw[_LENGTH:], strict=True))
