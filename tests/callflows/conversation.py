"""A conversation as a list of lines: what the caller does goes in, what the line says and means comes out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callflows.engine import advance, begin
from callflows.facts import UNKNOWN, KnownTicket, Open
from callflows.flow import Flow, Heard, Needs, Turn
from callflows.instructions import Ask, HangUp, Pause, Record, Say
from callflows.library import shipped
from callflows.outcomes import Outcome, Passed

CALLER = "+14155550123"
ALWAYS_OPEN = {key: Open(True) for key in ("technical", "billing", "general")}


@dataclass
class Conversation:
    """One caller against the pure engine. Facts that need a read are given only when the engine asks for them."""

    flow: Flow = field(default_factory=lambda: shipped()["main"])
    caller: object = CALLER
    hours: object = field(default_factory=lambda: dict(ALWAYS_OPEN))
    duty: object = field(default_factory=dict)
    attested: object = None
    tickets: object = ()
    ticket: object = 1042
    reads: list[frozenset[str]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._take(lambda facts: begin(self.flow, facts=facts))

    def press(self, *keys: str) -> "Conversation":
        for digits in keys:
            self.hear(Heard(digits=digits))
        return self

    def say(self, words: str, confidence: float | None = 0.9) -> "Conversation":
        return self.hear(Heard(speech=words, confidence=confidence))

    def silence(self, times: int = 1) -> "Conversation":
        for _ in range(times):
            self.hear(Heard())
        return self

    def record(self, seconds: int | None, finished: str = "#") -> "Conversation":
        return self.hear(Heard(recorded=seconds, finished=finished))

    def hear(self, heard: Heard) -> "Conversation":
        position = self.turns[-1].position
        assert position is not None, "the call is over"
        self._take(lambda facts: advance(self.flow, position, heard, facts=facts))
        return self

    @property
    def last(self) -> Turn:
        return self.turns[-1]

    @property
    def said(self) -> str:
        """What the line says in the last turn, slots filled."""
        return spoken(self.flow, self.last)

    @property
    def at(self) -> str | None:
        """The step that waits, None when the call is over."""
        return self.last.position.step if self.last.position else None

    @property
    def listening(self) -> Ask | Record | HangUp:
        """The last instruction of the last turn."""
        found = instructions(self.flow, self.last)[-1]
        assert isinstance(found, Ask | Record | HangUp)
        return found

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Those of the last turn."""
        return self.last.outcomes.items

    @property
    def all_outcomes(self) -> list[Outcome]:
        """Those of the whole call."""
        return [each for turn in self.turns for each in turn.outcomes.items]

    @property
    def path(self) -> list[Passed]:
        return [each for turn in self.turns for each in turn.outcomes.path]

    def _take(self, step: Any) -> None:
        facts: dict[str, object] = {
            "caller": self.caller,
            "hours": self.hours,
            "duty": self.duty,
            "attested": self.attested,
        }
        turn = step(facts)
        if isinstance(turn, Needs):
            self.reads.append(turn.facts)
            facts |= {name: getattr(self, name) for name in turn.facts}
            turn = step(facts)
        assert isinstance(turn, Turn), "a turn reads at most once"
        self.turns.append(turn)


def instructions(flow: Flow, turn: Turn, language: str = "en") -> list[Any]:
    prompts = flow.prompts[turn.position.language if turn.position else language]
    return [each for name in turn.prompts for each in prompts[name].instructions]


def spoken(flow: Flow, turn: Turn) -> str:
    texts: list[str] = []
    for each in instructions(flow, turn):
        parts = each.prompts if isinstance(each, Ask) else (each,)
        texts += [part.text for part in parts if isinstance(part, Say)]
        assert all(isinstance(part, Say | Pause | Record | HangUp) for part in parts)
    return fill(" ".join(texts), turn.values)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Every slot must have a value."""
    return re.sub(r"\{(\w+)\}", lambda slot: values[slot[1]], text)


__all__ = ["CALLER", "UNKNOWN", "Conversation", "KnownTicket", "Open", "instructions", "spoken"]
