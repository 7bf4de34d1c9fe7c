"""Saved views of tickets: kept under a name, renamed, shared, deleted, made the one that Tickets opens."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from console import ticket_views
from console.language import _
from console.nouns import Access, NotHere, Noun
from console.pages.tickets import back
from console.refusals import problems as said
from console.visit import Answer, Moved, Visit, shown
from people import saved_views
from people.preferences import save
from people.refusals import FieldRefused
from people.rights import Right
from people.sign_in_models import SavedView

NOUN = Noun("views")
PATH = "/tickets/views"


@NOUN.page("GET", PATH, needs=Right.READ_TICKETS)
def list_views(visit: Visit) -> Answer:
    """Those one has and those others share, each with what can be done to it."""
    return _listed(visit)


@NOUN.page("POST", PATH, needs=Right.READ_TICKETS)
def save_view(visit: Visit) -> Answer:
    """Keep the list of `back` with its order and columns as `name`; `shared` and `first` where ticked."""
    here = back(visit)
    view = ticket_views.read(dict(parse_qsl(urlsplit(here).query)))
    kept = view.but(columns=view.columns or ".".join(visit.preferences.ticket_columns))
    shared = bool(visit.form.get("shared")) and visit.may(Right.SHARE_VIEWS)
    try:
        saved = saved_views.save(
            visit.session,
            account=visit.account,
            name=visit.form.get("name", ""),
            query=kept.query.removeprefix("?"),
            shared=shared,
            now=visit.now,
        )
    except FieldRefused as refused:
        return _listed(visit, problems=said(refused))
    if visit.form.get("first"):
        _open_with(visit, str(saved.id))
    return Moved(to=kept.address(), told=_("Saved as “%(name)s”") % {"name": saved.name})


@NOUN.page("POST", "/tickets/views/<int:view_id>", needs=Right.READ_TICKETS)
def rename_view(visit: Visit, view_id: int) -> Answer:
    try:
        saved_views.rename(visit.session, view=_mine(visit, view_id), name=visit.form.get("name", ""))
    except FieldRefused as refused:
        return _listed(visit, problems={f"name-{view_id}": words for words in said(refused).values()})
    return Moved(to=PATH, told=_("Name saved."))


@NOUN.page("POST", "/tickets/views/<int:view_id>/delete", needs=Right.READ_TICKETS)
def delete_view(visit: Visit, view_id: int) -> Answer:
    saved_views.delete(visit.session, view=_mine(visit, view_id))
    if visit.preferences.ticket_view == str(view_id):
        _open_with(visit, "")
    return Moved(to=PATH, told=_("The view is deleted; its tickets are where they were."))


@NOUN.page("POST", "/tickets/views/first", needs=Access.SIGNED_IN)
def choose_first_view(visit: Visit) -> Answer:
    """What Tickets opens from now on."""
    _open_with(visit, visit.form.get("view", ""))
    return Moved(to=PATH, told=_("Tickets opens with it from now on."))


def _listed(visit: Visit, *, problems: dict[str, str] | None = None) -> Answer:
    saved = saved_views.views(visit.session, account=visit.account)
    return shown(
        "tickets/views.html",
        status=422 if problems else 200,
        saved=[(one, _address(one), saved_views.may_change(one, visit.account)) for one in saved],
        built_in=[(tab.key, tab.label, tab.view.address()) for tab in ticket_views.tabs(ticket_views.View())],
        first=visit.preferences.ticket_view,
        problems=problems or {},
        form=visit.form,
        most_name=saved_views.MOST_NAME,
    )


def _address(view: SavedView) -> str:
    return ticket_views.read(dict(parse_qsl(view.query))).address()


def _mine(visit: Visit, view_id: int) -> SavedView:
    found = saved_views.view(visit.session, account=visit.account, id=view_id)
    if found is None or not saved_views.may_change(found, visit.account):
        raise NotHere(_("view of yours with this number"))
    return found


def _open_with(visit: Visit, name: str) -> None:
    save(visit.session, account_id=visit.account.id, preferences=replace(visit.preferences, ticket_view=name))
