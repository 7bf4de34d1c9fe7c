"""Tickets as a list to work through: filters in the address, built-in views, several changed at once."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from console import ticket_views, ticket_words
from console.language import _, ngettext
from console.nouns import Access, Noun
from console.ticket_acting import Refused, apply
from console.ticket_views import View
from console.visit import Answer, Moved, Shown, Visit, shown
from people import queries as people
from people.preferences import TICKET_COLUMNS, save
from people.rights import Right
from people.seeing import see
from tickets import queries
from tickets.paging import BadCursor
from tickets.worklist import MOST_COUNTED, Order, Place, counts, read_place, worklist

NOUN = Noun("tickets")

PAGE = 50
MOST_AT_ONCE = 200


@NOUN.page("GET", "/tickets", needs=Right.READ_TICKETS)
def list_tickets(visit: Visit) -> Answer:
    """Four statements, whatever the page holds and however deep it lies."""
    return _listed(visit, ticket_views.read(visit.query))


@NOUN.page("POST", "/tickets/columns", needs=Access.SIGNED_IN)
def choose_columns(visit: Visit) -> Answer:
    chosen = tuple(name for name in TICKET_COLUMNS if name in visit.form.getlist("column"))
    wanted = replace(visit.preferences, ticket_columns=chosen)
    save(visit.session, account_id=visit.account.id, preferences=wanted)
    return Moved(to=_back(visit))


@NOUN.page("POST", "/tickets/changes", needs=Right.WRITE_TICKETS)
def change_tickets(visit: Visit) -> Answer:
    """Assign the ticked tickets, or set their status; each for itself, and those refused are named."""
    numbers = list(dict.fromkeys(int(text) for text in visit.form.getlist("ticket") if _is_number(text)))[:MOST_AT_ONCE]
    wanted = {field: visit.form[field] for field in ("assignee", "status") if visit.form.get(field)}
    if wanted.get("assignee") == ticket_views.NOBODY:
        wanted["assignee"] = ""
    if not numbers or not wanted:
        return Moved(to=_back(visit), told=_("Tick tickets and choose what to do with them."))
    refused: dict[str, str] = {}
    for number in numbers:
        ticket = queries.ticket_row(visit.session, brand_id=visit.brand_id, number=number)
        try:
            if ticket is not None:
                apply(visit, ticket, wanted)
        except Refused as refusal:
            refused[f"ticket-{number}"] = f"#{number}: {refusal}"
    done = len(numbers) - len(refused)
    told = ngettext("%(done)d ticket changed", "%(done)d tickets changed", done) % {"done": done}
    if refused:
        view = ticket_views.read(_query(_back(visit)))
        return replace(_listed(visit, view, problems=refused, told=told), status=422, keep=True)
    return Moved(to=_back(visit), told=told)


@NOUN.page("POST", "/tickets/seen", needs=Right.READ_TICKETS)
def mark_all_seen(visit: Visit) -> Answer:
    """What is on the page is no news any more."""
    numbers = [int(text) for text in visit.form.getlist("ticket") if _is_number(text)][:MOST_AT_ONCE]
    found = [queries.ticket_row(visit.session, brand_id=visit.brand_id, number=number) for number in numbers]
    ids = [ticket.id for ticket in found if ticket is not None]
    see(visit.session, account_id=visit.account.id, ticket_ids=ids, now=visit.now)
    return Moved(to=_back(visit))


def _listed(visit: Visit, view: View, *, problems: dict[str, str] | None = None, told: str = "") -> Shown:
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    owners = people.owners(visit.session, brand_id=visit.brand_id)
    after, before = _place(visit.query.get("after")), _place(visit.query.get("before"))
    page = worklist(
        visit.session,
        brand_id=visit.brand_id,
        viewer_id=visit.account.id,
        asked=ticket_views.asked(view, visit, departments),
        order=Order(view.order),
        limit=PAGE,
        after=after,
        before=before,
    )
    tabs = ticket_views.tabs(view)
    views = {tab.key: ticket_views.asked(tab.view, visit) for tab in tabs}
    return shown(
        "tickets/list.html",
        view=view,
        page=page,
        tabs=tabs,
        counts=counts(visit.session, brand_id=visit.brand_id, views=views),
        most=MOST_COUNTED,
        chips=ticket_views.chips(view, departments=departments, owners=owners),
        department_choices=[(one.key, one.name) for one in departments],
        owner_choices=[(str(one.id), one.name) for one in owners if one.id != visit.account.id],
        can_write=visit.may(Right.WRITE_TICKETS),
        columns=visit.preferences.ticket_columns,
        all_columns=TICKET_COLUMNS,
        age_choices=[(code, _(words)) for code, (_length, words) in ticket_views.AGES.items()],
        say=ticket_words,
        problems=problems or {},
        older=view.address(after=page.after.cursor()) if page.after else "",
        newer=view.address(before=page.before.cursor()) if page.before else "",
        told=told,
    )


def _place(text: str | None) -> Place | None:
    """Where an address says the page goes on; from the start where it says nothing that is ours."""
    try:
        return read_place(text) if text else None
    except BadCursor:
        return None


def _back(visit: Visit) -> str:
    """The list the form came from; never another site's."""
    path = visit.form.get("back", "")
    return path if path == "/tickets" or path.startswith("/tickets?") else "/tickets"


def _query(path: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(path).query))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
