"""Passwords: Argon2id, checked in the same time whether or not there is somebody to check."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from people.refusals import FieldRefused, said

LEAST = 12
"""Characters; no rules of composition (NIST SP 800-63B-4 §3.1.1)."""
MOST = 256

# RFC 9106 §4, second recommended choice (64 MiB, three passes), with one lane: a request has one thread.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)


class PasswordTooWeak(FieldRefused):
    """The password cannot be taken; the message says why and what to do."""


def hashed(password: str) -> str:
    """The Argon2id hash to keep. Raises `PasswordTooWeak`."""
    check(password)
    return _HASHER.hash(password)


def check(password: str, *, email: str = "", name: str = "") -> None:
    """Refuse what others would guess at once. Raises `PasswordTooWeak`."""
    if len(password) < LEAST:
        reason = said("it has fewer than %(least)s characters", least=LEAST)
        raise PasswordTooWeak("password", reason, said("a few words in a row are easy to remember"))
    if len(password) > MOST:
        reason = said("it has more than %(most)s characters", most=MOST)
        raise PasswordTooWeak("password", reason, said("a few words in a row are enough"))
    plain = password.lower()
    if len(set(plain)) < 5 or plain in {email.lower(), name.lower()}:
        reason = said("this is too easy to guess")
        raise PasswordTooWeak("password", reason, said("use a few words that do not belong together"))


def is_right(password: str, kept: str | None) -> bool:
    """Whether `password` is the one whose hash is kept. Without a hash it takes as long, and is wrong."""
    try:
        found = _HASHER.verify(kept or _nobody(), password[: MOST * 4])
    except (VerificationError, InvalidHashError):
        return False
    return found and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    """The hash of a password nobody has."""
    return _HASHER.hash("nobody knows this one and nobody needs to")
