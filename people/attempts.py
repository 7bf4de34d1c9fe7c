"""Failed tries at the staff's door, counted by e-mail and by network address, and how long they shut it.

An e-mail address is shut after 5 failures within 15 minutes, a network address after 20; every further failure while
it is counted makes the wait longer, up to an hour. Counting looks the same for addresses nobody has.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from people.sign_in_models import SignInAttempt

WITHIN = timedelta(minutes=15)
REMEMBERED = timedelta(hours=24)
LIMITS = {"email": 5, "address": 20, "link": 5}
LONGEST = timedelta(hours=1)
_LOCK = 0x54727965  # any number of our own


@dataclass(frozen=True)
class Locked(Exception):
    """Too many failures; none is looked at before `until`."""

    until: datetime


def check(session: Session, *, kind: str, key: str, now: datetime) -> None:
    """Raises `Locked` while there were too many failures of this key. Tries of one key wait for each other."""
    digest = _digest(kind, key)
    session.execute(text("select pg_advisory_xact_lock(:lock, hashtext(:key))"), {"lock": _LOCK, "key": digest})
    until = locked_until(session, kind=kind, key=key, now=now)
    if until is not None and until > now:
        raise Locked(until)


def locked_until(session: Session, *, kind: str, key: str, now: datetime) -> datetime | None:
    """The moment before which this key is shut, None when it is not."""
    recent = (
        select(func.count(), func.max(SignInAttempt.at))
        .where(SignInAttempt.kind == kind, SignInAttempt.key == _digest(kind, key))
        .where(SignInAttempt.at > now - REMEMBERED)
    )
    burst = recent.where(SignInAttempt.at > now - WITHIN - LONGEST)
    count, last = session.execute(burst).one()
    over = count - LIMITS[kind]
    if last is None or over < 0:
        return None
    wait = min(WITHIN * 2 ** min(over, 8) if over else WITHIN, LONGEST)
    until: datetime = last + wait
    return until if until > now else None


def note(session: Session, *, kind: str, key: str, now: datetime) -> None:
    """Count one failure."""
    session.add(SignInAttempt(kind=kind, key=_digest(kind, key), at=now))


def forget(session: Session, *, kind: str, key: str) -> None:
    """After a success: start counting anew."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.kind == kind, SignInAttempt.key == _digest(kind, key)))


def prune(session: Session, *, now: datetime) -> int:
    """Delete failures nobody counts any more; how many."""
    gone = session.scalars(delete(SignInAttempt).where(SignInAttempt.at < now - REMEMBERED).returning(SignInAttempt.id))
    return len(gone.all())


def _digest(kind: str, key: str) -> str:
    return hashlib.sha256(f"{kind}:{key.strip().lower()}".encode("utf-8", "surrogatepass")).hexdigest()
