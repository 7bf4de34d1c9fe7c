"""Tickets as a list to work through: filters in the address, built-in and saved views, several chosen at once."""

from collections.abc import Sequence
from dataclasses import replace
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urlencode, urlsplit

from werkzeug.datastructures import MultiDict

from console import moments, ticket_views, ticket_words
from console.language import _, ngettext
from console.nouns import Access, Noun
from console.ticket_views import Tab, View
from console.view_counts import counted
from console.visit import Answer, Data, Moved, Shown, Visit, shown
from people import queries as people
from people import saved_views
from people.models import Department
from people.preferences import TICKET_COLUMNS, save
from people.rights import Right
from people.seeing import see
from routing.deeds import MOST, Chosen
from tickets import queries
from tickets.paging import BadCursor
from tickets.worklist import MOST_COUNTED, Order, Place, count_matching, counts, read_place, worklist

NOUN = Noun("tickets")

PAGE = 50
MOST_TICKED = 200


@NOUN.page("GET", "/tickets", needs=Right.READ_TICKETS)
def list_tickets(visit: Visit) -> Answer:
    """Five statements, whatever the page holds and however deep it lies. `view`: a saved or built-in view by name."""
    if "view" in visit.query:
        return Moved(to=_named(visit, visit.query["view"]))
    return listed(visit, ticket_views.read(visit.query))


@NOUN.page("POST", "/tickets/columns", needs=Access.SIGNED_IN)
def choose_columns(visit: Visit) -> Answer:
    chosen = tuple(name for name in TICKET_COLUMNS if name in visit.form.getlist("column"))
    wanted = replace(visit.preferences, ticket_columns=chosen)
    save(visit.session, account_id=visit.account.id, preferences=wanted)
    # A view that brings columns of its own would hide what was just chosen.
    return Moved(to=without_columns(back(visit)))


@NOUN.page("GET", "/tickets/matching", needs=Right.READ_TICKETS)
def count_tickets(visit: Visit) -> Answer:
    """How many tickets the view of the address holds, as words for a link."""
    view = ticket_views.read(visit.query)
    count = _matching(visit, view)
    return Data(body={"count": count, "said": all_that_match(count)})


@NOUN.page("POST", "/tickets/seen", needs=Right.READ_TICKETS)
def mark_all_seen(visit: Visit) -> Answer:
    """What is on the page is no news any more."""
    numbers = [one.number for one in ticked(visit.form)]
    found = [queries.ticket_row(visit.session, brand_id=visit.brand_id, number=number) for number in numbers]
    ids = [ticket.id for ticket in found if ticket is not None]
    see(visit.session, account_id=visit.account.id, ticket_ids=ids, now=visit.now)
    return Moved(to=back(visit))


def _named(visit: Visit, name: str) -> str:
    """The address of a view; one that is gone is all that is open."""
    if name in ticket_views.BUILT_IN:
        return ticket_views.BUILT_IN[name][1].address()
    number = int(name) if _is_number(name) else 0
    kept = saved_views.view(visit.session, account=visit.account, id=number)
    return ticket_views.read(dict(parse_qsl(kept.query))).address() if kept else "/tickets"


def all_that_match(count: int) -> str:
    """What choosing them is called. Counting stops at MOST, and so does changing."""
    if count > MOST:
        return _("Select the first %(most)s of more than %(most)s that match") % {"most": moments.count(MOST)}
    return ngettext("Select the %(count)s that matches", "Select all %(count)s that match", count) % {
        "count": moments.count(count)
    }


def ticked(form: MultiDict[str, str]) -> list[Chosen]:
    """The tickets ticked on a page: `1001.5` is number and version, `1001` whatever version it is by then."""
    found: dict[int, Chosen] = {}
    for text in form.getlist("ticket")[:MOST_TICKED]:
        number, _dot, version = text.partition(".")
        if _is_number(number) and (not version or _is_number(version)):
            found[int(number)] = Chosen(int(number), int(version) if version else None)
    return list(found.values())


def listed(visit: Visit, view: View, *, problems: dict[str, str] | None = None, told: str = "", undo: int = 0) -> Shown:
    """The list at the cursor of the address."""
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    owners = people.owners(visit.session, brand_id=visit.brand_id)
    cursor = ticket_views.cursor(visit.query)
    page = worklist(
        visit.session,
        brand_id=visit.brand_id,
        viewer_id=visit.account.id,
        asked=ticket_views.asked(view, visit, departments),
        order=Order(view.order),
        limit=PAGE,
        after=_place(cursor.get("after")),
        before=_place(cursor.get("before")),
    )
    tabs, saved = ticket_views.tabs(view), saved_views.views(visit.session, account=visit.account)
    own = ticket_views.saved_tabs(view, saved, visit.account.id)
    can_write = visit.may(Right.WRITE_TICKETS)
    everything = _matching(visit, view) if can_write and visit.query.get("select") == "all" else 0
    return shown(
        "tickets/list.html",
        view=view,
        page=page,
        cursor=cursor,
        tabs=tabs,
        saved=own,
        counts=_counts(visit, [*tabs, *own], departments),
        most=MOST_COUNTED,
        chips=ticket_views.chips(view, departments=departments, owners=owners),
        department_choices=[(one.key, one.name) for one in departments],
        owner_choices=[(str(one.id), one.name) for one in owners if one.id != visit.account.id],
        can_write=can_write,
        everything=everything,
        most_changed=MOST,
        once=token_urlsafe(12),
        columns=view.chosen_columns(visit.preferences.ticket_columns),
        all_columns=TICKET_COLUMNS,
        age_choices=[(code, _(words)) for code, (_length, words) in ticket_views.AGES.items()],
        say=ticket_words,
        problems=problems or {},
        older=view.address(after=page.after.cursor()) if page.after else "",
        newer=view.address(before=page.before.cursor()) if page.before else "",
        told=told,
        undo=undo,
    )


def _counts(visit: Visit, tabs: Sequence[Tab], departments: Sequence[Department]) -> dict[str, int]:
    """One statement: the built-in views are always counted, saved ones now and then."""
    keys = {tab.key: (visit.brand_id, visit.account.id, tab.view.query) for tab in tabs if tab.key.isdecimal()}
    known = counted.fresh(keys, now=visit.now)
    views = {tab.key: ticket_views.asked(tab.view, visit, departments) for tab in tabs if tab.key not in known}
    found = counts(visit.session, brand_id=visit.brand_id, views=views)
    counted.keep(keys, {key: count for key, count in found.items() if key in keys}, now=visit.now)
    return known | found


def _matching(visit: Visit, view: View) -> int:
    """How many there are, counted to one more than can be changed at once."""
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500) if view.department else []
    asked = ticket_views.asked(view, visit, departments)
    return count_matching(visit.session, brand_id=visit.brand_id, asked=asked, most=MOST + 1)


def _place(text: str | None) -> Place | None:
    """Where an address says the page goes on; from the start where it says nothing that is ours."""
    try:
        return read_place(text) if text else None
    except BadCursor:
        return None


def back(visit: Visit) -> str:
    """The list the form came from; never another site's."""
    path = visit.form.get("back", "")
    return path if path == "/tickets" or path.startswith("/tickets?") else "/tickets"


def without_columns(path: str) -> str:
    """The same list with the columns the viewer likes."""
    pairs = [(name, text) for name, text in parse_qsl(urlsplit(path).query) if name != "columns"]
    return f"/tickets?{urlencode(pairs)}" if pairs else "/tickets"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
