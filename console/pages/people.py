"""People who work here: roles, departments, phones, invitations."""

from console.language import _
from console.nouns import Forbidden, NotHere, Noun
from console.refusals import problems
from console.visit import Answer, Moved, Visit, shown
from people import links, queries, staff
from people.accounts import add_account, set_active, set_departments, set_phone, set_role
from people.models import Account, Role
from people.refusals import FieldRefused, said
from people.rights import Right

NOUN = Noun("people")
MOST = 1000


@NOUN.page("GET", "/people", needs=Right.READ_PEOPLE)
def list_people(visit: Visit) -> Answer:
    return shown(
        "people/list.html",
        people=staff.everybody(visit.session, brand_id=visit.brand_id, limit=MOST),
        departments=_department_names(visit),
        may_change=visit.may(Right.MANAGE_PEOPLE),
    )


@NOUN.page("GET", "/people/new", needs=Right.MANAGE_PEOPLE)
def new_person(visit: Visit) -> Answer:
    return _new(visit, problems={})


@NOUN.page("POST", "/people", needs=Right.MANAGE_PEOPLE)
def add_person(visit: Visit) -> Answer:
    """Add somebody and show the link by which they choose a password, once."""
    form = visit.form
    try:
        account = add_account(
            visit.session,
            brand_id=visit.brand_id,
            email=form.get("email", ""),
            name=form.get("name", ""),
            role=_role(form.get("role", "")),
            phone=form.get("phone", "").strip() or None,
            now=visit.now,
            actor=visit.actor,
        )
        set_departments(visit.session, account, form.getlist("department"), now=visit.now, actor=visit.actor)
    except FieldRefused as wrong:
        return _new(visit, problems=problems(wrong))
    return _invited(visit, account)


@NOUN.page("GET", "/people/<int:account_id>", needs=Right.READ_PEOPLE)
def show_person(visit: Visit, account_id: int) -> Answer:
    return _page(visit, _found(visit, account_id), problems={})


@NOUN.page("POST", "/people/<int:account_id>", needs=Right.MANAGE_PEOPLE)
def change_person(visit: Visit, account_id: int) -> Answer:
    account, form = _found(visit, account_id), visit.form
    try:
        set_role(visit.session, account, _role(form.get("role", "")), now=visit.now, actor=visit.actor)
        set_departments(visit.session, account, form.getlist("department"), now=visit.now, actor=visit.actor)
        set_phone(visit.session, account, form.get("phone", ""), now=visit.now, actor=visit.actor)
        set_active(visit.session, account, form.get("active") == "on", now=visit.now, actor=visit.actor)
    except FieldRefused as wrong:
        return _page(visit, account, problems=problems(wrong))
    return Moved(to=f"/people/{account_id}", told=_("Saved"))


@NOUN.page("POST", "/people/<int:account_id>/link", needs=Right.MANAGE_PEOPLE)
def invite_person(visit: Visit, account_id: int) -> Answer:
    """A new link for somebody who lost theirs, or their password."""
    account = _found(visit, account_id)
    if not account.active:
        raise Forbidden(_("Somebody who is switched off gets no link. Switch them on first."))
    return _invited(visit, account)


def _invited(visit: Visit, account: Account) -> Answer:
    given = links.make_for(visit.session, account=account, now=visit.now, actor=visit.actor)
    address = f"{visit.settings.public_url}{given.path}"
    return shown("people/invited.html", person=account, address=address, until=given.expires_at)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise FieldRefused("role", said("there is no such role"), said("choose one of the list")) from None


def _found(visit: Visit, account_id: int) -> Account:
    account = visit.session.get(Account, account_id)
    if account is None or account.brand_id != visit.brand_id:
        raise NotHere(_("such person"))
    return account


def _department_names(visit: Visit) -> list[tuple[str, str]]:
    found = queries.departments(visit.session, brand_id=visit.brand_id, limit=MOST)
    return [(department.key, department.name) for department in found]


def _new(visit: Visit, *, problems: dict[str, str]) -> Answer:
    return shown(
        "people/new.html",
        status=422 if problems else 200,
        problems=problems,
        form=visit.form,
        departments=_department_names(visit),
        roles=_roles(),
    )


def _page(visit: Visit, account: Account, *, problems: dict[str, str]) -> Answer:
    return shown(
        "people/person.html",
        status=422 if problems else 200,
        problems=problems,
        person=account,
        chosen=staff.departments_of(visit.session, account_id=account.id),
        departments=_department_names(visit),
        roles=_roles(),
        may_change=visit.may(Right.MANAGE_PEOPLE),
    )


def _roles() -> list[tuple[str, str]]:
    names = {
        Role.AGENT: _("Agent"),
        Role.REVIEWER: _("Reviewer"),
        Role.SUPERVISOR: _("Supervisor"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
    return [(role.value, names[role]) for role in Role]
