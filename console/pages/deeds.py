"""Several tickets changed at once, and any change taken back: asked for here, followed here."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from console import deed_words, ticket_views
from console.language import _, ngettext
from console.nouns import NotHere, Noun
from console.pages.tickets import back, listed, ticked
from console.refusals import sentence
from console.visit import Answer, Moved, Visit, shown
from people import queries as people
from people.refusals import FieldRefused
from people.rights import Right
from routing import deed_queries, deeds
from routing.deed_rows import problem
from routing.wishes import read_wish
from tickets.deed_models import Deed, DeedState
from tickets.fields import ChangeRefused
from tickets.worklist import Order

NOUN = Noun("deeds")

MOST_TOLD = 500
"""So many of the tickets that could not be changed are named."""


@NOUN.page("POST", "/tickets/changes", needs=Right.WRITE_TICKETS)
def change_tickets(visit: Visit) -> Answer:
    """Change the ticked tickets, or with `all` whatever matches the list's filters: at once or, if many, by and by."""
    here, once = back(visit), visit.form.get("once", "")
    view = ticket_views.read(dict(parse_qsl(urlsplit(here).query)))
    try:
        wish = read_wish(visit.session, by=visit.account, form=visit.form)
        if visit.form.get("all"):
            departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
            deed, _is_new = deeds.do_to_matching(
                visit.session,
                by=visit.account,
                once=once,
                wish=wish,
                asked=ticket_views.asked(view, visit, departments),
                order=Order(view.order),
                now=visit.now,
            )
        else:
            chosen = ticked(visit.form)
            if not chosen or not wish:
                return Moved(to=here, told=_("Tick tickets and choose what to do with them."))
            deed, _is_new = deeds.do_to(
                visit.session, by=visit.account, once=once, wish=wish, chosen=chosen, now=visit.now
            )
    except ChangeRefused as refused:
        return replace(listed(visit, view, problems={refused.field: sentence(refused)}), status=422)
    if deed.state == DeedState.RUNNING:
        return Moved(to=_page(deed))
    progress = deed_queries.progress(visit.session, deed_id=deed.id)
    told = ngettext("%(done)d ticket changed", "%(done)d tickets changed", progress.done) % {"done": progress.done}
    undo = deed.id if progress.done and deed.state == DeedState.DONE else 0
    if progress.refused:
        refused_rows = deed_queries.troubled(visit.session, deed_id=deed.id, limit=MOST_TOLD)
        problems = {str(row.number): f"#{row.number}: {_why(problem(row))}" for row in refused_rows}
        return replace(
            listed(visit, view, problems=problems, told=told if undo else "", undo=undo), status=422, keep=True
        )
    return Moved(to=without_selection(here), told=told, undo=undo)


@NOUN.page("GET", "/tickets/changes/<int:deed_id>", needs=Right.READ_TICKETS)
def show_deed(visit: Visit, deed_id: int) -> Answer:
    """How far it is, what could not be done and why, and a way back while there is one."""
    return _shown(visit, _found(visit, deed_id))


@NOUN.page("POST", "/tickets/changes/<int:deed_id>/undo", needs=Right.WRITE_TICKETS)
def undo_deed(visit: Visit, deed_id: int) -> Answer:
    """Take it back, where nobody has changed the tickets since; whatever stays is told."""
    found = _found(visit, deed_id)
    try:
        deed = deeds.undo(visit.session, deed_id=found.id, by=visit.account, now=visit.now)
    except ChangeRefused as refused:
        return _shown(visit, found, problems={refused.field: sentence(refused)})
    progress = deed_queries.progress(visit.session, deed_id=deed.id)
    if deed.state == DeedState.UNDOING or progress.kept:
        return Moved(to=_page(deed))
    told = ngettext("Taken back", "Taken back for %(undone)d tickets", progress.undone) % {"undone": progress.undone}
    return Moved(to=_here(visit), told=told)


def without_selection(path: str) -> str:
    """The same list with nothing selected."""
    return path.replace("&select=all", "").replace("?select=all&", "?").replace("?select=all", "")


def _shown(visit: Visit, deed: Deed, *, problems: dict[str, str] | None = None) -> Answer:
    progress = deed_queries.progress(visit.session, deed_id=deed.id)
    owners = {str(id): name for id, name in people.account_names(visit.session, brand_id=visit.brand_id).items()}
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    rows = deed_queries.troubled(visit.session, deed_id=deed.id, limit=MOST_TOLD)
    ends = (deed.ended_at or visit.now) + deeds.UNDO_WITHIN
    return shown(
        "tickets/deed.html",
        status=422 if problems else 200,
        deed=deed,
        by=owners.get(str(deed.account_id), ""),
        progress=progress,
        passed=progress.passed(deed.state),
        ahead=progress.ahead(deed.state),
        wished=deed_words.wished(
            deed.wanted,  # type: ignore[arg-type]
            owners=owners,
            departments={one.key: one.name for one in departments},
        ),
        troubles=[(row.number, row.state, _why(problem(row))) for row in rows],
        is_moving=deed.state in (DeedState.RUNNING, DeedState.UNDOING),
        can_undo=deed.state == DeedState.DONE
        and progress.done > 0
        and visit.now <= ends
        and deed.account_id == visit.account.id
        and visit.may(Right.WRITE_TICKETS),
        problems=problems or {},
    )


def _found(visit: Visit, deed_id: int) -> Deed:
    found = deed_queries.deed(visit.session, brand_id=visit.brand_id, id=deed_id)
    if found is None:
        raise NotHere(_("change of tickets with this number"))
    return found


def _page(deed: Deed) -> str:
    return f"/tickets/changes/{deed.id}"


def _here(visit: Visit) -> str:
    """Where the button was: any page of ours about tickets."""
    path = visit.form.get("back", "")
    return without_selection(path) if path.startswith("/tickets") else "/tickets"


def _why(refused: FieldRefused | None) -> str:
    return sentence(refused) if refused else ""
