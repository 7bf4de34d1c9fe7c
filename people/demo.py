"""People for the demo: a few in each department, at work around the clock, with numbers kept for fiction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.models import Account, Brand, Department, Membership, Role, Shift


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who exists in the demo only; `departments` are keys."""

    email: str
    name: str
    role: Role
    phone: str
    departments: tuple[str, ...]


# Numbers 555-0100 to 555-0199 of any area code belong to nobody (ATIS-0300115, fictitious numbers).
PEOPLE = (
    DemoPerson("nora@example.com", "Nora Lind", Role.AGENT, "+12025550101", ("technical",)),
    DemoPerson("tomas@example.com", "Tomás Reyes", Role.AGENT, "+12025550102", ("technical",)),
    DemoPerson("aiko@example.com", "Aiko Mori", Role.AGENT, "+12025550103", ("technical", "general")),
    DemoPerson("bruno@example.com", "Bruno Keller", Role.AGENT, "+12025550104", ("billing",)),
    DemoPerson("fatima@example.com", "Fatima Haddad", Role.AGENT, "+12025550105", ("billing",)),
    DemoPerson("grace@example.com", "Grace Okafor", Role.AGENT, "+12025550106", ("general",)),
    DemoPerson("henrik@example.com", "Henrik Dahl", Role.AGENT, "+12025550107", ("general", "billing")),
    # Without a department: tickets are not given to them.
    DemoPerson("rosa@example.com", "Rosa Marin", Role.REVIEWER, "+12025550110", ()),
    DemoPerson("sam@example.com", "Sam Whitfield", Role.SUPERVISOR, "+12025550111", ()),
    DemoPerson("ada@example.com", "Ada Byron", Role.ADMINISTRATOR, "+12025550112", ()),
)


def add_demo_people(
    session: Session, *, brand: Brand, now: datetime, passwords: Mapping[str, str] | None = None
) -> list[Account]:
    """Add whoever of `PEOPLE` is missing, and return those added. Safe to run again, and twice at once.

    `passwords` are hashes by e-mail address; without one a person cannot sign in. Somebody the visitors of the demo
    have changed stays changed.
    """
    keys = select(Department.key, Department.id).where(Department.brand_id == brand.id)
    departments = {row.key: row.id for row in session.execute(keys)}
    added = []
    for person in PEOPLE:
        account = _add(session, person, brand, now, (passwords or {}).get(person.email))
        if account is None:
            continue
        session.add_all(
            Membership(department_id=departments[key], account_id=account.id)
            for key in person.departments
            if key in departments
        )
        session.add_all(
            # Equal times are 24 hours.
            Shift(account_id=account.id, weekday=weekday, starts=time(), ends=time(), zone=brand.zone)
            for weekday in range(7)
        )
        added.append(account)
    session.flush()
    return added


def _add(session: Session, person: DemoPerson, brand: Brand, now: datetime, password: str | None) -> Account | None:
    return session.scalar(
        insert(Account)
        .values(
            brand_id=brand.id,
            email=person.email,
            name=person.name,
            role=person.role.value,
            phone=person.phone,
            password=password,
            demo=True,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(Account)
    )
