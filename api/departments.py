"""Departments: what they are called, when they are open, and the switch that closes one at once."""

from pydantic import Field

from api.bodies import Body
from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.people import after_id, page_by_id
from api.problems import Problem, not_found
from api.shapes import Moment, Shape
from people import departments, queries
from people.departments import DepartmentInUseError
from people.directory import Opening
from people.directory_loading import openings
from people.models import Brand, Department, Schedule
from people.rights import Right

NOUN = Noun("departments", "Groups of people that answer for one kind of matter.")


class DepartmentShape(Shape):
    """One department."""

    key: str
    """What tickets and calls name it by."""
    name: str
    missed_is_work: bool
    """Whether a call that was given up stays to be worked on."""
    callback_number: str | None
    """Caller ID of calls it makes; null: the brand's own."""

    @classmethod
    def of(cls, department: Department) -> "DepartmentShape":
        return cls(
            key=department.key,
            name=department.name,
            missed_is_work=department.missed_is_work,
            callback_number=department.callback_number,
        )


class DepartmentPage(DepartmentShape):
    """One department with its hours."""

    week: str
    """Opening hours, such as `Mon-Fri 09:00-17:00; Sat 10:00-12:00`."""
    zone: str
    """IANA time zone of the hours."""
    closed: bool
    """Whether the emergency switch has closed it."""
    open: bool
    """Whether callers find it open now, by hours, holidays and switch."""
    next_opening: Moment | None
    """When it opens next; while it is open, and when nobody knows, null."""


class DepartmentList(ListOf[DepartmentShape]):
    """A page of departments, in the order they were made."""


class DepartmentSent(Body):
    """A department to make. It is open Monday to Friday from 09 to 17 in its brand's zone, until that is changed."""

    key: str = Field(max_length=40, description="Small letters, digits and dashes; it never changes.")
    name: str = Field(max_length=departments.MOST_NAME)


class DepartmentChange(Body):
    """What to change; what is left out stays."""

    name: str = Field("", max_length=departments.MOST_NAME)
    missed_is_work: bool = Field(True, description="Whether a call that was given up stays to be worked on.")
    callback_number: str | None = Field(None, max_length=20, description="E.164, or null for the brand's own.")
    week: str = Field("", max_length=2000, description="Such as `Mon-Fri 09:00-17:00; Sat 10:00-12:00`, or `closed`.")
    zone: str = Field("", max_length=100, description="IANA time zone of the hours.")


class ClosedSent(Body):
    """The emergency switch."""

    closed: bool = Field(description="True: closed at once; false: open again by its hours.")


@NOUN.offers("GET", "/departments", right=Right.READ_DEPARTMENTS, query=ListQuery, answer=DepartmentList)
def list_departments(asked: Asked[ListQuery, None]) -> object:
    """List departments, in the order they were made."""
    rows = queries.departments(
        asked.session, brand_id=asked.who.brand_id, limit=asked.query.limit + 1, after_id=after_id(asked)
    )
    page = page_by_id(asked, rows, [row.id for row in rows])
    return page_of(page, DepartmentShape.of, settings=asked.parts.settings, as_type=DepartmentList)


@NOUN.offers("GET", "/departments/{key}", right=Right.READ_DEPARTMENTS, answer=DepartmentPage)
def show_department(asked: Asked[object, object], key: str) -> DepartmentPage:
    """Read one department with its hours, and whether it is open now."""
    department = _found(asked, key)
    schedule = asked.session.get_one(Schedule, department.schedule_id)
    hours = openings(asked.session, brand_id=asked.who.brand_id, now=asked.now).get(key, Opening(False, None))
    return DepartmentPage(
        **DepartmentShape.of(department).model_dump(),
        week=departments.week_of(asked.session, department) or "closed",
        zone=schedule.zone,
        closed=schedule.closed_now,
        open=hours.open,
        next_opening=None if hours.open else hours.next_opening,
    )


@NOUN.offers(
    "POST",
    "/departments",
    right=Right.MANAGE_DEPARTMENTS,
    sends=DepartmentSent,
    answer=DepartmentPage,
    status=201,
)
def add_department(asked: Asked[None, DepartmentSent]) -> DepartmentPage:
    """Add a department."""
    department = departments.add_department(
        asked.session,
        brand_id=asked.who.brand_id,
        key=asked.body.key,
        name=asked.body.name,
        zone=asked.session.get_one(Brand, asked.who.brand_id).zone,
        now=asked.now,
        actor=asked.who.actor,
    )
    return show_department(asked, department.key)


@NOUN.offers(
    "PATCH", "/departments/{key}", right=Right.MANAGE_DEPARTMENTS, sends=DepartmentChange, answer=DepartmentPage
)
def change_department(asked: Asked[None, DepartmentChange], key: str) -> DepartmentPage:
    """Change what a department is called, how it works, or when it is open."""
    department, sent = _found(asked, key), asked.body.model_fields_set
    now = show_department(asked, key)
    wanted = {name: getattr(asked.body if name in sent else now, name) for name in DepartmentChange.model_fields}
    departments.change_department(
        asked.session,
        department,
        name=wanted["name"],
        missed_is_work=wanted["missed_is_work"],
        callback_number=wanted["callback_number"],
        now=asked.now,
        actor=asked.who.actor,
    )
    departments.set_hours(
        asked.session,
        department,
        week=wanted["week"],
        zone=wanted["zone"],
        now=asked.now,
        actor=asked.who.actor,
    )
    return show_department(asked, key)


@NOUN.offers("PUT", "/departments/{key}/closed", right=Right.CLOSE_DEPARTMENTS, sends=ClosedSent, answer=DepartmentPage)
def close_department(asked: Asked[None, ClosedSent], key: str) -> DepartmentPage:
    """Close a department at once, whatever its hours say, or let its hours count again."""
    department = _found(asked, key)
    departments.close_now(asked.session, department, asked.body.closed, now=asked.now, actor=asked.who.actor)
    return show_department(asked, key)


@NOUN.offers(
    "DELETE",
    "/departments/{key}",
    right=Right.MANAGE_DEPARTMENTS,
    status=204,
    refusals={409: "Something still uses the department, or it is the only one."},
)
def remove_department(asked: Asked[None, None], key: str) -> None:
    """Take away a department that nothing uses."""
    try:
        departments.remove_department(asked.session, _found(asked, key), now=asked.now, actor=asked.who.actor)
    except DepartmentInUseError as used:
        raise Problem(409, "in-use", f"The department stays: {used.reason}; {used.cure}.") from None


def _found(asked: Asked[object, object], key: str) -> Department:
    department = queries.department(asked.session, brand_id=asked.who.brand_id, key=key)
    if department is None:
        raise not_found(f"department {key}")
    return department
