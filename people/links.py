"""One-time links: whoever holds one may choose a password. For invitations, and for people who forgot theirs."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from people import audit, passwords, sign_ins
from people.models import Account
from people.sign_in_models import LinkPurpose, OneTimeLink
from people.tokens import digest_of

LASTS = {LinkPurpose.INVITE: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=2)}


class LinkUnknown(Exception):
    """The link was used, is too old, or was never given out. A new one can be asked for."""


@dataclass(frozen=True)
class Given:
    """A link that was made. `text` goes into the address and is kept nowhere."""

    text: str
    purpose: LinkPurpose
    expires_at: datetime

    @property
    def path(self) -> str:
        return f"/link/{self.text}"


def make_for(session: Session, *, account: Account, now: datetime, actor: str = audit.SYSTEM) -> Given:
    """The link somebody needs: an invitation before their first password, else a reset."""
    purpose = LinkPurpose.RESET if account.password else LinkPurpose.INVITE
    return make(session, account=account, purpose=purpose, now=now, actor=actor)


def make(
    session: Session, *, account: Account, purpose: LinkPurpose, now: datetime, actor: str = audit.SYSTEM
) -> Given:
    """Make a link for somebody. Those made for the same before are void."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )
    text = secrets.token_urlsafe(32)
    expires = now + LASTS[purpose]
    session.add(
        OneTimeLink(
            account_id=account.id, purpose=purpose.value, digest=digest_of(text), created_at=now, expires_at=expires
        )
    )
    session.flush()
    _note(session, account, "link_made", actor, now, purpose=purpose.value)
    return Given(text, purpose, expires)


def holder(session: Session, text: str, *, now: datetime) -> Account:
    """Whose link this is, without using it. Raises `LinkUnknown`."""
    account = session.scalar(
        select(Account)
        .join(OneTimeLink, OneTimeLink.account_id == Account.id)
        .where(
            OneTimeLink.digest == digest_of(text),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            Account.active,
        )
    )
    if account is None:
        raise LinkUnknown
    return account


def use(session: Session, text: str, *, password: str, now: datetime, address: str = "") -> Account:
    """Give the holder this password and sign them out everywhere. Raises `LinkUnknown`, `PasswordTooWeak`.

    Of two who use one link at once, one gets through.
    """
    account = holder(session, text, now=now)
    passwords.check(password, email=account.email, name=account.name)
    taken = session.scalar(
        update(OneTimeLink)
        .where(OneTimeLink.digest == digest_of(text), OneTimeLink.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeLink.id)
    )
    if taken is None:
        raise LinkUnknown
    set_password(session, account=account, password=password, now=now, address=address)
    return account


def set_password(
    session: Session, *, account: Account, password: str, now: datetime, address: str = "", keep: int | None = None
) -> None:
    """Give somebody a password and sign them out everywhere, except in the sign-in `keep`. Raises `PasswordTooWeak`."""
    passwords.check(password, email=account.email, name=account.name)
    account.password = passwords.hashed(password)
    sign_ins.end_all(session, account_id=account.id, now=now, except_id=keep)
    _note(session, account, "password_changed", f"account:{account.id}", now, address=address)


def _note(
    session: Session, account: Account, action: str, actor: str, now: datetime, *, address: str = "", **facts: str
) -> None:
    audit.note(
        session,
        brand_id=account.brand_id,
        actor=actor,
        action=action,
        subject=f"account:{account.id}",
        now=now,
        address=address,
        facts=facts,
    )
