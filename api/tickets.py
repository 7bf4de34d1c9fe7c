"""Tickets: lists, one ticket, its timeline, changes and notes. Who owns one: api/assignments.py."""

from api.lists import ListQuery, page_of
from api.operations import Answered, Asked, Noun
from api.problems import Fault, not_found, refused
from api.shapes import EventShape
from api.ticket_shapes import (
    NoteSent,
    TicketChange,
    TicketList,
    TicketQuery,
    TicketShape,
    TimelineList,
)
from api.versions import REFUSALS, asked_version
from people import queries as people
from people.models import Account, Department
from people.numbers import looks_e164
from people.rights import Right
from recordings.queries import ids_by_ticket
from tickets import queries
from tickets.changes import Wanted, add_note, change
from tickets.models import Ticket
from tickets.queries import TicketView

NOUN = Noun("tickets", "Matters: each call makes or joins exactly one.")

NOBODY = "none"


@NOUN.offers("GET", "/tickets", right=Right.READ_TICKETS, query=TicketQuery, answer=TicketList)
def list_tickets(asked: Asked[TicketQuery, None]) -> object:
    """List tickets, newest first."""
    page = queries.tickets(
        asked.session,
        brand_id=asked.who.brand_id,
        asked=_wanted_tickets(asked),
        limit=asked.query.limit,
        after=asked.query.after(),
    )
    recordings = ids_by_ticket(asked.session, ticket_ids=[view.ticket.id for view in page.items])

    def shape(view: TicketView) -> TicketShape:
        return TicketShape.of(view, recordings[view.ticket.id])

    return page_of(page, shape, settings=asked.parts.settings, as_type=TicketList)


@NOUN.offers("GET", "/tickets/{number}", right=Right.READ_TICKETS, answer=TicketShape)
def show_ticket(asked: Asked[None, None], number: int) -> Answered:
    """Read one ticket. Its ETag is its version."""
    return shown(asked, number)


@NOUN.offers("GET", "/tickets/{number}/timeline", right=Right.READ_TICKETS, query=ListQuery, answer=TimelineList)
def list_ticket_timeline(asked: Asked[ListQuery, None], number: int) -> object:
    """Read what happened on a ticket and in its calls, in order."""
    ticket = found(asked, number)
    page = queries.ticket_timeline(
        asked.session, ticket_id=ticket.id, limit=asked.query.limit, after=asked.query.after()
    )
    return page_of(page, EventShape.of, settings=asked.parts.settings, as_type=TimelineList)


@NOUN.offers(
    "PATCH",
    "/tickets/{number}",
    right=Right.WRITE_TICKETS,
    sends=TicketChange,
    answer=TicketShape,
    refusals=REFUSALS,
)
def change_ticket(asked: Asked[None, TicketChange], number: int) -> Answered:
    """Change fields of a ticket.

    With `version` in the body or an If-Match header, a change made from an older version is refused. Without either,
    the change is made to the ticket as it is.
    """
    ticket = found(asked, number)
    change(
        asked.session,
        ticket=ticket,
        actor=asked.who.actor,
        now=asked.now,
        version=asked_version(asked.body.version),
        **_wanted(asked),
    )
    return shown(asked, number)


@NOUN.offers(
    "POST", "/tickets/{number}/notes", right=Right.WRITE_TICKETS, sends=NoteSent, answer=EventShape, status=201
)
def add_ticket_note(asked: Asked[None, NoteSent], number: int) -> EventShape:
    """Add an internal note to a ticket's timeline."""
    event = add_note(
        asked.session,
        ticket=found(asked, number),
        actor=asked.who.actor,
        now=asked.now,
        text=asked.body.text,
    )
    return EventShape.of(event)


def shown(asked: Asked[object, object], number: int) -> Answered:
    """The ticket as it is now, with its version as ETag. Raises Problem 404."""
    view = queries.ticket(asked.session, brand_id=asked.who.brand_id, number=number)
    if view is None:
        raise not_found(f"ticket {number}")
    recordings = ids_by_ticket(asked.session, ticket_ids=[view.ticket.id])
    return Answered(body=TicketShape.of(view, recordings[view.ticket.id]), headers={"ETag": f'"{view.ticket.version}"'})


def found(asked: Asked[object, object], number: int) -> Ticket:
    """The row of the ticket in the path. Raises Problem 404."""
    ticket = queries.ticket_row(asked.session, brand_id=asked.who.brand_id, number=number)
    if ticket is None:
        raise not_found(f"ticket {number}")
    return ticket


def named(asked: Asked[object, object], number: int) -> Ticket:
    """The row of the ticket that the body's field `ticket` names. Raises Problem 422."""
    ticket = queries.ticket_row(asked.session, brand_id=asked.who.brand_id, number=number)
    if ticket is None:
        raise refused(Fault("ticket", f"there is no ticket {number}", "use a number from /api/v1/tickets"))
    return ticket


def known_department(asked: Asked[object, object], key: str, *, status: int, place: str) -> Department:
    """The brand's department of a key. Raises Problem naming the field."""
    department = people.department(asked.session, brand_id=asked.who.brand_id, key=key)
    if department is None:
        fault = Fault("department", f"there is no department {key!r}", "use a key from /api/v1/departments")
        raise refused(fault, status=status, place=place)
    return department


def known_account(asked: Asked[object, object], email: str, *, status: int, place: str) -> Account:
    """The brand's person of an e-mail address. Raises Problem naming the field."""
    account = people.account_by_email(asked.session, brand_id=asked.who.brand_id, email=email)
    if account is None:
        fault = Fault("assignee", "nobody here has that e-mail address", "use one from /api/v1/agents")
        raise refused(fault, status=status, place=place)
    return account


def _wanted_tickets(asked: Asked[TicketQuery, None]) -> queries.Asked:
    query = asked.query
    department = known_department(asked, query.department, status=400, place="query") if query.department else None
    return queries.Asked(
        call_sid=query.call_sid,
        caller=_caller(query.caller),
        department_id=department.id if department else None,
        status=query.status,
        assignee_id=_assignee(asked, query.assignee),
        q=query.q,
    )


def _caller(text: str | None) -> str | None:
    """E.164; a + that was sent bare arrives as a space, and is meant all the same."""
    if text is None:
        return None
    number = "+" + text.strip().removeprefix("+")
    if not looks_e164(number):
        fault = Fault("caller", "it is not a full international number", "write it as %2B12025550147")
        raise refused(fault, status=400, place="query")
    return number


def _assignee(asked: Asked[TicketQuery, None], email: str | None) -> int | None:
    if email is None:
        return None
    if email == NOBODY:
        return queries.UNASSIGNED
    return known_account(asked, email, status=400, place="query").id


def _wanted(asked: Asked[None, TicketChange]) -> Wanted:
    """The fields that were sent, and only those."""
    body = asked.body
    sent = body.model_dump(include=body.model_fields_set - {"version", "department"})
    wanted: Wanted = sent  # type: ignore[assignment]  # the body's fields are Wanted's, by name and type
    if "department" in body.model_fields_set:
        wanted["department"] = (
            known_department(asked, body.department, status=422, place="body") if body.department is not None else None
        )
    return wanted
