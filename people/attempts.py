"""Failed tries at the staff's door, counted by e-mail and by network address, and how long they shut it.

The fifth failure of an e-mail address since its last success (within a day) shuts it for 15 minutes, each further one
for twice as long, up to an hour. A network address, which an office may share, is shut by 20 within 75 minutes.
Counting looks the same for addresses nobody has.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from people.sign_in_models import SignInAttempt

FIRST_WAIT = timedelta(minutes=15)
LONGEST = timedelta(hours=1)
LIMITS = {
    "email": (5, timedelta(hours=24)),
    "address": (20, timedelta(minutes=75)),
    "link": (5, timedelta(hours=1)),
}
"""How many failures within which time are too many. Rows are kept for a day (workers/pruning.py)."""
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
    limit, within = LIMITS[kind]
    count, last = session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.kind == kind, SignInAttempt.key == _digest(kind, key), SignInAttempt.at > now - within
        )
    ).one()
    if last is None or count < limit:
        return None
    until: datetime = last + min(FIRST_WAIT * 2 ** min(count - limit, 8), LONGEST)
    return until if until > now else None


def note(session: Session, *, kind: str, key: str, now: datetime) -> None:
    """Count one failure."""
    session.add(SignInAttempt(kind=kind, key=_digest(kind, key), at=now))


def forget(session: Session, *, kind: str, key: str) -> None:
    """After a success: start counting anew."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.kind == kind, SignInAttempt.key == _digest(kind, key)))


def _digest(kind: str, key: str) -> str:
    return hashlib.sha256(f"{kind}:{key.strip().lower()}".encode("utf-8", "surrogatepass")).hexdigest()
