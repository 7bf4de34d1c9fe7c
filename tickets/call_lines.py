"""Calls as lists show them: one line each, with the path taken and how it ended. Two statements whatever it holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, false, or_, select, tuple_
from sqlalchemy.orm import Session

from people.models import Department
from tickets.models import Call, CallStatus, Customer, Event, Ticket
from tickets.paging import Page, Position
from tickets.path import passed_in, told_once

FEWEST_DIGITS = 3
"""Fewer digits of a number than these find nothing: every call would match."""

_GIVEN_UP = ("abandoned_in_ivr", "no_message")
_NOT_REACHED = (CallStatus.BUSY, CallStatus.FAILED, CallStatus.NO_ANSWER, CallStatus.CANCELED)
_OVER = Call.ended_at.is_not(None)

RESULTS: Mapping[str, ColumnElement[bool]] = {
    "on_call": Call.ended_at.is_(None),
    "message_left": and_(_OVER, Call.outcome == "message_left"),
    "callback_requested": and_(_OVER, Call.outcome == "callback_requested"),
    "informed": and_(_OVER, Call.outcome == "informed"),
    "given_up": and_(_OVER, Call.outcome.in_(_GIVEN_UP)),
    "not_reached": and_(_OVER, Call.outcome.is_(None), Call.status.in_(_NOT_REACHED)),
    "logged": and_(_OVER, Call.account_sid == ""),
    "talked": and_(_OVER, Call.outcome.is_(None), Call.account_sid != "", Call.status == CallStatus.COMPLETED),
}
"""How a call can have ended, in the words of lists and their filters; `result_of` says the same of one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCalls:
    """Which calls a list is asked for; None: whichever.

    result: one of RESULTS. since, before: when the call began. digits: of the other end's number, in any part of it.
    """

    direction: str | None = None
    department_id: int | None = None
    result: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    digits: str | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call with the words for its ids: department's name, ticket's number, customer's name, and its path."""

    call: Call
    department: str | None
    ticket: int | None
    customer: str | None
    path: tuple[str, ...]
    """What the caller chose, in order."""

    @property
    def other_end(self) -> str | None:
        """The number of whoever is not us; None when withheld."""
        return other_end(self.call)

    @property
    def result(self) -> str:
        return result_of(self.call)


def call_lines(
    session: Session, *, brand_id: int, asked: AskedCalls | None = None, limit: int, after: Position | None = None
) -> Page[CallLine]:
    """A page of a brand's calls, newest first. Two statements."""
    statement = (
        _rows(brand_id)
        .where(*_conditions(asked or AskedCalls()))
        .order_by(Call.started_at.desc(), Call.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(Call.started_at, Call.id) < (after.moment, after.id))
    rows = session.execute(statement).all()
    lines = _lines(session, rows[:limit])
    last = lines[-1].call if len(rows) > limit else None
    return Page(lines, Position(last.started_at, last.id) if last else None)


def other_end(call: Call) -> str | None:
    """The number of whoever is not us; None when withheld or not known."""
    return call.to_number if call.direction == "outbound" else call.from_number


def result_of(call: Call) -> str:
    """Which of RESULTS a call is."""
    if call.ended_at is None:
        return "on_call"
    if call.account_sid == "":
        return "logged"
    if call.outcome in _GIVEN_UP:
        return "given_up"
    if call.outcome is not None and call.outcome in RESULTS:
        return call.outcome
    return "not_reached" if call.status in _NOT_REACHED else "talked"


def _rows(brand_id: int) -> Select[Call, str, int, str | None]:
    return (
        select(Call, Department.name, Ticket.number, Customer.name)
        .outerjoin(Department, Department.id == Call.department_id)
        .outerjoin(Ticket, Ticket.id == Call.ticket_id)
        .outerjoin(Customer, Customer.id == Call.customer_id)
        .where(Call.brand_id == brand_id)
    )


def _conditions(asked: AskedCalls) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.direction is not None:
        conditions.append(Call.direction == asked.direction)
    if asked.department_id is not None:
        conditions.append(Call.department_id == asked.department_id)
    if asked.result is not None:
        conditions.append(RESULTS.get(asked.result, false()))
    if asked.since is not None:
        conditions.append(Call.started_at >= asked.since)
    if asked.before is not None:
        conditions.append(Call.started_at < asked.before)
    if asked.customer_id is not None:
        conditions.append(Call.customer_id == asked.customer_id)
    if asked.digits is not None:
        conditions.append(_with_digits(asked.digits))
    return conditions


def _with_digits(digits: str) -> ColumnElement[bool]:
    """Compared row by row, newest first, as the search of tickets is."""
    if len(digits) < FEWEST_DIGITS:
        return false()
    inbound = and_(Call.direction == "inbound", Call.from_number.contains(digits, autoescape=True))
    outbound = and_(Call.direction == "outbound", Call.to_number.contains(digits, autoescape=True))
    return or_(inbound, outbound)


def _lines(session: Session, rows: Iterable[Row[Call, str, int, str | None]]) -> list[CallLine]:
    found = list(rows)
    paths: dict[int | None, list[str]] = defaultdict(list)
    statement = (
        select(Event.call_id, Event.facts)
        .where(Event.call_id.in_([row[0].id for row in found]), Event.type.in_(("call_started", "caller_turn")))
        .order_by(Event.happened_at, Event.id)
    )
    for call_id, facts in session.execute(statement):
        paths[call_id].extend(passed_in(facts))
    return [CallLine(row[0], row[1], row[2], row[3], told_once(paths[row[0].id])) for row in found]
