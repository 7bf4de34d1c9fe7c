"""Voicemail: messages that wait, the oldest first; take one, deal with it."""

from datetime import datetime, timedelta

from console.language import _
from console.list_filters import address, chips
from console.nouns import Forbidden, NotHere, Noun
from console.refusals import sentence
from console.visit import Answer, Moved, Visit, shown
from people import queries as people_queries
from people.rights import Right
from recordings import messages
from recordings.messages import Message
from routing.assignment import AssigneeRefused, reassign
from tickets import hints
from tickets.call_lines import other_end
from tickets.fields import ChangeRefused
from tickets.paging import BadCursor, Position, read_cursor

NOUN = Noun("voicemail")
PATH = "/voicemail"
PAGE = 25
MOST_DEPARTMENTS = 200
OLD, VERY_OLD = timedelta(hours=4), timedelta(hours=24)


@NOUN.page("GET", PATH, needs=Right.READ_CALLS)
def list_messages(visit: Visit) -> Answer:
    """Messages nobody has dealt with, by `department`."""
    return _list(visit)


@NOUN.page("POST", "/voicemail/<int:recording_id>/take", needs=Right.WRITE_TICKETS)
def take_message(visit: Visit, recording_id: int) -> Answer:
    """Its ticket is mine from now on."""
    message = _found(visit, recording_id)
    _take(visit, message)
    return _back(visit, _("Ticket #%(number)s is yours.") % {"number": message.ticket.number})


@NOUN.page("POST", "/voicemail/<int:recording_id>/done", needs=Right.WRITE_TICKETS)
def finish_message(visit: Visit, recording_id: int) -> Answer:
    """It is dealt with; a ticket that was only about it is solved, by whoever has it, else by me."""
    message = _found(visit, recording_id)
    if message.ticket.assignee_id is None and messages.closes_ticket(message):
        _take(visit, message)
    try:
        done = messages.mark_done(visit.session, message=message, actor=visit.actor, now=visit.now)
    except ChangeRefused as refused:
        raise Forbidden(sentence(refused)) from None
    number = {"number": message.ticket.number}
    if done is None:
        return _back(visit, _("Somebody has dealt with this message already."))
    if done.solved:
        return _back(visit, _("Done, and ticket #%(number)s is solved.") % number)
    return _back(visit, _("Done. Ticket #%(number)s stays as it is.") % number)


def _list(visit: Visit, *, told: str = "") -> Answer:
    session, brand_id = visit.session, visit.brand_id
    departments = people_queries.departments(session, brand_id=brand_id, limit=MOST_DEPARTMENTS)
    names = {department.key: department.name for department in departments}
    newest = hints.newest(session, brand_id=brand_id)  # before the messages: what comes between is told as news
    key = visit.query.get("department", "")
    values = {"department": key if key in names else ""}
    page = messages.inbox(
        session,
        brand_id=brand_id,
        department_id=next((one.id for one in departments if one.key == values["department"]), None),
        limit=PAGE,
        after=_position(visit),
    )
    return shown(
        "voicemail/list.html",
        told=told,
        newest=newest,
        messages=page.items,
        number_of=lambda message: other_end(message.call),
        age_of=lambda message: age(message.recording.expected_at, now=visit.now),
        closes=messages.closes_ticket,
        waiting=messages.waiting(session, brand_id=brand_id),
        last_done=messages.last_done(session, brand_id=brand_id) if not page.items else None,
        departments=departments,
        values=values,
        chips=chips(PATH, values, [("department", _("Department"), names.get(values["department"], ""))]),
        newer=address(PATH, values) if visit.query.get("after") else "",
        older=address(PATH, values, after=page.end.cursor()) if page.end else "",
        here=address(PATH, values, after=visit.query.get("after", "")),
    )


def age(left_at: datetime, *, now: datetime) -> str:
    """How a message's wait is marked: `new`, `old` after four hours, `very_old` after a day."""
    waited = now - left_at
    return "very_old" if waited >= VERY_OLD else "old" if waited >= OLD else "new"


def _found(visit: Visit, recording_id: int) -> Message:
    message = messages.message(visit.session, brand_id=visit.brand_id, recording_id=recording_id)
    if message is None:
        raise NotHere(_("message with this number"))
    return message


def _take(visit: Visit, message: Message) -> None:
    try:
        reassign(
            visit.session,
            ticket_id=message.ticket.id,
            account_id=visit.account.id,
            actor=visit.actor,
            now=visit.now,
        )
    except (AssigneeRefused, ChangeRefused) as refused:
        raise Forbidden(sentence(refused)) from None


def _back(visit: Visit, told: str) -> Answer:
    """Where the button was: by htmx the list as it is now, else the page again."""
    if visit.is_fragment:
        return _list(visit, told=told)
    key = visit.query.get("department", "")
    return Moved(to=address(PATH, {"department": key, "after": visit.query.get("after", "")}), told=told)


def _position(visit: Visit) -> Position | None:
    try:
        return read_cursor(visit.query["after"]) if visit.query.get("after") else None
    except BadCursor:
        return None
