"""One ticket: what happened on it, and a form for all that can be changed about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from console import call_words, deed_words, ticket_views, ticket_words
from console.event_words import Names
from console.language import _
from console.nouns import NotHere, Noun
from console.ticket_acting import FIELDS, Conflict, Refused, apply, compare, written
from console.ticket_story import Entry, story
from console.visit import Answer, Moved, Shown, Visit, shown
from people import drafts
from people import queries as people
from people.models import Department
from people.rights import Right
from people.seeing import see
from recordings.queries import of_calls
from routing.deeds import remember
from tickets import customer_queries
from tickets.call_lines import other_end
from tickets.caller_choosing import Sharer, sharers
from tickets.models import Call, Ticket
from tickets.restoring import snapshot
from tickets.sheet import Sheet, customer_names, others, sheet
from tickets.statuses import READ_ONLY
from tickets.worklist import Order, neighbours

NOUN = Noun("ticket")

PREVIEWED = 6
"""So many of the latest entries stand in the pane beside a list."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What somebody sent that could not be saved as it is."""

    fields: Mapping[str, str]
    note: str
    problems: Mapping[str, str]
    conflicts: tuple[Conflict, ...] = ()


@NOUN.page("GET", "/tickets/<int:number>", needs=Right.READ_TICKETS)
def show_ticket(visit: Visit, number: int) -> Answer:
    return _page(visit, _sheet(visit, number))


@NOUN.page("GET", "/tickets/<int:number>/preview", needs=Right.READ_TICKETS)
def preview_ticket(visit: Visit, number: int) -> Answer:
    """For the pane beside a list."""
    return _preview(visit, number)


@NOUN.page("POST", "/tickets/<int:number>", needs=Right.WRITE_TICKETS)
def save_ticket(visit: Visit, number: int) -> Answer:
    """The fields that were changed, and the note, all or nothing."""
    here = _sheet(visit, number)
    ticket, form, note = here.row.ticket, visit.form, visit.form.get("note", "")
    visit.session.refresh(ticket, with_for_update=True)
    wanted = {field: form[field] for field in FIELDS if field in form}
    was = {field: form.get(f"was_{field}", "") for field in wanted}
    given_up = [field for field in wanted if form.get(f"choose_{field}") == "theirs"]
    changed, conflicts = compare(was=was, wanted=wanted, now=_now(visit, ticket), given_up=given_up)
    if conflicts:
        # What this person did not touch is shown as it is now: sent as it was, it would undo what others did.
        return _page(visit, here, Typed(fields=changed, note=note, problems={}, conflicts=tuple(conflicts)), status=409)
    was_so = snapshot(ticket)
    try:
        done = apply(visit, ticket, changed, note=note)
    except Refused as refused:
        problems = {"note" if field == "text" else field: words for field, words in refused.problems.items()}
        return _page(visit, here, Typed(fields=changed, note=note, problems=problems), status=422)
    if note.strip():
        drafts.discard(visit.session, account_id=visit.account.id, place=_draft(number))
    sent = _draft(number) if note.strip() else ""
    told, undo = _done(visit, ticket, was_so, changed)
    return Moved(to=_next(visit, ticket), told=told if done else _("Nothing was changed."), sent=sent, undo=undo)


@NOUN.page("POST", "/tickets/<int:number>/quick", needs=Right.WRITE_TICKETS)
def change_quickly(visit: Visit, number: int) -> Answer:
    """One field from the pane beside a list: owner, status or department."""
    ticket = _sheet(visit, number).row.ticket
    visit.session.refresh(ticket, with_for_update=True)
    was_so = snapshot(ticket)
    wanted = {field: visit.form[field] for field in ("assignee", "status", "department") if field in visit.form}
    now = _now(visit, ticket)
    changed = {field: text for field, text in wanted.items() if text != now[field]}
    try:
        apply(visit, ticket, changed)
    except Refused as refused:
        if visit.is_fragment:
            return _preview(visit, number, problems=refused.problems)
        typed = Typed(fields=now | wanted, note="", problems=refused.problems)
        return _page(visit, _sheet(visit, number), typed, status=422)
    told, undo = _done(visit, ticket, was_so, changed)
    if visit.is_fragment:
        return replace(_preview(visit, number), told=told if undo else "", undo=undo)
    return Moved(to=_address(visit, number), told=told, undo=undo)


def _page(visit: Visit, here: Sheet, typed: Typed | None = None, *, status: int = 200) -> Shown:
    ticket, view = here.row.ticket, ticket_views.read(visit.query)
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    asked = ticket_views.asked(view, visit, departments)
    order = Order(view.order)
    before, after = neighbours(visit.session, brand_id=visit.brand_id, asked=asked, order=order, ticket=ticket)
    customer = _customer(visit, ticket)
    sharing, unsaid = _sharing(visit, here) if customer is None else ([], None)
    now = _now(visit, ticket)
    draft = drafts.find(visit.session, account_id=visit.account.id, place=_draft(ticket.number))
    see(visit.session, account_id=visit.account.id, ticket_ids=[ticket.id], now=visit.now)
    return shown(
        "tickets/ticket.html",
        status=status,
        tier=call_words.tier,
        entries=_entries(visit, here, departments),
        here=here,
        ticket=ticket,
        view=view,
        cursor=ticket_views.cursor(visit.query),
        before=before,
        after=after,
        customer=customer,
        sharing=sharing,
        unsaid=unsaid,
        others=others(visit.session, ticket=ticket, viewer_id=visit.account.id),
        department_choices=[(one.key, one.name) for one in departments],
        assignee_choices=_assignees(visit, ticket, here.row.assignee),
        now_fields=now,
        fields=now | dict(typed.fields) if typed else now,
        note=typed.note if typed else (draft.text if draft else ""),
        draft=draft,
        problems=dict(typed.problems) if typed else {},
        conflicts={one.field: one for one in typed.conflicts} if typed else {},
        can_write=visit.may(Right.WRITE_TICKETS) and ticket.status not in READ_ONLY,
        draft_place=_draft(ticket.number),
        say=ticket_words,
    )


