"""What happens when the carrier rings somebody: they answer, are engaged, or do not; what they press and say then."""

import threading
from dataclasses import dataclass, field
from typing import Any

from simulator.person import HangUp, Input, Keys, Message, Passive, Person, Prompt, RecordPrompt, Silence, Talk

OUTCOMES = ("answers", "machine", "no-answer", "busy", "rejects", "fails")
SIP_CODES = {"answers": "200", "machine": "200", "no-answer": "487", "busy": "486", "rejects": "603", "fails": "404"}


@dataclass(frozen=True)
class Behaviour:
    """One ringing of a phone.

    `after` is how many seconds it rings first. `presses` are pressed at one question after the other, then nothing
    is. `talk` is their side of a conversation; `message` what they leave when recorded. `greeting` is a machine's.
    `person` replaces all of these by somebody else's doing.
    """

    outcome: str = "answers"
    after: float = 4.0
    presses: tuple[str, ...] = ("1",)
    talk: Talk = field(default_factory=lambda: Talk("Hello, how can I help?", seconds=30, then="hangs up"))
    message: str = ""
    greeting: str = "Nobody can take your call. Please leave a message."
    person: Person | None = None

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"a phone {self.outcome!r}? It is one of: {', '.join(OUTCOMES)}")

    @property
    def picks_up(self) -> bool:
        """Whether anybody, or anything, answers."""
        return self.outcome in ("answers", "machine")

    def someone(self) -> Person:
        """Who holds the phone once it is answered."""
        if self.person is not None:
            return self.person
        return _Machine(self) if self.outcome == "machine" else _Answering(self)


PRESSES_ONE = Behaviour()
"""What the phones of agents do unless told otherwise: answer, and press 1."""


class Phones:
    """Who does what when rung, by E.164 number, `client:name` or `sip:` address. Safe to share between threads."""

    def __init__(self, default: Behaviour = PRESSES_ONE) -> None:
        self.default = default
        self._known: dict[str, list[Behaviour]] = {}
        self._lock = threading.Lock()

    def set(self, address: str, *behaviours: Behaviour) -> None:
        """From now on this phone does these one after the other, and the last one for ever; none forgets it."""
        with self._lock:
            self._known[address] = list(behaviours)

    def ring(self, address: str) -> Behaviour:
        """What this phone does this time."""
        with self._lock:
            left = self._known.get(address)
            if not left:
                return self.default
            return left.pop(0) if len(left) > 1 else left[0]


def from_fields(fields: dict[str, Any]) -> Behaviour:
    """A behaviour out of JSON fields: outcome, after, presses, says, seconds, then, message, greeting.

    Raises ValueError naming what is wrong.
    """
    allowed = {"outcome", "after", "presses", "says", "seconds", "then", "message", "greeting"}
    if unknown := sorted(set(fields) - allowed):
        raise ValueError(f"unknown: {', '.join(unknown)}; there are: {', '.join(sorted(allowed))}")
    usual = PRESSES_ONE.talk
    talk = Talk(
        str(fields.get("says", usual.words)), float(fields.get("seconds", 30)), str(fields.get("then", usual.then))
    )
    if talk.then not in ("stays", "hangs up", "star"):
        raise ValueError("then is one of: stays, hangs up, star")
    return Behaviour(
        outcome=str(fields.get("outcome", "answers")),
        after=float(fields.get("after", PRESSES_ONE.after)),
        presses=tuple(str(keys) for keys in fields.get("presses", PRESSES_ONE.presses)),
        talk=talk,
        message=str(fields.get("message", "")),
        greeting=str(fields.get("greeting", PRESSES_ONE.greeting)),
    )


class _Answering(Passive):
    """Answers, presses what was arranged, talks, hangs up."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self._behaviour = behaviour
        self._presses = list(behaviour.presses)

    def asked(self, prompt: Prompt) -> Input:
        return Keys(self._presses.pop(0)) if self._presses else Silence()

    def records(self, prompt: RecordPrompt) -> Message | HangUp:
        return Message(self._behaviour.message, end="#") if self._behaviour.message else HangUp()

    def talks(self, other: str, heard: str) -> Talk:
        super().talks(other, heard)
        return self._behaviour.talk


class _Machine(Passive):
    """Says its greeting and listens; it never presses anything."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self._greeting = behaviour.greeting

    def talks(self, other: str, heard: str) -> Talk:
        super().talks(other, heard)
        return Talk(self._greeting, seconds=60, then="hangs up")
