"""What the verbs of a placed call answer, as values; `ivr/callback_twiml.py` speaks them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.callback_rows import Under


class Noted(StrEnum):
    """What an event changed."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    LATE = "late"
    """The attempt had ended: kept on its legs, and nothing follows from it."""
    UNKNOWN = "unknown"
    """No attempt of ours has this call."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """What an agent is told before deciding. minutes: since it was asked for; tries: of the customer, before this."""

    ticket: int
    name: str | None
    last_digits: str
    department: str | None
    minutes: int
    tries: int


@dataclass(frozen=True, slots=True)
class ToDial:
    """Whom to dial now, as whom. part: the name under which the recording is ordered."""

    e164: str
    caller_id: str
    recorded: bool
    part: str
    ring_seconds: int
    longest_seconds: int


@dataclass(frozen=True, slots=True)
class Over:
    """Nobody is dialled: a state of the callback, the attempt's outcome, ``called``, ``stopped`` or ``gone``."""

    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the customer is told first."""

    company: str
    recorded: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How the try ended, and when the next one is (both times in the brand's zone); None: there is none."""

    outcome: str
    next_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that ought to be recorded, by the names the recording will come under."""

    brand_id: int
    call_id: int
    account_sid: str
    leg_sid: str
    part: str


def part_of(under: Under) -> str:
    """The name under which this attempt's recording is ordered, expected and found."""
    return f"callback-{under.attempt.id}"


def talk_of(under: Under) -> Talk | None:
    """The talk of this attempt, to be recorded; None where the customer wanted no recording."""
    if under.call.unrecorded or under.attempt.sid is None:
        return None
    return Talk(under.call.brand_id, under.call.id, under.call.account_sid, under.attempt.sid, part_of(under))