def _done(visit: Visit, ticket: Ticket, was_so: Mapping[str, Any], changed: Mapping[str, str]) -> tuple[str, int]:
    """What was done, in words, and the deed that takes it back; 0 where no field is other than before."""
    deed = remember(visit.session, by=visit.account, ticket=ticket, before=was_so, now=visit.now)
    if deed is None:
        return _("Saved"), 0
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    owners = people.account_names(visit.session, brand_id=visit.brand_id)
    told = deed_words.changed(
        changed,
        owners={str(id): name for id, name in owners.items()},
        departments={one.key: one.name for one in departments},
    )
    return told, deed.id


def _address(visit: Visit, number: int) -> str:
    """The ticket as it was opened: from its view, and the page of it."""
    return ticket_views.read(visit.query).ticket(number, **ticket_views.cursor(visit.query))


def _preview(visit: Visit, number: int, *, problems: Mapping[str, str] | None = None) -> Shown:
    here = _sheet(visit, number)
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    see(visit.session, account_id=visit.account.id, ticket_ids=[here.row.ticket.id], now=visit.now)
    return shown(
        "tickets/preview.html",
        status=422 if problems else 200,
        here=here,
        ticket=here.row.ticket,
        view=ticket_views.read(visit.query),
        cursor=ticket_views.cursor(visit.query),
        entries=_entries(visit, here, departments)[-PREVIEWED:],
        department_choices=[(one.key, one.name) for one in departments],
        department_key=_now(visit, here.row.ticket)["department"],
        assignee_choices=_assignees(visit, here.row.ticket, here.row.assignee),
        problems=dict(problems or {}),
        can_write=visit.may(Right.WRITE_TICKETS) and here.row.ticket.status not in READ_ONLY,
        say=ticket_words,
    )


def _sheet(visit: Visit, number: int) -> Sheet:
    found = sheet(visit.session, brand_id=visit.brand_id, viewer_id=visit.account.id, number=number)
    if found is None:
        raise NotHere(_("ticket #%(number)s") % {"number": number})
    return found


def _entries(visit: Visit, here: Sheet, departments: list[Department]) -> list[Entry]:
    """The timeline's entries."""
    customers = [id for event in here.events if isinstance(id := event.facts.get("customer"), int)]
    names = Names(
        accounts=people.account_names(visit.session, brand_id=visit.brand_id),
        departments={one.key: one.name for one in departments},
        customers=customer_names(visit.session, brand_id=visit.brand_id, ids=customers),
    )
    recordings = of_calls(visit.session, call_ids=[call.id for call in here.calls])
    return story(events=here.events, calls=here.calls, recordings=recordings, names=names)


def _assignees(visit: Visit, ticket: Ticket, present: str | None) -> list[tuple[str, str]]:
    """Whom this person may give the ticket to, and whoever owns it now."""
    everybody = people.owners(visit.session, brand_id=visit.brand_id)
    may_assign = visit.may(Right.ASSIGN_TICKETS)
    found = [(str(one.id), one.name) for one in everybody if may_assign or one.id == visit.account.id]
    owner = str(ticket.assignee_id or "")
    if owner and present and owner not in dict(found):
        found.append((owner, present))
    return found


def _customer(visit: Visit, ticket: Ticket) -> customer_queries.CustomerView | None:
    if ticket.customer_id is None:
        return None
    return customer_queries.customer(visit.session, brand_id=visit.brand_id, id=ticket.customer_id)


def _sharing(visit: Visit, here: Sheet) -> tuple[list[Sharer], Call | None]:
    """Who shares the caller's number, and the latest call of which nobody has said whose it was."""
    number = here.row.ticket.caller
    calls = [
        call for call in here.calls if call.customer_id is None and not call.withheld and other_end(call) == number
    ]
    if number is None or not calls:
        return [], None
    found = sharers(visit.session, brand_id=visit.brand_id, numbers=[number])
    return (found, calls[-1]) if len(found) > 1 else ([], None)


def _now(visit: Visit, ticket: Ticket) -> dict[str, str]:
    department = visit.session.get(Department, ticket.department_id) if ticket.department_id else None
    return written(ticket, department=department.key if department else "")


def _next(visit: Visit, ticket: Ticket) -> str:
    """Back to the ticket, or on to the next one in the view."""
    view = ticket_views.read(visit.query)
    if visit.form.get("then") != "next":
        return _address(visit, ticket.number)
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    _before, after = neighbours(
        visit.session,
        brand_id=visit.brand_id,
        asked=ticket_views.asked(view, visit, departments),
        order=Order(view.order),
        ticket=ticket,
    )
    return _address(visit, after) if after else view.address(**ticket_views.cursor(visit.query))


def _draft(number: int) -> str:
    return f"ticket:{number}:note"
