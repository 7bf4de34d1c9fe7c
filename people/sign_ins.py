"""Sign-ins of people: begun with a password, kept as a digest, ended by the person, by time, or by somebody else."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from people import attempts, audit, passwords
from people.accounts import find_account
from people.models import Account
from people.preferences import Preferences, read
from people.sign_in_models import Preference, SignIn
from people.tokens import digest_of

LASTS = timedelta(days=14)
"""Slides: with use, a sign-in ends this long after it was last seen …"""
IDLE = timedelta(hours=12)
"""… and without use after this."""
LONGEST = timedelta(days=90)
TOUCH_EVERY = timedelta(minutes=1)
MOST_BROWSER = 200


class WrongCredentials(Exception):
    """E-mail and password do not go together, or the person may not sign in. Which of it is not said."""


@dataclass(frozen=True)
class Present:
    """Somebody who is signed in."""

    sign_in: SignIn
    account: Account
    preferences: Preferences


def sign_in(
    session: Session, *, email: str, password: str, now: datetime, address: str = "", browser: str = ""
) -> tuple[SignIn, str]:
    """Begin a sign-in; the token is handed out here, once. Raises `WrongCredentials`, `attempts.Locked`.

    The failure is counted in this session: commit it also when this raises.
    """
    # One after the other in one order, so that two tries cannot wait for each other's lock.
    attempts.check(session, kind="address", key=address, now=now)
    attempts.check(session, kind="email", key=email, now=now)
    account = find_account(session, email)
    kept = account.password if account is not None and account.active else None
    if not passwords.is_right(password, kept) or account is None:
        attempts.note(session, kind="email", key=email, now=now)
        attempts.note(session, kind="address", key=address, now=now)
        if account is not None:
            _note(session, account, "sign_in_failed", now, address=address)
        raise WrongCredentials("The e-mail address or the password is wrong.")
    if kept is not None and passwords.is_outdated(kept):
        account.password = passwords.hashed(password)
    attempts.forget(session, kind="email", key=email)
    return begin(session, account=account, now=now, address=address, browser=browser)


def begin(
    session: Session, *, account: Account, now: datetime, address: str = "", browser: str = ""
) -> tuple[SignIn, str]:
    """Begin a sign-in of somebody who has proved who they are. Always a new token."""
    text = secrets.token_urlsafe(32)
    row = SignIn(
        account_id=account.id,
        digest=digest_of(text),
        csrf=secrets.token_urlsafe(24),
        created_at=now,
        seen_at=now,
        expires_at=now + LASTS,
        address=address,
        browser=browser[:MOST_BROWSER],
    )
    session.add(row)
    session.flush()
    _note(session, account, "signed_in", now, address=address)
    return row, text


def find(session: Session, text: str, *, now: datetime) -> Present | None:
    """Who is signed in with this token, None when nobody is. One statement."""
    if not text or len(text) > 100:
        return None
    row = session.execute(
        select(SignIn, Account, Preference.choices)
        .join(Account, Account.id == SignIn.account_id)
        .outerjoin(Preference, Preference.account_id == Account.id)
        .where(
            SignIn.digest == digest_of(text),
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            SignIn.seen_at > now - IDLE,
            Account.active,
        )
    ).one_or_none()
    if row is None:
        return None
    choices: Mapping[str, Any] = row.choices or {}
    return Present(row.SignIn, row.Account, read(choices))


def touch(session: Session, present: SignIn, *, now: datetime) -> bool:
    """Note that it is in use, at most once a minute; whether that was written."""
    if present.seen_at > now - TOUCH_EVERY:
        return False
    written = session.execute(
        update(SignIn)
        .where(SignIn.id == present.id, SignIn.seen_at <= now - TOUCH_EVERY)
        .values(seen_at=now, expires_at=min(now + LASTS, present.created_at + LONGEST))
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return written is not None


def of_account(session: Session, *, account_id: int, now: datetime) -> list[SignIn]:
    """Where somebody is signed in, the one last used first."""
    living = select(SignIn).where(
        SignIn.account_id == account_id,
        SignIn.ended_at.is_(None),
        SignIn.expires_at > now,
        SignIn.seen_at > now - IDLE,
    )
    return list(session.scalars(living.order_by(SignIn.seen_at.desc(), SignIn.id.desc())))


def end(session: Session, *, sign_in_id: int, account_id: int, now: datetime) -> bool:
    """Sign one browser of this person out; False when it was not signed in."""
    return _end(session, account_id=account_id, now=now, only=sign_in_id)


def end_all(session: Session, *, account_id: int, now: datetime, except_id: int | None = None) -> bool:
    """Sign somebody out everywhere (except here); after a new password, or when they are switched off."""
    return _end(session, account_id=account_id, now=now, but=except_id)


def _end(session: Session, *, account_id: int, now: datetime, only: int | None = None, but: int | None = None) -> bool:
    wanted = update(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
    if only is not None:
        wanted = wanted.where(SignIn.id == only)
    if but is not None:
        wanted = wanted.where(SignIn.id != but)
    return bool(session.scalars(wanted.values(ended_at=now).returning(SignIn.id)).all())


def _note(session: Session, account: Account, action: str, now: datetime, *, address: str) -> None:
    audit.note(
        session,
        brand_id=account.brand_id,
        actor=f"account:{account.id}",
        action=action,
        subject=f"account:{account.id}",
        now=now,
        address=address,
    )
