"""Calls: lists, one call by the SID of any leg, and calls logged by hand."""

from typing import Literal

from pydantic import AwareDatetime, Field

from api.bodies import Body
from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.problems import not_found
from api.shapes import E164, EventShape, LegShape, Moment, Shape
from api.tickets import known_department, named
from people.rights import Right
from tickets import call_queries, fields
from tickets.call_queries import CallView
from tickets.manual import LONGEST_SECONDS, Told, log_call
from tickets.models import CallStatus

NOUN = Noun("calls", "Conversations, each with the connections (legs) it was made of.")


class CallShape(Shape):
    """One conversation."""

    sid: str
    """The carrier's SID of its first leg."""
    direction: str
    from_: str | None = Field(serialization_alias="from")
    to: str | None
    status: CallStatus
    department: str | None
    ticket: int | None
    """Number; null while the call's matter is not known yet."""
    started_at: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    duration: int | None
    """Whole seconds."""
    legs: list[LegShape]
    timeline: list[EventShape]

    @classmethod
    def of(cls, view: CallView) -> "CallShape":
        call = view.call
        return cls(
            sid=call.sid,
            direction=call.direction,
            from_=call.from_number,
            to=call.to_number,
            status=CallStatus(call.status),
            department=view.department,
            ticket=view.ticket,
            started_at=call.started_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            duration=call.duration,
            legs=[LegShape.of(leg) for leg in view.legs],
            timeline=[EventShape.of(event) for event in view.timeline],
        )


class CallList(ListOf[CallShape]):
    """A page of calls, newest first."""


class CallSent(Body):
    """A call that was made past the line, such as over a desk phone."""

    direction: Literal["inbound", "outbound"]
    from_: E164 | None = Field(None, alias="from")
    to: E164 | None = None
    started_at: AwareDatetime = Field(description="RFC 3339 with its offset.")
    duration: int = Field(ge=0, le=LONGEST_SECONDS, description="Whole seconds.")
    ticket: int | None = Field(None, ge=1, le=2**63 - 1, description="An open ticket to join; else one is made.")
    department: str | None = Field(None, max_length=100, description="A department's key.")
    subject: str = Field("", max_length=fields.MOST_SUBJECT, description="Of a new ticket.")
    note: str = Field("", max_length=fields.MOST_NOTE)


@NOUN.offers("GET", "/calls", right=Right.READ_CALLS, query=ListQuery, answer=CallList)
def list_calls(asked: Asked[ListQuery, None]) -> object:
    """List calls, newest first."""
    page = call_queries.calls(
        asked.session, brand_id=asked.who.brand_id, limit=asked.query.limit, after=asked.query.after()
    )
    return page_of(page, CallShape.of, settings=asked.parts.settings, as_type=CallList)


@NOUN.offers("GET", "/calls/{sid}", right=Right.READ_CALLS, answer=CallShape)
def show_call(asked: Asked[object, object], sid: str) -> CallShape:
    """Read one call, by the SID of any of its legs."""
    return CallShape.of(found(asked, sid))


@NOUN.offers("POST", "/calls", right=Right.WRITE_TICKETS, sends=CallSent, answer=CallShape, status=201)
def log_call_by_hand(asked: Asked[None, CallSent]) -> CallShape:
    """Log a call by hand, on a ticket or on a new one."""
    body = asked.body
    call = log_call(
        asked.session,
        brand_id=asked.who.brand_id,
        actor=asked.who.actor,
        now=asked.now,
        told=Told(
            direction=body.direction,
            started_at=body.started_at,
            duration=body.duration,
            from_number=body.from_,
            to_number=body.to,
            subject=body.subject,
            note=body.note,
        ),
        ticket=named(asked, body.ticket) if body.ticket is not None else None,
        department=known_department(asked, body.department, status=422, place="body") if body.department else None,
    )
    return show_call(asked, call.sid)


def found(asked: Asked[object, object], sid: str) -> CallView:
    """The brand's call with such a leg. Raises Problem 404."""
    view = call_queries.call(asked.session, brand_id=asked.who.brand_id, sid=sid)
    if view is None:
        raise not_found("call with such a leg")
    return view
