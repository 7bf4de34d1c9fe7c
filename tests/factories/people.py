"""Brands, hours, departments, people and tokens."""

import hashlib
from collections.abc import Iterable
from datetime import time
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from people.models import (
    Account,
    Brand,
    Department,
    Membership,
    PhoneNumber,
    Role,
    Schedule,
    ScheduleInterval,
    Token,
)
from tests.clock import MONDAY_MORNING

Row = TypeVar("Row")
_numbers = count(1)


def make_brand(session: Session, **columns: Any) -> Brand:
    n = next(_numbers)
    return _add(session, Brand(**{"key": f"brand-{n}", "name": f"Brand {n}", "zone": "UTC", "country": "US"} | columns))


def make_schedule(session: Session, brand: Brand, *, always: bool = False, **columns: Any) -> Schedule:
    """Monday to Friday 09:00 to 17:00, or round the clock."""
    schedule = _add(session, Schedule(**{"brand_id": brand.id, "name": "Office hours", "zone": brand.zone} | columns))
    opens, closes = (time(0), time(0)) if always else (time(9), time(17))
    for weekday in range(7 if always else 5):
        session.add(ScheduleInterval(schedule_id=schedule.id, weekday=weekday, opens=opens, closes=closes))
    session.flush()
    return schedule


def make_department(session: Session, brand: Brand, key: str = "billing", **columns: Any) -> Department:
    schedule_id = columns.pop("schedule_id", None) or make_schedule(session, brand).id
    row = {"brand_id": brand.id, "key": key, "name": key.capitalize(), "schedule_id": schedule_id}
    return _add(session, Department(**row | columns))


def make_phone_number(session: Session, brand: Brand, e164: str = "+12025550100", **columns: Any) -> PhoneNumber:
    return _add(session, PhoneNumber(**{"brand_id": brand.id, "e164": e164, "flow": "main"} | columns))


def make_account(session: Session, brand: Brand, *, departments: Iterable[Department] = (), **columns: Any) -> Account:
    """An active agent, member of `departments`."""
    n = next(_numbers)
    defaults = {
        "brand_id": brand.id,
        "email": f"agent{n}@example.com",
        "name": f"Agent {n}",
        "role": Role.AGENT,
        "active": True,
        "created_at": MONDAY_MORNING,
    }
    account = _add(session, Account(**defaults | columns))
    for department in departments:
        session.add(Membership(department_id=department.id, account_id=account.id))
    session.flush()
    return account


def make_token(session: Session, brand: Brand, *, plain: str | None = None, **columns: Any) -> Token:
    """A program's token; the text to send is `plain`, or without one ``token-N`` of its name."""
    name = columns.pop("name", f"token-{next(_numbers)}")
    digest = hashlib.sha256((plain or name).encode()).hexdigest()
    defaults = {
        "brand_id": brand.id,
        "name": name,
        "role": Role.ADMINISTRATOR,
        "digest": digest,
        "created_at": MONDAY_MORNING,
    }
    return _add(session, Token(**defaults | columns))


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
