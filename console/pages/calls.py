"""Calls: every call there was, and one with its legs and timeline."""

from urllib.parse import quote

from console import call_filters, call_words
from console.event_words import sentence
from console.language import _
from console.list_filters import address, chips
from console.names import names_in
from console.nouns import NotHere, Noun
from console.refusals import problems
from console.visit import Answer, Moved, Visit, shown
from people import queries as people_queries
from people.refusals import said
from people.rights import Right
from recordings.queries import of_call
from tickets import call_queries, customers
from tickets.call_lines import call_lines, other_end, result_of
from tickets.caller_choosing import choose_caller, sharers
from tickets.fields import ChangeRefused
from tickets.models import Customer
from tickets.paging import BadCursor, Position, read_cursor
from tickets.path import passed_in, told_once

NOUN = Noun("calls")
PATH = "/calls"
PAGE = 50
MOST_DEPARTMENTS = 200
EVENT_ICONS = {
    "call_started": "phone-in",
    "caller_turn": "keypad",
    "matter_known": "route",
    "ticket_opened": "ticket",
    "ticket_joined": "ticket",
    "recording_stored": "volume",
    "recording_missing": "alert",
    "recording_refused": "mic-off",
    "message_invited": "voicemail",
    "message_done": "check",
    "call_ended": "phone-off",
    "call_logged": "pencil",
    "caller_identified": "contact",
    "caller_ambiguous": "help",
    "note_added": "note",
}


@NOUN.page("GET", PATH, needs=Right.READ_CALLS)
def list_calls(visit: Visit) -> Answer:
    """The newest first. Every filter is in the address: `direction`, `department`, `result`, `day`, `number`."""
    departments = people_queries.departments(visit.session, brand_id=visit.brand_id, limit=MOST_DEPARTMENTS)
    values = call_filters.read(visit, departments)
    page = call_lines(
        visit.session,
        brand_id=visit.brand_id,
        asked=call_filters.asked(visit, values, departments),
        limit=PAGE,
        after=_position(visit),
    )
    names = {department.key: department.name for department in departments}
    return shown(
        "calls/list.html",
        lines=page.items,
        values=values,
        department_options=list(names.items()),
        result_options=[(key, sign.said) for key, sign in call_words.RESULT.items()],
        steps={line.call.id: [names.get(step) or call_words.step(step) for step in line.path] for line in page.items},
        chips=chips(PATH, values, call_filters.said(values, names)),
        newer=address(PATH, values) if visit.query.get("after") else "",
        older=address(PATH, values, after=page.end.cursor()) if page.end else "",
        as_file=address(f"{PATH}.csv", values),
        call_words=call_words,
    )


@NOUN.page("GET", "/calls/<sid>", needs=Right.READ_CALLS)
def show_call(visit: Visit, sid: str) -> Answer:
    """One call, by the SID of any of its legs."""
    return _show(visit, sid)


@NOUN.page("POST", "/calls/<sid>/caller", needs=Right.WRITE_CUSTOMERS)
def say_who_called(visit: Visit, sid: str) -> Answer:
    """Which of the customers who share the number it was, or somebody new with a name."""
    view = call_queries.call(visit.session, brand_id=visit.brand_id, sid=sid)
    if view is None:
        raise NotHere(_("call with such a leg"))
    chosen = visit.form.get("customer", "")
    number = other_end(view.call)
    try:
        if chosen == "new":
            name = visit.form.get("name", "")
            if not name.strip() or number is None:
                raise ChangeRefused("name", said("nobody is named"), said("write the name of who called"))
            made = customers.create(visit.session, brand_id=visit.brand_id, now=visit.now, numbers=(number,), name=name)
            customer_id = made.id
        else:
            customer_id = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
        choose_caller(visit.session, call=view.call, customer_id=customer_id, actor=visit.actor, now=visit.now)
    except ChangeRefused as refused:
        return _show(visit, sid, problems=problems(refused))
    back = PATH + "/" + quote(sid, safe="")
    if visit.form.get("from") == "customers":
        back = "/customers"
    elif visit.form.get("ticket", "").isdecimal():
        back = f"/tickets/{int(visit.form['ticket'])}"
    return Moved(to=back, told=_("Noted who called."))


def _show(visit: Visit, sid: str, *, problems: dict[str, str] | None = None) -> Answer:
    session = visit.session
    view = call_queries.call(session, brand_id=visit.brand_id, sid=sid)
    if view is None:
        raise NotHere(_("call with such a leg"))
    number = other_end(view.call)
    names = names_in(session, brand_id=visit.brand_id)
    known = sharers(session, brand_id=visit.brand_id, numbers=[number] if number else [])
    choices = [choice for event in view.timeline for choice in passed_in(event.facts)]
    return shown(
        "calls/call.html",
        status=422 if problems else 200,
        view=view,
        call=view.call,
        number=number,
        result=call_words.RESULT[result_of(view.call)],
        department=names.departments.get(view.department or "", ""),
        path=[names.departments.get(choice) or call_words.step(choice) for choice in told_once(choices)],
        recordings=of_call(session, call_id=view.call.id),
        customers=known,
        customer=session.get(Customer, view.call.customer_id) if view.call.customer_id else None,
        happenings=[(event, sentence(event, names)) for event in view.timeline],
        icons=EVENT_ICONS,
        problems=problems or {},
        call_words=call_words,
    )


def _position(visit: Visit) -> Position | None:
    """Where the page before ended; an odd one begins at the top."""
    try:
        return read_cursor(visit.query["after"]) if visit.query.get("after") else None
    except BadCursor:
        return None
