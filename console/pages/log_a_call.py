"""Calls logged by hand: those that came or went past the line, such as over a desk phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console import call_log, ticket_words
from console.call_log import NEW, Typed
from console.language import _
from console.nouns import Noun
from console.refusals import sentence
from console.visit import Answer, Moved, Visit, shown
from people import drafts
from people import queries as people_queries
from people.models import Department
from people.rights import Right
from tickets import customers
from tickets.caller_choosing import Sharer, choose_caller, sharers
from tickets.customer_tickets import open_tickets_of
from tickets.fields import MOST_NAME, MOST_NOTE, MOST_SUBJECT, ChangeRefused, checked_name
from tickets.manual import Told, log_call
from tickets.models import Call, Customer, Ticket
from tickets.queries import ticket_row

NOUN = Noun("log_a_call")
DRAFT = "log-a-call"
MOST_DEPARTMENTS = 200
MOST_TICKETS = 10
_FIELD_OF = {"from": "number", "to": "number", "started_at": "when", "text": "note", "status": "ticket"}
"""Fields of the verbs by the names of the form's."""


@dataclass(frozen=True)
class Known:
    """What is known of a number: who calls from it, and their tickets that are work."""

    number: str | None = None
    customers: tuple[Sharer, ...] = ()
    tickets: tuple[Ticket, ...] = ()


@NOUN.page("GET", "/calls/new", needs=Right.WRITE_TICKETS)
def show_form(visit: Visit) -> Answer:
    """The form, as it was left; what the address gives is filled in, and of a number what is known is shown."""
    left = drafts.below(visit.session, account_id=visit.account.id, place=DRAFT)
    given = {field: draft.text for field, draft in left.items()} | visit.query.to_dict()
    values = call_log.blank(given, now=visit.now, zone=visit.zone)
    saved_at = max((draft.updated_at for draft in left.values()), default=None)
    return _form(visit, values, looked_up=bool(given.get("number")), saved_at=saved_at)


@NOUN.page("POST", "/calls/new", needs=Right.WRITE_TICKETS)
def log_a_call(visit: Visit) -> Answer:
    """Log it, or look the number up first (`look_up`)."""
    typed = call_log.read(visit.form, country=visit.brand.country, zone=visit.zone)
    if "look_up" in visit.form:
        wrong = {name: words for name, words in typed.problems.items() if name == "number"}
        return _form(visit, typed.values, problems=wrong, looked_up=True)
    problems = typed.problems | _unknown(visit, typed)
    if problems or typed.started_at is None:
        return _form(visit, typed.values, problems=problems, looked_up=True)
    try:
        call = _log(visit, typed, typed.told(typed.started_at))
    except ChangeRefused as refused:
        name = _FIELD_OF.get(refused.field, refused.field)
        return _form(visit, typed.values, problems={name: sentence(refused)}, looked_up=True)
    drafts.end(visit.session, account_id=visit.account.id, place=DRAFT)
    return Moved(to=f"/calls/{call.sid}", told=_("The call is logged."), sent=DRAFT)


def _log(visit: Visit, typed: Typed, told: Told) -> Call:
    session, now = visit.session, visit.now
    values = typed.values
    name = checked_name(values["name"])
    chosen = _ticket(visit, values["ticket"])
    call = log_call(
        session,
        brand_id=visit.brand_id,
        actor=visit.actor,
        now=now,
        told=told,
        ticket=chosen,
        department=_department(visit, values["department"]),
    )
    if values["customer"].isdecimal() and typed.number is not None:
        choose_caller(session, call=call, customer_id=int(values["customer"]), actor=visit.actor, now=now)
    session.refresh(call)
    if name and call.customer_id is not None:
        customer = session.get_one(Customer, call.customer_id)
        if customer.name is None:
            customers.rename(session, customer=customer, name=name)
    return call


def _unknown(visit: Visit, typed: Typed) -> dict[str, str]:
    """Choices that nobody offered, or that are gone."""
    values, problems = typed.values, {}
    if values["department"] and _department(visit, values["department"]) is None:
        problems["department"] = _("There is no such department any more; choose another.")
    if values["ticket"] not in ("", NEW) and _ticket(visit, values["ticket"]) is None:
        problems["ticket"] = _("There is no such ticket; choose another, or a new one.")
    if values["customer"] and not (values["customer"].isdecimal() and len(values["customer"]) < 19):
        problems["customer"] = _("Choose one of the customers shown.")
    return problems


def _form(
    visit: Visit,
    values: Mapping[str, str],
    *,
    problems: dict[str, str] | None = None,
    looked_up: bool,
    saved_at: datetime | None = None,
) -> Answer:
    departments = people_queries.departments(visit.session, brand_id=visit.brand_id, limit=MOST_DEPARTMENTS)
    return shown(
        "calls/new.html",
        status=422 if problems else 200,
        values=values,
        problems=problems or {},
        department_options=[(department.key, department.name) for department in departments],
        ticket_words=ticket_words,
        known=_known(visit, values["number"]) if looked_up else None,
        saved_at=saved_at,
        draft_place=DRAFT,
        limits={"subject": MOST_SUBJECT, "note": MOST_NOTE, "name": MOST_NAME},
        new=NEW,
    )


def _known(visit: Visit, text: str) -> Known:
    number = call_log.number_in(text, country=visit.brand.country)
    if not isinstance(number, str):
        return Known()
    found = sharers(visit.session, brand_id=visit.brand_id, numbers=[number])
    work = open_tickets_of(
        visit.session,
        brand_id=visit.brand_id,
        number=number,
        customer_ids=[one.customer_id for one in found],
        limit=MOST_TICKETS,
    )
    return Known(number, tuple(found), tuple(work))


def _department(visit: Visit, key: str) -> Department | None:
    return people_queries.department(visit.session, brand_id=visit.brand_id, key=key) if key else None


def _ticket(visit: Visit, text: str) -> Ticket | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    return ticket_row(visit.session, brand_id=visit.brand_id, number=int(text))
