"""What a turn may know besides what was heard: facts, by name. Cheap ones are always given, others are read on demand.

Always given: ``caller`` (E.164, None when withheld), ``hours`` (department key → `Open`), ``duty`` (department key →
bool), ``attested`` (the carrier's STIR check: True, False, None when not told). Read when a step needs them:
``tickets`` (`KnownTicket`s opened from exactly this number, open ones first, newest first), ``ticket`` (the number of
this call's own ticket, or None). Any of them may be `UNKNOWN`, and every step has an answer for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final, Literal, cast


class Unknown(Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""A fact that was asked for and could not be read, for instance while the database is away."""

OVER: Final = frozenset({"solved", "closed", "merged", "spam"})
"""Ticket states in which no further work is expected."""

Facts = Mapping[str, object]


class FactMissing(LookupError):
    """A step asked for a fact that this turn does not have yet: read it and ask the engine again."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Open:
    """Whether a department is open, and when it opens next.

    next: a phrase that completes "We open again …", such as ``on Monday at 9`` or ``tomorrow at 8:30``; None when
    that is not known.
    """

    open: bool
    next: str | None = None


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """A ticket opened from exactly the caller's number: its number, state key, and the local date it was opened."""

    number: int
    state: str
    opened: date

    @property
    def is_open(self) -> bool:
        """True while somebody is expected to work on it."""
        return self.state not in OVER


def caller(facts: Facts) -> str | None:
    """The caller's number in E.164, or None when it is withheld or not known."""
    number = _given(facts, "caller")
    return number if isinstance(number, str) and number else None


def opening(facts: Facts, department: str) -> Open | None:
    """Whether the department is open; None when that is not known."""
    hours = _given(facts, "hours")
    found = hours.get(department) if isinstance(hours, Mapping) else None
    return found if isinstance(found, Open) else None


def on_duty(facts: Facts, department: str) -> bool:
    """True when somebody of the department is known to be on duty."""
    duty = _given(facts, "duty")
    return isinstance(duty, Mapping) and duty.get(department) is True


def attestation_failed(facts: Facts) -> bool:
    """True only when the carrier said that the number shown is not to be trusted."""
    return _given(facts, "attested") is False


def known_tickets(facts: Facts) -> tuple[KnownTicket, ...] | Literal[Unknown.UNKNOWN]:
    """The tickets opened from the caller's number."""
    tickets = _given(facts, "tickets")
    if tickets is UNKNOWN:
        return UNKNOWN
    return cast("tuple[KnownTicket, ...]", tuple(cast("tuple[KnownTicket, ...]", tickets)))


def own_ticket(facts: Facts) -> int | None:
    """The number of this call's ticket, or None when there is none or it is not known."""
    number = _given(facts, "ticket")
    return number if isinstance(number, int) else None


def _given(facts: Facts, name: str) -> object:
    try:
        return facts[name]
    except KeyError:
        raise FactMissing(name) from None
