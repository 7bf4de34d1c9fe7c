"""A new installation's brand, carrier account, opening hours and three departments; run again, it changes nothing."""

from datetime import time

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people import revision
from people.models import Brand, CarrierAccount, Department, Schedule, ScheduleInterval

BRAND_KEY = "main"
DEPARTMENTS = {"technical": "Technical support", "billing": "Billing", "general": "General enquiries"}
"""Keys, as the starter flow names them, and names. Each has hours of its own, so that one can be closed alone."""

OPENS, CLOSES = time(9), time(17)
WORKDAYS = range(5)

_LOCK = 0x52696E67  # any number of our own


def set_up(
    session: Session, *, zone: str, country: str, account_sid: str | None = None, name: str = "Ringback"
) -> Brand:
    """Make what a new installation needs, or return the brand it has.

    `zone` (IANA) and `country` (ISO 3166-1) are the settings'. An `account_sid` nobody knows yet becomes a carrier
    account of that brand, whose tokens the environment keeps. Two processes may run this at once: the second waits for
    the first one's commit and finds its work.
    """
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    brand = session.scalar(select(Brand).order_by(Brand.id).limit(1))
    if brand is None:
        brand = Brand(key=BRAND_KEY, name=name, zone=zone, country=country)
        session.add(brand)
        session.flush()
        for key, title in DEPARTMENTS.items():
            _add_department(session, brand, key, title)
        revision.add_one(session)
    if account_sid is not None:
        _know_account(session, brand, account_sid)
    return brand


def _add_department(session: Session, brand: Brand, key: str, name: str) -> None:
    schedule = Schedule(brand_id=brand.id, name=f"{name}: opening hours", zone=brand.zone)
    session.add(schedule)
    session.flush()
    session.add_all(
        ScheduleInterval(schedule_id=schedule.id, weekday=weekday, opens=OPENS, closes=CLOSES) for weekday in WORKDAYS
    )
    session.add(Department(brand_id=brand.id, key=key, name=name, schedule_id=schedule.id))
    session.flush()


def _know_account(session: Session, brand: Brand, account_sid: str) -> None:
    added = session.scalar(
        insert(CarrierAccount)
        .values(brand_id=brand.id, account_sid=account_sid)
        .on_conflict_do_nothing(index_elements=["account_sid"])
        .returning(CarrierAccount.id)
    )
    if added is not None:
        revision.add_one(session)
