"""Voicemail: messages callers left that nobody has dealt with. Their audio: api/audio.py, by the same id."""

from pydantic import Field

from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.problems import Problem, not_found
from api.shapes import Moment, OpaqueId, Shape
from api.tickets import known_department
from people import queries as people
from people.rights import Right
from recordings import messages
from recordings.messages import Message
from recordings.models import RecordingState
from tickets.call_lines import other_end

NOUN = Noun("messages", "Voicemail: messages that wait for somebody. To take one, take its ticket.")


class MessageShape(Shape):
    """One message."""

    id: OpaqueId
    """That of its recording: /recordings/{id}/audio plays it, and who listened is written down."""
    call: str
    """SID of its call's first leg."""
    ticket: int
    """Number."""
    caller: str | None
    """E.164; null when withheld."""
    customer: str | None
    """Their name, once somebody asked."""
    department: str | None
    """Its key."""
    assigned: bool
    """Whether somebody has taken its ticket."""
    state: RecordingState
    duration: int | None
    """Whole seconds."""
    left_at: Moment


class MessageList(ListOf[MessageShape]):
    """A page of messages that wait, the oldest first."""


class MessageQuery(ListQuery):
    """Which messages."""

    department: str | None = Field(None, max_length=100, description="A department's key.")


class DoneShape(Shape):
    """A message was dealt with."""

    ticket: int
    """Number."""
    solved: bool
    """Whether its ticket, which was only about it, was solved with it."""


@NOUN.offers("GET", "/messages", right=Right.READ_CALLS, query=MessageQuery, answer=MessageList)
def list_messages(asked: Asked[MessageQuery, None]) -> object:
    """List messages nobody has dealt with, the oldest first."""
    brand_id, key = asked.who.brand_id, asked.query.department
    department = known_department(asked, key, status=400, place="query") if key else None
    page = messages.inbox(
        asked.session,
        brand_id=brand_id,
        department_id=department.id if department else None,
        limit=asked.query.limit,
        after=asked.query.after(),
    )
    keys = {one.id: one.key for one in people.departments(asked.session, brand_id=brand_id, limit=1000)}

    def shape(message: Message) -> MessageShape:
        recording, ticket = message.recording, message.ticket
        return MessageShape(
            id=str(recording.id),
            call=message.call.sid,
            ticket=ticket.number,
            caller=other_end(message.call),
            customer=message.customer,
            department=keys.get(ticket.department_id or 0),
            assigned=ticket.assignee_id is not None,
            state=RecordingState(recording.state),
            duration=round(recording.duration) if recording.duration is not None else None,
            left_at=recording.expected_at,
        )

    return page_of(page, shape, settings=asked.parts.settings, as_type=MessageList)


@NOUN.offers(
    "POST",
    "/messages/{id}/done",
    right=Right.WRITE_TICKETS,
    answer=DoneShape,
    refusals={409: "Somebody has dealt with the message already."},
)
def finish_message(asked: Asked[None, None], id: int) -> DoneShape:
    """Say that a message was dealt with.

    A ticket that was only about it is solved; it needs an owner for that (PUT /tickets/{number}/assignment).
    """
    message = messages.message(asked.session, brand_id=asked.who.brand_id, recording_id=id)
    if message is None:
        raise not_found(f"message {id}")
    done = messages.mark_done(asked.session, message=message, actor=asked.who.actor, now=asked.now)
    if done is None:
        raise Problem(409, "already-done", "Somebody has dealt with this message already.")
    return DoneShape(ticket=done.ticket, solved=done.solved)
