"""Customers: looked for by name or number; one with all their numbers, tickets and calls."""

import re

from console import call_words, ticket_words
from console.language import _
from console.list_filters import address
from console.nouns import NotHere, Noun
from console.refusals import problems, sentence, words
from console.visit import Answer, Moved, Visit, shown
from people.numbers import NumberProblem, to_e164
from people.rights import Right
from tickets import customers
from tickets.call_lines import AskedCalls, call_lines, other_end
from tickets.caller_choosing import sharers, unknown_callers
from tickets.customer_queries import customer
from tickets.customer_search import search
from tickets.customer_tickets import tickets_of
from tickets.fields import EMAIL, MOST_EMAIL, MOST_NAME, ChangeRefused
from tickets.models import Customer
from tickets.paging import BadCursor, Position, read_cursor

NOUN = Noun("customers")
PATH = "/customers"
PAGE = 50
MOST_TICKETS = 20
MOST_CALLS = 20
MOST_UNKNOWN = 10


@NOUN.page("GET", PATH, needs=Right.READ_CUSTOMERS)
def list_customers(visit: Visit) -> Answer:
    """The latest first, or those that match `q`; above them calls of which nobody has said who it was."""
    session, brand_id = visit.session, visit.brand_id
    q = visit.query.get("q", "").strip()
    page = search(session, brand_id=brand_id, q=q, limit=PAGE, after=_position(visit))
    unknown = unknown_callers(session, brand_id=brand_id, limit=MOST_UNKNOWN)
    known = sharers(session, brand_id=brand_id, numbers=sorted({other_end(call) or "" for call in unknown}))
    return shown(
        "customers/list.html",
        lines=page.items,
        q=q,
        unknown=[(call, [one for one in known if one.e164 == other_end(call)]) for call in unknown],
        newer=address(PATH, {"q": q}) if visit.query.get("after") else "",
        older=address(PATH, {"q": q}, after=page.end.cursor()) if page.end else "",
    )


@NOUN.page("GET", "/customers/new", needs=Right.WRITE_CUSTOMERS)
def show_new_customer(visit: Visit) -> Answer:
    """For somebody who has not called yet."""
    return _new(visit)


@NOUN.page("POST", "/customers/new", needs=Right.WRITE_CUSTOMERS)
def make_customer(visit: Visit) -> Answer:
    """With a name, and a number in any writing if there is one; a number others have is shared from now on."""
    typed = visit.form.get("number", "").strip()
    number = to_e164(typed, visit.brand.country) if typed else None
    name, email = visit.form.get("name", ""), visit.form.get("email", "").strip()
    wrong = {"number": _(number.sentence)} if isinstance(number, NumberProblem) else {}
    if not name.strip():
        wrong["name"] = _("Write the name of the person or company.")
    if email and (len(email) > MOST_EMAIL or not re.fullmatch(EMAIL, email)):
        wrong["email"] = _("Write an e-mail address such as ana@example.com, or leave it empty.")
    if wrong:
        return _new(visit, wrong)
    numbers = (number,) if isinstance(number, str) else ()
    try:
        made = customers.create(
            visit.session, brand_id=visit.brand_id, now=visit.now, numbers=numbers, name=name, email=email or None
        )
    except ChangeRefused as refused:
        return _new(visit, problems(refused))
    return Moved(to=f"{PATH}/{made.id}", told=_("The customer is made."))


@NOUN.page("GET", "/customers/<int:customer_id>", needs=Right.READ_CUSTOMERS)
def show_customer(visit: Visit, customer_id: int) -> Answer:
    """The card: numbers and with whom they are shared, tickets, calls."""
    return _card(visit, customer_id)


@NOUN.page("POST", "/customers/<int:customer_id>/name", needs=Right.WRITE_CUSTOMERS)
def rename_customer(visit: Visit, customer_id: int) -> Answer:
    row = _found(visit, customer_id)
    try:
        customers.rename(visit.session, customer=row, name=visit.form.get("name", ""))
    except ChangeRefused as refused:
        return _card(visit, customer_id, problems=problems(refused))
    return Moved(to=f"{PATH}/{customer_id}", told=_("Name saved."))


@NOUN.page("POST", "/customers/<int:customer_id>/numbers", needs=Right.WRITE_CUSTOMERS)
def add_number(visit: Visit, customer_id: int) -> Answer:
    """One more number they call from, in any writing. One that others have is shared from now on."""
    row = _found(visit, customer_id)
    number = to_e164(visit.form.get("number", ""), visit.brand.country)
    if isinstance(number, NumberProblem):
        return _card(visit, customer_id, problems={"number": words(number.said)})
    try:
        added = customers.add_number(visit.session, customer=row, e164=number)
    except ChangeRefused as refused:
        return _card(visit, customer_id, problems={"number": sentence(refused)})
    told = _("Number added.") if added else _("They had this number already.")
    return Moved(to=f"{PATH}/{customer_id}", told=told)


def _new(visit: Visit, problems: dict[str, str] | None = None) -> Answer:
    return shown(
        "customers/new.html",
        status=422 if problems else 200,
        form=visit.form,
        problems=problems or {},
        most_name=MOST_NAME,
        most_email=MOST_EMAIL,
    )


def _card(visit: Visit, customer_id: int, *, problems: dict[str, str] | None = None) -> Answer:
    session, brand_id = visit.session, visit.brand_id
    view = customer(session, brand_id=brand_id, id=customer_id)
    if view is None:
        raise NotHere(_("customer with this number"))
    others = sharers(session, brand_id=brand_id, numbers=list(view.numbers))
    calls = call_lines(session, brand_id=brand_id, asked=AskedCalls(customer_id=customer_id), limit=MOST_CALLS)
    return shown(
        "customers/card.html",
        status=422 if problems else 200,
        customer=view.customer,
        numbers=[
            (e164, [one for one in others if one.e164 == e164 and one.customer_id != customer_id])
            for e164 in view.numbers
        ],
        tickets=tickets_of(session, brand_id=brand_id, customer_id=customer_id, limit=MOST_TICKETS),
        calls=calls,
        problems=problems or {},
        form=visit.form,
        most_name=MOST_NAME,
        call_words=call_words,
        ticket_words=ticket_words,
    )


def _found(visit: Visit, customer_id: int) -> Customer:
    view = customer(visit.session, brand_id=visit.brand_id, id=customer_id)
    if view is None:
        raise NotHere(_("customer with this number"))
    return view.customer


def _position(visit: Visit) -> Position | None:
    try:
        return read_cursor(visit.query["after"]) if visit.query.get("after") else None
    except BadCursor:
        return None
