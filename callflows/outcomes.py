"""What a turn means for the record, as data: `ivr` writes it down, in the same statement as the turn."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Matter:
    """The call's matter is known: its ticket is born with these facts, or, if it has one, learns them.

    department: key; reason: stable key such as ``ivr_failed`` or ``message``; priority: 1 (highest) to 4, or None.
    """

    department: str | None = None
    reason: str | None = None
    subject: str | None = None
    priority: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinTicket:
    """The call is about this open ticket (its number): no ticket of its own is made."""

    number: int


@dataclass(frozen=True, slots=True)
class MessageExpected:
    """The answer orders a recording of the caller: it ought to arrive, and its absence is an alarm.

    longest: seconds after which the carrier ends it.
    """

    department: str | None = None
    longest: int = 300


@dataclass(frozen=True, slots=True)
class CallbackWanted:
    """The caller asked to be called back at `number` (E.164, or as keyed: judged and normalised by the worker)."""

    number: str
    department: str | None = None


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """The caller refused recording: nothing of this call may be recorded except a message they choose to leave."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The line ends the call on purpose. outcome: stable key such as ``message_left`` or ``callback_requested``."""

    outcome: str


Outcome = Matter | JoinTicket | MessageExpected | CallbackWanted | Unrecorded | Ended


@dataclass(frozen=True, slots=True)
class Passed:
    """One step the caller went through in this turn, for the path on the timeline.

    step: its name; choice: the label of what was chosen (``billing``, ``yes``, ``no input``), or None.
    """

    step: str
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All outcomes of one turn, in order, with the path taken."""

    items: tuple[Outcome, ...] = ()
    path: tuple[Passed, ...] = field(default=())
