"""Tokens of programs: made once and shown once, kept only as SHA-256, revoked but never deleted."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from people import audit
from people.models import Role, Token

PREFIX = "rb_"
"""Lets secret scanners, and people, recognise what they have found."""

MOST_TEXT = 200
TOUCH_EVERY = timedelta(minutes=1)


class TokenNameError(ValueError):
    """A token without a name is refused: nobody could tell later what it was for."""


def make() -> tuple[str, str]:
    """A new token's text, 256 random bits behind `rb_`, and its digest. The text exists nowhere else."""
    text = PREFIX + secrets.token_urlsafe(32)
    return text, digest_of(text)


def digest_of(text: str) -> str:
    """SHA-256 of the text, in hex. Slow hashing guards guessable secrets; these cannot be guessed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def matches(text: str, digest: str) -> bool:
    """Whether `text` is the token with this digest, in a time that tells nothing."""
    return hmac.compare_digest(digest_of(text), digest)


def add(
    session: Session, *, brand_id: int, name: str, role: Role, now: datetime, actor: str = audit.SYSTEM
) -> tuple[Token, str]:
    """Make and keep a token; the text is handed out here, once. Raises `TokenNameError`."""
    name = " ".join(name.split())
    if not name or len(name) > MOST_TEXT:
        raise TokenNameError(f"name: give one to {MOST_TEXT} characters that say what the token is for")
    text, digest = make()
    token = Token(brand_id=brand_id, name=name, role=role, digest=digest, created_at=now)
    session.add(token)
    session.flush()
    _note(session, token, "token_added", actor, now, name=name, role=role.value)
    return token, text


def find(session: Session, text: str) -> Token | None:
    """The token with this text, None when there is none or it was revoked."""
    if not text or len(text) > MOST_TEXT:
        return None
    token = session.scalar(select(Token).where(Token.digest == digest_of(text), Token.revoked_at.is_(None)))
    return token if token is not None and matches(text, token.digest) else None


def touch(session: Session, token: Token, *, now: datetime) -> bool:
    """Note that the token is in use, at most once a minute; whether that was written."""
    if token.used_at is not None and token.used_at > now - TOUCH_EVERY:
        return False
    # Asked again in the row: of many requests at one moment one writes.
    written = session.execute(
        update(Token)
        .where(Token.id == token.id, or_(Token.used_at.is_(None), Token.used_at <= now - TOUCH_EVERY))
        .values(used_at=now)
        .returning(Token.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return written is not None


def revoke(session: Session, token: Token, *, now: datetime, actor: str = audit.SYSTEM) -> bool:
    """End a token at once and for good; False when it was revoked before."""
    session.flush()  # refreshing would forget what is not written yet
    session.refresh(token, with_for_update=True)
    if token.revoked_at is not None:
        return False
    token.revoked_at = now
    _note(session, token, "token_revoked", actor, now, name=token.name)
    return True


def _note(session: Session, token: Token, action: str, actor: str, now: datetime, **facts: str) -> None:
    audit.note(
        session,
        brand_id=token.brand_id,
        actor=actor,
        action=action,
        subject=f"token:{token.id}",
        now=now,
        facts=facts,
    )
