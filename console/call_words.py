"""The words for calls: direction, result with its icon and colour, a leg's role and state."""

from collections.abc import Mapping
from dataclasses import dataclass

from console import ticket_words
from console.language import _, mark
from tickets.models import CallStatus, LegRole


@dataclass(frozen=True)
class Sign:
    """A state as a badge shows it; `tone` is one of components/shapes.html."""

    words: str
    icon: str
    tone: str

    @property
    def said(self) -> str:
        return _(self.words)


DIRECTION: Mapping[str, str] = {"inbound": mark("Incoming"), "outbound": mark("Outgoing")}
RESULT: Mapping[str, Sign] = {
    "on_call": Sign(mark("On the line now"), "phone", "live"),
    "message_left": Sign(mark("Left a message"), "voicemail", "info"),
    "callback_requested": Sign(mark("Wants a callback"), "phone-out", "info"),
    "informed": Sign(mark("Got an answer"), "check", "ok"),
    "given_up": Sign(mark("Hung up"), "phone-missed", "warn"),
    "not_reached": Sign(mark("Not reached"), "phone-off", "warn"),
    "logged": Sign(mark("Logged by hand"), "pencil", "plain"),
    "talked": Sign(mark("Talked"), "check", "ok"),
}
STATUS: Mapping[str, str] = {
    CallStatus.QUEUED: mark("Queued"),
    CallStatus.INITIATED: mark("Dialling"),
    CallStatus.RINGING: mark("Ringing"),
    CallStatus.IN_PROGRESS: mark("On the line"),
    CallStatus.COMPLETED: mark("Ended"),
    CallStatus.BUSY: mark("Busy"),
    CallStatus.FAILED: mark("Failed"),
    CallStatus.NO_ANSWER: mark("No answer"),
    CallStatus.CANCELED: mark("Called off"),
}
ROLE: Mapping[str, str] = {
    LegRole.CALLER: mark("Caller"),
    LegRole.AGENT: mark("Agent"),
    LegRole.CONSULT: mark("Asked for advice"),
    LegRole.OUTSIDE: mark("Customer"),
    LegRole.SUPERVISOR: mark("Supervisor"),
}


TIER: Mapping[str, str] = {"standard": mark("Standard"), "silver": mark("Silver"), "gold": mark("Gold")}
STEP: Mapping[str, str] = {
    "this number": mark("This number"),
    "another number": mark("Another number"),
    "number": mark("Number keyed in"),
    "no number": mark("No number"),
    "on duty": mark("Somebody on duty"),
    "nobody on duty": mark("Nobody on duty"),
    "message": mark("Message"),
    "no message": mark("No message"),
    "hung up": mark("Hung up"),
    "callback": mark("Callback"),
    "existing": mark("Existing ticket"),
    "told": mark("Told its state"),
    "another": mark("Another one"),
    "not found": mark("Not found"),
    "goodbye": mark("Goodbye"),
    "unrecorded": mark("Not recorded"),
    "operator": mark("A person"),
    "open": mark("Open"),
    "closed": mark("Closed"),
    "unknown": mark("Hours unknown"),
    "repeat": mark("Once more"),
    "no input": mark("Silence"),
    "no match": mark("Not understood"),
    "yes": mark("Yes"),
    "no": mark("No"),
}
"""What steps of a flow call what happened in them (callflows/steps); a flow's own labels are its author's."""


def tier(code: str) -> str:
    """How a customer is treated; an installation's own tiers are its own words."""
    return _(TIER[code]) if code in TIER else ticket_words.plain(code)


def direction(code: str) -> str:
    return _(DIRECTION[code]) if code in DIRECTION else ticket_words.plain(code)


def status(code: str) -> str:
    return _(STATUS[code]) if code in STATUS else ticket_words.plain(code)


def role(code: str) -> str:
    return _(ROLE[code]) if code in ROLE else ticket_words.plain(code)


def step(choice: str) -> str:
    """One step of the path: the department's key, or what was chosen, as words."""
    return _(STEP[choice]) if choice in STEP else ticket_words.plain(choice)
