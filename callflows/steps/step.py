"""What every step is, what it is given, and the three moves it can answer with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from callflows.facts import Facts
from callflows.flow import Flow, Heard, Position
from callflows.instructions import Prompt
from callflows.outcomes import Outcome
from callflows.vocabulary import Vocabulary
from callflows.wording import Wording


@dataclass(frozen=True, slots=True)
class Go:
    """Go on to another step within the same turn.

    said: prompts to speak on the way; learned: what the call's pocket keeps; choice: the label for the path.
    """

    to: str
    said: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    learned: Mapping[str, str] = field(default_factory=dict)
    choice: str | None = None
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Speak, then wait for the caller at this step; the counters are those the next turn begins with."""

    said: tuple[str, ...]
    mode: str = ""
    silences: int = 0
    misses: int = 0
    repeats: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    learned: Mapping[str, str] = field(default_factory=dict)
    choice: str | None = None
    slow: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """Speak, and end the call: the last prompt hangs up."""

    said: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    choice: str | None = None


Move = Go | Wait | End


@dataclass(frozen=True, slots=True)
class Visit:
    """A call at a step: the flow, where it stands (position.step is this step), and what is known in this turn."""

    flow: Flow
    position: Position
    facts: Facts
    vocabulary: Vocabulary

    @property
    def department(self) -> str | None:
        """The department the caller chose earlier in this call."""
        return self.position.pocket.get(DEPARTMENT)

    @property
    def joined(self) -> int | None:
        """The existing ticket this call is about."""
        number = self.position.pocket.get(JOINED, "")
        return int(number) if number.isascii() and number.isdigit() else None


DEPARTMENT = "d"
JOINED = "j"
ASKED_FOR_PERSON = "0"
FAILED_BEFORE = "f"
UNRECORDED = "u"
KEYED = "n"
"""Names in the pocket. They are short because the pocket rides in every URL of the call."""


class Step:
    """A place in a flow. Kinds are frozen dataclasses; they hold words by key, never texts.

    needs: facts that entering or hearing may ask for, beyond those always given; entering_needs: those of entering.
    passes: entering may lead on to another step within the same turn. asks: it waits for the caller. may_end: the
    call may end here.
    """

    kind: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    entering_needs: ClassVar[frozenset[str]] = frozenset()
    passes: ClassVar[bool] = False
    may_end: ClassVar[bool] = False
    asks: ClassVar[bool] = False

    name: str
    line: int

    def targets(self) -> tuple[str, ...]:
        """Names of the steps this one may lead to, other than the flow's own operator and failure paths."""
        raise NotImplementedError

    def onward(self) -> tuple[str, ...]:
        """The targets that entering may lead to without waiting for the caller."""
        return self.targets() if self.passes else ()

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        """All that this step can say in one language."""
        raise NotImplementedError

    def enter(self, visit: Visit) -> Move:
        """The call arrives here."""
        raise NotImplementedError

    def hear(self, visit: Visit, heard: Heard) -> Move:
        """The caller answered. Only steps that ask are called."""
        raise NotImplementedError
