"""Departments: what they are called, when they are open, who uses them."""

import zoneinfo
from collections.abc import Mapping

from console.language import _
from console.nouns import Forbidden, NotHere, Noun
from console.refusals import problems, sentence
from console.visit import Answer, Moved, Visit, shown
from console.week import specials_of, week_of
from people import departments as verbs
from people import queries
from people.departments import DepartmentInUseError
from people.directory import Department as KnownDepartment
from people.directory import Opening, opening
from people.directory_loading import InSession, load
from people.hours_text import week_text
from people.models import Department, Schedule
from people.refusals import FieldRefused
from people.rights import Right

NOUN = Noun("departments")
MOST = 500


@NOUN.page("GET", "/departments", needs=Right.READ_DEPARTMENTS)
def list_departments(visit: Visit) -> Answer:
    known = _known(visit)
    return shown(
        "departments/list.html",
        departments=queries.departments(visit.session, brand_id=visit.brand_id, limit=MOST),
        members=verbs.members(visit.session, brand_id=visit.brand_id),
        hours={key: _opening(one, visit) for key, one in known.items()},
        weeks={key: week_text(one.schedule.week) for key, one in known.items()},
    )


@NOUN.page("GET", "/departments/new", needs=Right.MANAGE_DEPARTMENTS)
def new_department(visit: Visit) -> Answer:
    return _form(visit, problems={})


@NOUN.page("POST", "/departments", needs=Right.MANAGE_DEPARTMENTS)
def add_department(visit: Visit) -> Answer:
    form = visit.form
    try:
        department = verbs.add_department(
            visit.session,
            brand_id=visit.brand_id,
            key=form.get("key", "").strip(),
            name=form.get("name", ""),
            zone=visit.brand.zone,
            now=visit.now,
            actor=visit.actor,
        )
    except FieldRefused as wrong:
        return _form(visit, problems=problems(wrong))
    return Moved(to=f"/departments/{department.key}", told=_("Department added"))


@NOUN.page("GET", "/departments/<key>", needs=Right.READ_DEPARTMENTS)
def show_department(visit: Visit, key: str) -> Answer:
    return _page(visit, _found(visit, key), problems={})


@NOUN.page("POST", "/departments/<key>", needs=Right.MANAGE_DEPARTMENTS)
def change_department(visit: Visit, key: str) -> Answer:
    department, form = _found(visit, key), visit.form
    try:
        verbs.change_department(
            visit.session,
            department,
            name=form.get("name", ""),
            missed_is_work=form.get("missed_is_work") == "on",
            callback_number=form.get("callback_number", ""),
            now=visit.now,
            actor=visit.actor,
        )
        verbs.set_hours(
            visit.session,
            department,
            week=form.get("week", ""),
            zone=form.get("zone", "").strip(),
            now=visit.now,
            actor=visit.actor,
        )
    except FieldRefused as wrong:
        return _page(visit, _found(visit, key), problems=problems(wrong))
    return Moved(to=f"/departments/{key}", told=_("Saved"))


@NOUN.page("POST", "/departments/<key>/closed", needs=Right.CLOSE_DEPARTMENTS)
def close_department(visit: Visit, key: str) -> Answer:
    """The emergency switch."""
    closed = visit.form.get("closed") == "1"
    verbs.close_now(visit.session, _found(visit, key), closed, now=visit.now, actor=visit.actor)
    return Moved(to=f"/departments/{key}", told=_("Closed at once") if closed else _("Open again by its hours"))


@NOUN.page("POST", "/departments/<key>/removal", needs=Right.MANAGE_DEPARTMENTS)
def remove_department(visit: Visit, key: str) -> Answer:
    try:
        verbs.remove_department(visit.session, _found(visit, key), now=visit.now, actor=visit.actor)
    except DepartmentInUseError as used:
        raise Forbidden(sentence(used)) from None
    return Moved(to="/departments", told=_("Department removed"))


def _found(visit: Visit, key: str) -> Department:
    department = queries.department(visit.session, brand_id=visit.brand_id, key=key)
    if department is None:
        raise NotHere(_("department %(key)s") % {"key": key})
    return department


def _known(visit: Visit) -> Mapping[str, KnownDepartment]:
    """The departments as callers meet them, by key. One statement."""
    directory = load(InSession(visit.session), now=visit.now)
    [brand] = [one for one in directory.brands if one.id == visit.brand_id]
    return directory.departments_of(brand)


def _opening(department: KnownDepartment, visit: Visit) -> Opening:
    return opening(department.schedule, visit.now)


def _form(visit: Visit, *, problems: dict[str, str]) -> Answer:
    return shown("departments/new.html", status=422 if problems else 200, problems=problems, form=visit.form)


def _page(visit: Visit, department: Department, *, problems: dict[str, str]) -> Answer:
    schedule = visit.session.get_one(Schedule, department.schedule_id)
    form = visit.form if problems else None
    met = _known(visit)[department.key]
    return shown(
        "departments/department.html",
        status=422 if problems else 200,
        problems=problems,
        department=department,
        name=form.get("name", "") if form is not None else department.name,
        week=form.get("week", "") if form is not None else verbs.week_of(visit.session, department),
        zone=form.get("zone", "") if form is not None else schedule.zone,
        callback_number=form.get("callback_number", "") if form is not None else department.callback_number or "",
        missed_is_work=form.get("missed_is_work") == "on" if form is not None else department.missed_is_work,
        closed_now=schedule.closed_now,
        hours=_opening(met, visit),
        days=week_of(met.schedule, now=visit.now),
        specials=specials_of(met.schedule, now=visit.now),
        zones=sorted(zoneinfo.available_timezones()),
        zone_as_met=met.schedule.zone.key,
        used={name: count for name, count in verbs.used_by(visit.session, department).items() if count},
        may_change=visit.may(Right.MANAGE_DEPARTMENTS),
        may_close=visit.may(Right.CLOSE_DEPARTMENTS),
    )
