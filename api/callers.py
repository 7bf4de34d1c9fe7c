"""Who it was: the customer of a call whose number several share."""

from pydantic import Field

from api.bodies import Body
from api.calls import NOUN as NOUN  # the operation below completes it
from api.calls import CallShape, found, show_call
from api.operations import Asked
from people.rights import Right
from tickets.caller_choosing import choose_caller


class CallerSent(Body):
    """Who called."""

    customer: str = Field(pattern=r"^[0-9]{1,18}$", description="The id of a customer who calls from that number.")


@NOUN.offers("PUT", "/calls/{sid}/customer", right=Right.WRITE_CUSTOMERS, sends=CallerSent, answer=CallShape)
def say_who_called(asked: Asked[None, CallerSent], sid: str) -> CallShape:
    """Say which customer a call was with, where several share its number.

    Somebody new is made first, with that number, by POST /customers.
    """
    choose_caller(
        asked.session,
        call=found(asked, sid).call,
        customer_id=int(asked.body.customer),
        actor=asked.who.actor,
        now=asked.now,
    )
    return show_call(asked, sid)
