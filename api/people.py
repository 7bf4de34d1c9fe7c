"""People who work here: listed, invited, changed, and let in anew."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from api.bodies import Body
from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.problems import Problem, not_found
from api.shapes import E164, Moment, OpaqueId, Shape
from people import accounts, links, queries, staff
from people.models import Account, Role
from people.queries import AgentView
from people.rights import Right
from tickets.paging import Page, Position

NOUN = Noun("agents", "People who work here.")

Row = TypeVar("Row")


class AgentShape(Shape):
    """One person."""

    id: OpaqueId
    email: str
    """What tickets name them by."""
    name: str
    role: Role
    active: bool
    """False: they work here no more, and may not sign in."""
    phone: str | None
    """Where calls reach them, in E.164."""
    departments: list[str] = Field(description="Keys of the departments they belong to.")

    @classmethod
    def of(cls, view: AgentView) -> "AgentShape":
        account = view.account
        return cls(
            id=str(account.id),
            email=account.email,
            name=account.name,
            role=Role(account.role),
            active=account.active,
            phone=account.phone,
            departments=list(view.departments),
        )


class AgentList(ListOf[AgentShape]):
    """A page of people, in the order they came."""


class AgentQuery(ListQuery):
    """Which people."""

    left: bool = Field(False, description="Those who work here no more too.")


class AgentSent(Body):
    """Somebody to add."""

    email: str = Field(max_length=accounts.MOST_EMAIL)
    name: str = Field(max_length=accounts.MOST_NAME)
    role: Role = Field(strict=False)
    phone: E164 | None = None
    departments: list[str] = Field([], max_length=500, description="Keys of departments.")


class AgentChange(Body):
    """What to change; what is left out stays."""

    role: Role = Field(Role.AGENT, strict=False)
    phone: E164 | None = Field(None, description="Null: nowhere.")
    departments: list[str] = Field([], max_length=500, description="Keys of all their departments.")
    active: bool = Field(True, description="False: signed out everywhere, and not let in again.")


class LinkShape(Shape):
    """A link with which a person chooses a password."""

    url: str
    """Whoever has it can choose the password. It works once and is told only now."""
    expires_at: Moment


@NOUN.offers("GET", "/agents", right=Right.READ_PEOPLE, query=AgentQuery, answer=AgentList)
def list_agents(asked: Asked[AgentQuery, None]) -> object:
    """List the people who work here, in the order they came."""
    rows = queries.agents(
        asked.session,
        brand_id=asked.who.brand_id,
        limit=asked.query.limit + 1,
        after_id=after_id(asked),
        also_left=asked.query.left,
    )
    page = page_by_id(asked, rows, [row.account.id for row in rows])
    return page_of(page, AgentShape.of, settings=asked.parts.settings, as_type=AgentList)


@NOUN.offers("GET", "/agents/{id}", right=Right.READ_PEOPLE, answer=AgentShape)
def show_agent(asked: Asked[object, object], id: int) -> AgentShape:
    """Read one person, also one who works here no more."""
    account = found(asked, id)
    keys = staff.departments_of(asked.session, account_id=account.id)
    return AgentShape.of(AgentView(account, tuple(sorted(keys))))


@NOUN.offers("POST", "/agents", right=Right.MANAGE_PEOPLE, sends=AgentSent, answer=AgentShape, status=201)
def add_agent(asked: Asked[None, AgentSent]) -> AgentShape:
    """Add somebody. They choose a password by a link: PUT /agents/{id}/link."""
    body, session, now, actor = asked.body, asked.session, asked.now, asked.who.actor
    account = accounts.add_account(
        session,
        brand_id=asked.who.brand_id,
        email=body.email,
        name=body.name,
        role=body.role,
        phone=body.phone,
        now=now,
        actor=actor,
    )
    accounts.set_departments(session, account, body.departments, now=now, actor=actor)
    return show_agent(asked, account.id)


@NOUN.offers("PATCH", "/agents/{id}", right=Right.MANAGE_PEOPLE, sends=AgentChange, answer=AgentShape)
def change_agent(asked: Asked[None, AgentChange], id: int) -> AgentShape:
    """Change somebody's role, departments or phone, switch them off or on again."""
    account, body, sent = found(asked, id), asked.body, asked.body.model_fields_set
    session, now, actor = asked.session, asked.now, asked.who.actor
    if "role" in sent:
        accounts.set_role(session, account, body.role, now=now, actor=actor)
    if "departments" in sent:
        accounts.set_departments(session, account, body.departments, now=now, actor=actor)
    if "phone" in sent:
        accounts.set_phone(session, account, body.phone or "", now=now, actor=actor)
    if "active" in sent:
        accounts.set_active(session, account, body.active, now=now, actor=actor)
    return show_agent(asked, id)


@NOUN.offers(
    "PUT",
    "/agents/{id}/link",
    right=Right.MANAGE_PEOPLE,
    answer=LinkShape,
    refusals={409: "The person is switched off."},
)
def make_agent_link(asked: Asked[None, None], id: int) -> LinkShape:
    """Make a link with which somebody chooses a password; those made before are void.

    It is an invitation for who never had a password, and works for seven days; else a reset, for two hours.
    """
    account = found(asked, id)
    if not account.active:
        raise Problem(409, "switched-off", "Somebody who is switched off gets no link. Switch them on first.")
    given = links.make_for(asked.session, account=account, now=asked.now, actor=asked.who.actor)
    return LinkShape(url=f"{asked.parts.settings.public_url}{given.path}", expires_at=given.expires_at)


def found(asked: Asked[object, object], id: int) -> Account:
    """The brand's person of the id in the path. Raises Problem 404."""
    account = asked.session.get(Account, id)
    if account is None or account.brand_id != asked.who.brand_id:
        raise not_found(f"agent {id}")
    return account


def after_id(asked: Asked[ListQuery, None]) -> int:
    """The id that a list in the order of ids goes on after."""
    position = asked.query.after()
    return position.id if position else 0


def page_by_id(asked: Asked[ListQuery, None], rows: Sequence[Row], ids: Sequence[int]) -> Page[Row]:
    """One row more than the page has was read, to know whether another follows."""
    limit = asked.query.limit
    return Page(rows[:limit], Position(asked.now, ids[limit - 1]) if len(rows) > limit else None)
