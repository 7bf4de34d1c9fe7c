"""People who work here: added, given a role, put into departments, switched off. Each change is in the audit."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people import audit
from people.models import Account, Brand, Department, Membership, Role
from people.numbers import looks_e164
from people.refusals import FieldRefused, Listed, said

MOST_EMAIL = 254
"""RFC 5321 §4.5.3.1.3, less the two angle brackets."""
MOST_NAME = 200


class AccountExistsError(FieldRefused):
    """Somebody has this e-mail address already."""


class LastAdministratorError(FieldRefused):
    """Nobody could manage people any more. Make somebody else an administrator first."""


def add_account(
    session: Session,
    *,
    brand_id: int,
    email: str,
    name: str,
    role: Role,
    now: datetime,
    phone: str | None = None,
    actor: str = audit.SYSTEM,
) -> Account:
    """Add a person without a password; they get one by a one-time link. `phone` is E.164.

    Raises `FieldRefused`, `AccountExistsError`; two who add the same person at once get one row and one error.
    """
    row = {
        "brand_id": brand_id,
        "email": email_of(email),
        "name": _name_of(name),
        "role": role.value,
        "phone": _phone_of(phone),
        "created_at": now,
    }
    made = insert(Account).values(row).on_conflict_do_nothing(index_elements=["email"]).returning(Account)
    account = session.scalar(made)
    if account is None:
        raise AccountExistsError(
            "email", said("somebody has %(email)s already", email=row["email"]), said("change their role instead")
        )
    _note(session, account, "account_added", actor, now, role=role.value)
    return account


def email_of(text: str) -> str:
    """An e-mail address as it is kept: lower case, composed. Raises `FieldRefused`."""
    email = unicodedata.normalize("NFC", text.strip()).lower()
    if len(email) > MOST_EMAIL or not email.isprintable() or not re.fullmatch(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)*", email):
        raise FieldRefused("email", said("this is no e-mail address"), said("give one such as ada@example.org"))
    return email


def find_account(session: Session, email: str) -> Account | None:
    """The person with this address, however it is written."""
    try:
        return session.scalar(select(Account).where(Account.email == email_of(email)))
    except FieldRefused:
        return None


def set_role(session: Session, account: Account, role: Role, *, now: datetime, actor: str = audit.SYSTEM) -> bool:
    """Give a person another role; False when it was theirs. Raises `LastAdministratorError`."""
    _take_turn(session, account)
    if account.role == role.value:
        return False
    _keep_an_administrator(session, account, field="role")
    before, account.role = account.role, role.value
    _note(session, account, "role_changed", actor, now, before=before, after=role.value)
    return True


def set_active(session: Session, account: Account, active: bool, *, now: datetime, actor: str = audit.SYSTEM) -> bool:
    """Switch a person off, or on again; False when nothing changes. Raises `LastAdministratorError`."""
    _take_turn(session, account)
    if account.active == active:
        return False
    if not active:
        _keep_an_administrator(session, account, field="active")
    account.active = active
    _note(session, account, "account_activated" if active else "account_deactivated", actor, now)
    return True


def set_phone(session: Session, account: Account, phone: str, *, now: datetime, actor: str = audit.SYSTEM) -> bool:
    """Where calls reach a person, in E.164, "" for nowhere; False when nothing changes. Raises `FieldRefused`."""
    wanted = _phone_of("".join(phone.split()) or None)
    if account.phone == wanted:
        return False
    account.phone = wanted
    session.flush()
    _note(session, account, "phone_changed", actor, now)
    return True


def set_departments(
    session: Session, account: Account, keys: Iterable[str], *, now: datetime, actor: str = audit.SYSTEM
) -> bool:
    """Make a person a member of exactly these departments of their brand; False when they are already.

    Raises `FieldRefused` for a department nobody knows.
    """
    _take_turn(session, account)
    wanted = _departments(session, account.brand_id, set(keys))
    rows = session.scalars(select(Membership).where(Membership.account_id == account.id)).all()
    before = {row.department_id for row in rows}
    if before == set(wanted.values()):
        return False
    for row in rows:
        if row.department_id not in wanted.values():
            session.delete(row)
    session.add_all(Membership(department_id=new, account_id=account.id) for new in set(wanted.values()) - before)
    session.flush()
    _note(session, account, "departments_changed", actor, now, departments=", ".join(sorted(wanted)))
    return True


def _take_turn(session: Session, account: Account) -> None:
    """Change people of one brand one after the other, so that two administrators cannot remove each other at once.

    The brand's row is locked without its key: calls and tickets that refer to it are written meanwhile.
    """
    session.execute(select(Brand.id).where(Brand.id == account.brand_id).with_for_update(key_share=True))
    session.refresh(account)


def _departments(session: Session, brand_id: int, keys: set[str]) -> dict[str, int]:
    rows = session.execute(select(Department.key, Department.id).where(Department.brand_id == brand_id)).all()
    known = {row.key: row.id for row in rows}
    if unknown := keys - set(known):
        raise FieldRefused(
            "departments",
            said("nobody knows %(unknown)s", unknown=Listed(sorted(unknown))),
            said("there are %(known)s", known=Listed(sorted(known))),
        )
    return {key: known[key] for key in keys}


def _keep_an_administrator(session: Session, account: Account, *, field: str) -> None:
    if account.role != Role.ADMINISTRATOR or not account.active:
        return
    others = select(Account.id).where(
        Account.brand_id == account.brand_id,
        Account.role == Role.ADMINISTRATOR.value,
        Account.active,
        Account.id != account.id,
    )
    if session.scalar(others.limit(1)) is None:
        raise LastAdministratorError(
            field,
            said("%(email)s is the last administrator", email=account.email),
            said("make somebody else an administrator first"),
        )


def _name_of(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise FieldRefused(
            "name", said("this is no name"), said("give one to %(most)s printable characters", most=MOST_NAME)
        )
    return name


def _phone_of(text: str | None) -> str | None:
    if text is None or looks_e164(text):
        return text
    raise FieldRefused(
        "phone", said("it is not a full international number"), said("write it with + and country, as +12125550123")
    )


def _note(session: Session, account: Account, action: str, actor: str, now: datetime, **facts: str) -> None:
    audit.note(
        session,
        brand_id=account.brand_id,
        actor=actor,
        action=action,
        subject=f"account:{account.id}",
        now=now,
        facts=facts,
    )
