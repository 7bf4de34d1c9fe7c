"""Departments and their opening hours: add, change, close at once, take away when nothing uses them."""

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people import audit, revision
from people.hours import Interval
from people.hours_text import parse_week, week_text
from people.models import Department, Membership, Schedule, ScheduleException, ScheduleInterval
from people.numbers import looks_e164
from people.refusals import FieldRefused, Listed, Said, said

KEY = re.compile(r"[a-z][a-z0-9_-]{1,39}")
MOST_NAME = 80
WEEK = "Mon-Fri 09:00-17:00"
USES = {
    "tickets": said("%(count)s tickets"),
    "calls": said("%(count)s calls"),
    "callbacks": said("%(count)s callbacks"),
    "people": said("%(count)s people"),
}


class DepartmentInUseError(FieldRefused):
    """Something still points to it, or every ticket needs it; the message says which."""


def add_department(
    session: Session, *, brand_id: int, key: str, name: str, zone: str, now: datetime, actor: str = audit.SYSTEM
) -> Department:
    """Add a department with hours of its own, Monday to Friday 09 to 17. Raises `FieldRefused`."""
    if not KEY.fullmatch(key):
        raise FieldRefused(
            "key",
            said("it is not a key"),
            said("use small letters, digits and dashes, beginning with a letter, such as sales"),
        )
    name, zone = _name(name), _zone(zone)
    schedule = Schedule(brand_id=brand_id, name=f"{name}: opening hours", zone=zone)
    session.add(schedule)
    session.flush()
    row = {"brand_id": brand_id, "key": key, "name": name, "schedule_id": schedule.id}
    made = insert(Department).values(row).on_conflict_do_nothing(index_elements=["brand_id", "key"])
    department: Department | None = session.scalar(made.returning(Department))
    if department is None:
        raise FieldRefused("key", said("there is a department %(key)s already", key=key), said("choose another key"))
    _write_week(session, schedule, parse_week(WEEK))
    _note(session, department, "department_added", actor, now)
    return department


def change_department(
    session: Session,
    department: Department,
    *,
    name: str,
    missed_is_work: bool,
    callback_number: str | None,
    now: datetime,
    actor: str = audit.SYSTEM,
) -> bool:
    """Change what a department is called and how it works; False when nothing changes."""
    number = (callback_number or "").strip() or None
    if number is not None and not looks_e164(number):
        raise FieldRefused(
            "callback_number",
            said("it is not a full international number"),
            said("write it with + and country, as +12125550123"),
        )
    wanted = (_name(name), missed_is_work, number)
    if (department.name, department.missed_is_work, department.callback_number) == wanted:
        return False
    department.name, department.missed_is_work, department.callback_number = wanted
    session.flush()
    _note(session, department, "department_changed", actor, now)
    return True


def week_of(session: Session, department: Department) -> str:
    """The week of a department as text people can change: ``Mon-Fri 09:00-17:00; Sat 10:00-12:00``."""
    return week_text(_week(session, department.schedule_id))


def set_hours(
    session: Session, department: Department, *, week: str, zone: str, now: datetime, actor: str = audit.SYSTEM
) -> bool:
    """Give a department other hours; False when they are the same. Raises `FieldRefused`."""
    schedule = session.get_one(Schedule, department.schedule_id, with_for_update=True)
    wanted = parse_week(week, field="week")
    zone = _zone(zone)
    if zone == schedule.zone and week_text(wanted) == week_text(_week(session, schedule.id)):
        return False
    before = f"{week_text(_week(session, schedule.id))} {schedule.zone}"
    schedule.zone = zone
    _write_week(session, schedule, wanted)
    _note(session, department, "hours_changed", actor, now, before=before, after=f"{week_text(wanted)} {zone}")
    return True


def close_now(
    session: Session, department: Department, closed: bool, *, now: datetime, actor: str = audit.SYSTEM
) -> bool:
    """The emergency switch: closed at once, or by the calendar again; False when it stands so already."""
    schedule = session.get_one(Schedule, department.schedule_id, with_for_update=True)
    if schedule.closed_now == closed:
        return False
    schedule.closed_now = closed
    session.flush()
    _note(session, department, "department_closed" if closed else "department_reopened", actor, now)
    return True


def used_by(session: Session, department: Department) -> dict[str, int]:
    """What points to a department: how many tickets, calls, callbacks, people. One statement."""
    statement = text(
        "select (select count(*) from ticket where department_id = :id),"
        " (select count(*) from call where department_id = :id),"
        " (select count(*) from callback where department_id = :id),"
        " (select count(*) from membership where department_id = :id)"
    )
    counts = session.execute(statement, {"id": department.id}).one()
    return dict(zip(("tickets", "calls", "callbacks", "people"), counts, strict=True))


def remove_department(session: Session, department: Department, *, now: datetime, actor: str = audit.SYSTEM) -> None:
    """Take a department away. Raises `DepartmentInUseError` while anything points to it, or it is the last one."""
    session.refresh(department, with_for_update=True)
    used = {name: count for name, count in used_by(session, department).items() if count}
    if used:
        uses = Listed(Said(USES[name].text, {"count": count}) for name, count in used.items())
        reason = said("it is still used by %(uses)s", uses=uses)
        raise DepartmentInUseError("department", reason, said("move them to another department first"))
    if session.scalar(select(func.count()).where(Department.brand_id == department.brand_id)) == 1:
        reason = said("it is the only department")
        raise DepartmentInUseError("department", reason, said("add another first: every ticket needs a home"))
    _note(session, department, "department_removed", actor, now)
    session.delete(department)
    session.flush()
    session.execute(delete(ScheduleInterval).where(ScheduleInterval.schedule_id == department.schedule_id))
    session.execute(delete(ScheduleException).where(ScheduleException.schedule_id == department.schedule_id))
    session.execute(delete(Schedule).where(Schedule.id == department.schedule_id))


def members(session: Session, *, brand_id: int) -> dict[int, int]:
    """How many people each department has, by its id. One statement."""
    statement = (
        select(Membership.department_id, func.count())
        .join(Department, Department.id == Membership.department_id)
        .where(Department.brand_id == brand_id)
        .group_by(Membership.department_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _week(session: Session, schedule_id: int) -> tuple[Interval, ...]:
    statement = select(ScheduleInterval).where(ScheduleInterval.schedule_id == schedule_id)
    rows = session.scalars(statement.order_by(ScheduleInterval.weekday, ScheduleInterval.opens))
    return tuple(Interval(row.weekday, row.opens, row.closes) for row in rows)


def _write_week(session: Session, schedule: Schedule, week: tuple[Interval, ...]) -> None:
    session.execute(delete(ScheduleInterval).where(ScheduleInterval.schedule_id == schedule.id))
    session.add_all(
        ScheduleInterval(
            schedule_id=schedule.id, weekday=one.weekday, opens=_plain(one.opens), closes=_plain(one.closes)
        )
        for one in week
    )
    session.flush()


def _plain(moment: time) -> time:
    return moment.replace(tzinfo=None)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise FieldRefused(
            "name", said("this is no name"), said("give one of 1 to %(most)s characters", most=MOST_NAME)
        )
    return name


def _zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldRefused("zone", said("nobody knows this zone"), said("give one such as Europe/Berlin")) from None
    return zone


def _note(session: Session, department: Department, action: str, actor: str, now: datetime, **facts: str) -> None:
    revision.add_one(session)
    audit.note(
        session,
        brand_id=department.brand_id,
        actor=actor,
        action=action,
        subject=f"department:{department.key}",
        now=now,
        facts=facts,
    )
