"""Callbacks: promises to call somebody back, asked for and called off."""

from pydantic import Field

from api.bodies import Body
from api.lists import ListOf, ListQuery, page_of
from api.operations import Answered, Asked, Noun
from api.problems import Problem, not_found
from api.shapes import Moment, OpaqueId, Shape
from api.tickets import named
from people.rights import Right
from routing import callbacks, queries
from routing.callbacks import LONGEST_ASKED, Cancelled, Superseded
from routing.models import CallbackState
from routing.queries import CallbackView

NOUN = Noun("callbacks", "Promises to call somebody back, and what became of them.")


class CallbackShape(Shape):
    """One promise."""

    id: OpaqueId
    ticket: int
    """Its number."""
    to: str
    """E.164 once judged, before that as it was asked for."""
    state: CallbackState
    reason: str
    """Why it is in this state: a stable word such as `premium` or `no_answer`, or empty."""
    attempts: int
    """Tries to reach the customer."""
    requested_at: Moment
    due_at: Moment
    """Not before this moment."""
    closed_at: Moment | None

    @classmethod
    def of(cls, view: CallbackView) -> "CallbackShape":
        callback = view.callback
        return cls(
            id=str(callback.id),
            ticket=view.ticket,
            to=callback.e164 or callback.asked_number,
            state=CallbackState(callback.state),
            reason=callback.why,
            attempts=callback.attempts,
            requested_at=callback.requested_at,
            due_at=callback.due_at,
            closed_at=callback.closed_at,
        )


class CallbackList(ListOf[CallbackShape]):
    """A page of callbacks, the latest asked for first."""


class CallbackQuery(ListQuery):
    """Which callbacks."""

    state: CallbackState | None = Field(None, description="Its state.")
    ticket: int | None = Field(None, ge=1, le=2**63 - 1, description="The number of its ticket.")


class CallbackSent(Body):
    """Whom to call back."""

    ticket: int = Field(ge=1, le=2**63 - 1, description="The ticket it is about.")
    to: str | None = Field(
        None, min_length=1, max_length=LONGEST_ASKED, description="A number; left out, the ticket's caller."
    )


@NOUN.offers("GET", "/callbacks", right=Right.READ_TICKETS, query=CallbackQuery, answer=CallbackList)
def list_callbacks(asked: Asked[CallbackQuery, None]) -> object:
    """List callbacks, the latest asked for first."""
    page = queries.callbacks(
        asked.session,
        brand_id=asked.who.brand_id,
        state=asked.query.state,
        ticket=asked.query.ticket,
        limit=asked.query.limit,
        after=asked.query.after(),
    )
    return page_of(page, CallbackShape.of, settings=asked.parts.settings, as_type=CallbackList)


@NOUN.offers("GET", "/callbacks/{id}", right=Right.READ_TICKETS, answer=CallbackShape)
def show_callback(asked: Asked[object, object], id: int) -> CallbackShape:
    """Read one callback."""
    view = queries.callback(asked.session, brand_id=asked.who.brand_id, id=id)
    if view is None:
        raise not_found(f"callback {id}")
    return CallbackShape.of(view)


@NOUN.offers("POST", "/callbacks", right=Right.REQUEST_CALLBACKS, sends=CallbackSent, answer=CallbackShape, status=201)
def request_callback(asked: Asked[None, CallbackSent]) -> CallbackShape:
    """Ask for a callback.

    A job judges the number at once: read the callback again for its state. A second promise for one number in one
    department joins the first.
    """
    ticket = named(asked, asked.body.ticket)
    callback = callbacks.request(
        asked.session, ticket_id=ticket.id, number=asked.body.to, actor=asked.who.actor, now=asked.now
    )
    return show_callback(asked, callback.id)


@NOUN.offers(
    "POST",
    "/callbacks/{id}/done",
    right=Right.REQUEST_CALLBACKS,
    answer=CallbackShape,
    refusals={409: "Agent and customer talk this moment, or the promise is over already."},
)
def finish_callback(asked: Asked[None, None], id: int) -> CallbackShape:
    """Say that the customer was reached another way: nobody calls them again about it."""
    show_callback(asked, id)
    match callbacks.supersede(asked.session, callback_id=id, call_id=None, actor=asked.who.actor, now=asked.now):
        case Superseded.TALKING:
            raise Problem(409, "talking-now", "They talk this moment: the promise ends as kept by itself.")
        case Superseded.ALREADY_OVER:
            raise Problem(409, "already-over", "The callback is over already; read it for how it ended.")
    return show_callback(asked, id)


@NOUN.offers(
    "DELETE",
    "/callbacks/{id}",
    right=Right.REQUEST_CALLBACKS,
    answer=CallbackShape,
    refusals={409: "The customer is being called this moment, or the promise is over already."},
)
def cancel_callback(asked: Asked[None, None], id: int) -> Answered:
    """Call a callback off, unless the customer is being called this moment."""
    show_callback(asked, id)
    match callbacks.cancel(asked.session, callback_id=id, actor=asked.who.actor, now=asked.now):
        case Cancelled.CALLING_NOW:
            raise Problem(409, "calling-now", "Too late: the customer is being called now.")
        case Cancelled.ALREADY_OVER:
            raise Problem(409, "already-over", "The callback is over already; read it for how it ended.")
    return Answered(body=show_callback(asked, id))
