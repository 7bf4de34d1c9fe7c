"""Shifts and absences for tests of who is at work."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from people.models import Absence, Account, Shift


def make_shift(session: Session, account: Account, *, starts: str = "09:00", ends: str = "17:00") -> None:
    """Monday to Friday, in UTC."""
    for weekday in range(5):
        session.add(
            Shift(
                account_id=account.id,
                weekday=weekday,
                starts=time.fromisoformat(starts),
                ends=time.fromisoformat(ends),
                zone="UTC",
            )
        )
    session.flush()


def make_absence(session: Session, account: Account, starts_at: datetime, ends_at: datetime) -> None:
    session.add(Absence(account_id=account.id, starts_at=starts_at, ends_at=ends_at))
    session.flush()
