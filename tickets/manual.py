"""Calls logged by hand: those that came or went past the line, such as over a desk phone."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from people.models import Department
from people.numbers import looks_e164
from people.refusals import said
from tickets.changes import add_note, change
from tickets.customers import identify, lock_number
from tickets.fields import ChangeRefused
from tickets.models import Call, CallStatus, Leg, LegRole, Ticket, TicketStatus
from tickets.opening import open_ticket
from tickets.statuses import check_writable
from tickets.timeline import add_event

DIRECTIONS = ("inbound", "outbound")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_SECONDS = 24 * 3600
AWAITING_CONTACT = frozenset({TicketStatus.PENDING, TicketStatus.ON_HOLD, TicketStatus.SOLVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody says about a call: numbers as E.164, None where withheld or not known; duration in seconds."""

    direction: str
    started_at: datetime
    duration: int
    from_number: str | None = None
    to_number: str | None = None
    subject: str = ""
    note: str = ""

    @property
    def other_end(self) -> str | None:
        """The number of whoever is not us."""
        return self.to_number if self.direction == "outbound" else self.from_number


def log_call(
    session: Session,
    *,
    brand_id: int,
    actor: str,
    now: datetime,
    told: Told,
    ticket: Ticket | None = None,
    department: Department | None = None,
) -> Call:
    """Write down a call that is over, on `ticket` or on a new one, and look for its customer. One transaction.

    The call has no carrier: its account SID is empty and its own begins ``manual-``. A customer who rang opens a
    waiting or solved ticket again. Raises ChangeRefused, MoveRefused (the ticket is read-only).
    """
    _check(told, now=now)
    if told.other_end is not None:
        lock_number(
            session, brand_id=brand_id, e164=told.other_end
        )  # before the ticket, as the job of other calls does
    if ticket is not None:
        session.refresh(ticket, with_for_update=True)
        check_writable(ticket)
        department = department or (session.get(Department, ticket.department_id) if ticket.department_id else None)
    call = _write_call(session, brand_id=brand_id, told=told, department=department)
    if ticket is None:
        ticket = open_ticket(
            session,
            brand_id=brand_id,
            actor=actor,
            now=now,
            caller=told.other_end,
            department=department,
            subject=told.subject,
            born_call_id=call.id,
        )
    elif told.direction == "inbound" and ticket.status in AWAITING_CONTACT:
        change(session, ticket=ticket, actor=actor, now=now, status=TicketStatus.OPEN)
    _end(session, call, ticket, told=told, actor=actor, now=now)
    if told.note.strip():
        add_note(session, ticket=ticket, actor=actor, now=now, text=told.note)
    identify(session, call_id=call.id, now=now)
    return call


def _check(told: Told, *, now: datetime) -> None:
    if told.direction not in DIRECTIONS:
        raise ChangeRefused(
            "direction",
            said("there is no direction %(direction)s", direction=repr(told.direction)),
            said("use inbound or outbound"),
        )
    for field, number in (("from", told.from_number), ("to", told.to_number)):
        if number is not None and not looks_e164(number):
            raise ChangeRefused(
                field, said("it is not a full international number"), said("write it as +12025550147, or null")
            )
    if not 0 <= told.duration <= LONGEST_SECONDS:
        cure = said("use whole seconds from 0 to %(most)s", most=LONGEST_SECONDS)
        raise ChangeRefused("duration", said("no call lasts that long"), cure)
    if told.started_at < EARLIEST:
        raise ChangeRefused("started_at", said("it is before the year 2000"), said("check the date"))
    if told.started_at > now - timedelta(seconds=told.duration):  # this way round, for no sum goes past the year 9999
        raise ChangeRefused(
            "started_at", said("the call would end in the future"), said("log a call after it was made")
        )


def _write_call(session: Session, *, brand_id: int, told: Told, department: Department | None) -> Call:
    """The call and its one leg; it ends once it has its ticket (constraint over_has_ticket)."""
    sid = f"manual-{uuid.uuid4().hex}"
    call = Call(
        brand_id=brand_id,
        account_sid="",
        sid=sid,
        direction=told.direction,
        from_number=told.from_number,
        to_number=told.to_number,
        withheld=told.other_end is None,
        status=CallStatus.COMPLETED,
        department_id=department.id if department else None,
        started_at=told.started_at,
        answered_at=told.started_at,
        last_seen_at=told.started_at,
        duration=told.duration,
    )
    session.add(call)
    session.flush()
    return call


def _end(session: Session, call: Call, ticket: Ticket, *, told: Told, actor: str, now: datetime) -> None:
    call.ticket_id = ticket.id
    call.ended_at = call.last_seen_at = told.started_at + timedelta(seconds=told.duration)
    ticket.updated_at = now
    session.add(
        Leg(
            call_id=call.id,
            account_sid=call.account_sid,
            sid=call.sid,
            role=LegRole.CALLER,
            from_number=call.from_number,
            to_number=call.to_number,
            status=call.status,
            started_at=call.started_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            duration=call.duration,
        )
    )
    add_event(
        session,
        type="call_logged",
        brand_id=call.brand_id,
        ticket_id=ticket.id,
        call_id=call.id,
        happened_at=told.started_at,
        recorded_at=now,
        actor=actor,
        facts={"direction": call.direction, "duration": call.duration},
    )
    session.flush()
