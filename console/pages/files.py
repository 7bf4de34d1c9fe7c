"""Lists to take away: the tickets and calls a list shows, as CSV, streamed, each time noted in the audit."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Response

from console import call_filters, call_words, ticket_views, ticket_words
from console.csv_file import Cell, csv_text
from console.language import _, current
from console.nouns import Noun
from console.visit import Answer, Later, Visit
from core.database import transaction
from people import audit
from people import queries as people
from people.rights import Right
from tickets.call_lines import CallLine, call_lines
from tickets.paging import Position
from tickets.worklist import Order, Place, WorkRow, worklist

NOUN = Noun("files")
AT_ONCE = 500
"""Rows read in one transaction: a slow download holds no connection."""

_Row = TypeVar("_Row")
_Mark = TypeVar("_Mark", Place, Position)


@NOUN.page("GET", "/tickets.csv", needs=Right.EXPORT_LISTS)
def take_tickets(visit: Visit) -> Answer:
    """What a list of tickets shows with the same filters, on all its pages."""
    view = ticket_views.read(visit.query)
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    asked = ticket_views.asked(view, visit, departments)
    # Other orders change while they are read, and a row that moves would be missed.
    order = Order.WAITING if view.order == Order.WAITING else Order.NEWEST
    engine, brand_id, viewer_id = visit.parts.engine, visit.brand_id, visit.account.id

    def stretch(after: Place | None) -> tuple[Sequence[WorkRow], Place | None]:
        with transaction(engine) as session:
            found = worklist(
                session, brand_id=brand_id, viewer_id=viewer_id, asked=asked, order=order, limit=AT_ONCE, after=after
            )
            return found.rows, found.after

    zone = visit.zone
    named = _("Number"), _("Subject"), _("Status"), _("Priority"), _("Department"), _("Assigned to"), _("Customer")
    more = _("Caller"), _("Reason"), _("Outcome"), _("Tags")
    moments = (_on_clocks(word, zone) for word in (_("Opened"), _("Changed"), _("Solved")))
    head = (*named, *more, *moments)
    _noted(visit, "tickets", view.query.removeprefix("?"))
    return _file("tickets", visit, head, _rows(stretch, _ticket_cells), numbers=frozenset({head.index(more[0])}))


@NOUN.page("GET", "/calls.csv", needs=Right.EXPORT_LISTS)
def take_calls(visit: Visit) -> Answer:
    """What the list of calls shows with the same filters, on all its pages."""
    departments = people.departments(visit.session, brand_id=visit.brand_id, limit=500)
    values = call_filters.read(visit, departments)
    asked = call_filters.asked(visit, values, departments)
    engine, brand_id = visit.parts.engine, visit.brand_id

    def stretch(after: Position | None) -> tuple[Sequence[CallLine], Position | None]:
        with transaction(engine) as session:
            found = call_lines(session, brand_id=brand_id, asked=asked, limit=AT_ONCE, after=after)
            return found.items, found.end

    names = {department.key: department.name for department in departments}
    zone = visit.zone
    head = (
        *(_on_clocks(_("Began"), zone), _on_clocks(_("Ended"), zone), _("Duration (s)"), _("Direction")),
        *(_("From"), _("To"), _("Customer"), _("Department"), _("Path"), _("Result"), _("Ticket"), _("Call")),
    )
    _noted(visit, "calls", " ".join(f"{name}={text}" for name, text in values.items() if text))
    cells = _rows(stretch, lambda line: _call_cells(line, names))
    return _file("calls", visit, head, cells, numbers=frozenset({4, 5}))


def _ticket_cells(row: WorkRow) -> list[Cell]:
    ticket, say = row.ticket, ticket_words
    return [
        *(ticket.number, ticket.subject, say.status(ticket.status), say.priority(ticket.priority)),
        *(row.department, row.assignee, row.customer, ticket.caller),
        *(say.reason(ticket.reason), say.outcome(ticket.outcome), ", ".join(ticket.tags)),
        *(ticket.created_at, ticket.updated_at, ticket.solved_at),
    ]


def _call_cells(line: CallLine, names: dict[str, str]) -> list[Cell]:
    call = line.call
    path = " > ".join(names.get(step) or call_words.step(step) for step in line.path)
    return [
        *(call.started_at, call.ended_at, call.duration, call_words.direction(call.direction)),
        *(call.from_number, call.to_number, line.customer, line.department),
        *(path, call_words.RESULT[line.result].said, line.ticket, call.sid),
    ]


def _rows(
    stretch: Callable[[_Mark | None], tuple[Sequence[_Row], _Mark | None]], cells: Callable[[_Row], list[Cell]]
) -> Iterator[list[Cell]]:
    """Every row of a list in the reader's language, some read at a time."""
    language, after = current.get(), None
    while True:
        token = current.set(language)  # the request, and with it its language, is over by now
        try:
            found, after = stretch(after)
            told = [cells(row) for row in found]
        finally:
            current.reset(token)
        yield from told
        if after is None:
            return


def _file(
    name: str, visit: Visit, head: Sequence[str], rows: Iterator[list[Cell]], *, numbers: frozenset[int]
) -> Later:
    zone, now = visit.zone, visit.now
    heading = f'attachment; filename="{name}-{_day(now, zone)}.csv"'
    body = csv_text(head, rows, zone=zone, numbers=numbers)
    return Later(lambda: Response(body, mimetype="text/csv", headers={"Content-Disposition": heading}))


def _on_clocks(word: str, zone: ZoneInfo) -> str:
    """A column of times names the zone whose clocks it shows."""
    return f"{word} ({zone.key})"


def _day(now: datetime, zone: ZoneInfo) -> str:
    return f"{now.astimezone(zone):%Y-%m-%d}"


def _noted(visit: Visit, what: str, filters: str) -> None:
    audit.note(
        visit.session,
        brand_id=visit.brand_id,
        actor=visit.actor,
        action=f"{what}_exported",
        subject=what,
        now=visit.now,
        address=visit.address,
        facts={"filters": filters},
    )
