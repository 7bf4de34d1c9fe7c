"""Sign-ins for the demo: one person of each role with a random password, kept in the data folder and printed."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.config import Settings
from people import passwords
from people.demo import PEOPLE
from people.models import Account, Role

FILE = "demo-sign-ins.txt"


def give_passwords(session: Session, settings: Settings) -> None:
    """Let one demo person of each role sign in. Run again, it keeps the passwords the file knows.

    The file is for its owner alone (0600); a lost one is made anew, with new passwords.
    """
    path = settings.data / FILE
    kept = read(path)
    people = {role: next(person.email for person in PEOPLE if person.role is role) for role in Role}
    wanted = {email: kept.get(email) or secrets.token_urlsafe(9) for email in people.values()}
    accounts = session.scalars(select(Account).where(Account.email.in_(wanted), Account.demo))
    for account in accounts:
        if account.password is None or account.email not in kept:
            account.password = passwords.hashed(wanted[account.email])
    if kept != wanted:
        _write(path, [f"{role.value} {email} {wanted[email]}" for role, email in people.items()])


def read(path: Path) -> Mapping[str, str]:
    """Password by e-mail address."""
    if not path.is_file():
        return {}
    lines = [line.split() for line in path.read_text("utf-8").splitlines()]
    return {words[1]: words[2] for words in lines if len(words) == 3}


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    draft.replace(path)
