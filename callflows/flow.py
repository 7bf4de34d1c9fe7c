"""Frozen values of the conversation: the flow, where a call stands in it, what was heard, what a turn brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callflows.instructions import Prompt
from callflows.outcomes import Outcomes

if TYPE_CHECKING:
    from callflows.steps.step import Step
    from callflows.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Position:
    """Where a call stands: everything the next turn must know, small enough to ride in a URL.

    flow, revision: key and content hash of the flow; step: the step that is waiting for input.
    silences, misses: failed inputs at this step so far; mode: a step's own small sub-state (``confirm:billing``).
    repeats: how often it was heard again. slow: the caller had trouble, so timeouts are doubled.
    pocket: what this call has learned (a number keyed in, the department), short strings by short names; it is sealed
    before it leaves the process.
    """

    flow: str
    revision: str
    step: str
    language: str = "en"
    silences: int = 0
    misses: int = 0
    mode: str = ""
    slow: bool = False
    pocket: Mapping[str, str] = field(default_factory=dict)
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What came from the caller in one turn.

    digits: keys pressed, without the finishing key, "" for none; speech with its confidence (0 to 1, None: not told).
    finished: the key that ended a recording, or ``hangup``; recorded: seconds of the message, None when no recording.
    """

    digits: str = ""
    speech: str = ""
    confidence: float | None = None
    finished: str = ""
    recorded: int | None = None

    @property
    def silent(self) -> bool:
        """True when nothing was pressed or said."""
        return not self.digits and not self.speech.strip()


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn brings: the next position, what is said (names of prompts), the values for their slots, outcomes.

    position is None when the call ends with this answer. note: what the caller did, masked, for the record.
    """

    position: Position | None
    prompts: tuple[str, ...]
    values: Mapping[str, str]
    outcomes: Outcomes
    note: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """The engine cannot go on without these facts: read them once, then ask again with the same input."""

    facts: frozenset[str]


@dataclass(frozen=True)
class Flow:
    """One revision of a call flow, checked and ready: steps by name, and every prompt it can ever say by language.

    operator: where 0 leads; failed: where a caller goes whom the line did not understand; last_resort: where they go
    the second time. onward_needs: by step, the facts that may be asked for from there to the end of the turn.
    """

    key: str
    revision: str
    start: str
    language: str
    steps: Mapping[str, "Step"]
    prompts: Mapping[str, Mapping[str, Prompt]]
    source: str = ""
    operator: str = ""
    failed: str = ""
    last_resort: str = ""
    vocabularies: Mapping[str, "Vocabulary"] = field(default_factory=dict)
    onward_needs: Mapping[str, frozenset[str]] = field(default_factory=dict)
