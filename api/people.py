"""Departments and agents, as other nouns name them."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.shapes import OpaqueId, Shape
from people import queries
from people.models import Department, Role
from people.queries import AgentView
from people.rights import Right
from tickets.paging import Page, Position

DEPARTMENTS = Noun("departments", "Groups of people that answer for one kind of matter.")
AGENTS = Noun("agents", "People who work here.")

Row = TypeVar("Row")


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


class DepartmentList(ListOf[DepartmentShape]):
    """A page of departments, in the order they were made."""


class AgentShape(Shape):
    """One person."""

    id: OpaqueId
    email: str
    """What tickets name them by."""
    name: str
    role: Role
    departments: list[str] = Field(description="Keys of the departments they belong to.")

    @classmethod
    def of(cls, view: AgentView) -> "AgentShape":
        account = view.account
        return cls(
            id=str(account.id),
            email=account.email,
            name=account.name,
            role=Role(account.role),
            departments=list(view.departments),
        )


class AgentList(ListOf[AgentShape]):
    """A page of people, in the order they came."""


@DEPARTMENTS.offers("GET", "/departments", right=Right.READ_DEPARTMENTS, query=ListQuery, answer=DepartmentList)
def list_departments(asked: Asked[ListQuery, None]) -> object:
    """List departments, in the order they were made."""
    rows = queries.departments(
        asked.session, brand_id=asked.who.brand_id, limit=asked.query.limit + 1, after_id=_after(asked)
    )
    page = _page(asked, rows, [row.id for row in rows])
    return page_of(page, DepartmentShape.of, settings=asked.parts.settings, as_type=DepartmentList)


@AGENTS.offers("GET", "/agents", right=Right.READ_PEOPLE, query=ListQuery, answer=AgentList)
def list_agents(asked: Asked[ListQuery, None]) -> object:
    """List the people who work here, in the order they came."""
    rows = queries.agents(
        asked.session, brand_id=asked.who.brand_id, limit=asked.query.limit + 1, after_id=_after(asked)
    )
    page = _page(asked, rows, [row.account.id for row in rows])
    return page_of(page, AgentShape.of, settings=asked.parts.settings, as_type=AgentList)


def _after(asked: Asked[ListQuery, None]) -> int:
    position = asked.query.after()
    return position.id if position else 0


def _page(asked: Asked[ListQuery, None], rows: Sequence[Row], ids: Sequence[int]) -> Page[Row]:
    """One row more than the page has was read, to know whether another follows."""
    limit = asked.query.limit
    return Page(rows[:limit], Position(asked.now, ids[limit - 1]) if len(rows) > limit else None)
