"""message: the caller speaks after the tone, and what was said is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

from callflows.facts import own_ticket
from callflows.flow import Heard
from callflows.instructions import HangUp, Prompt, Record, Say
from callflows.outcomes import Ended, Matter, MessageExpected, Outcome
from callflows.speaking import spoken_digits
from callflows.steps.fields import Fields
from callflows.steps.step import UNRECORDED, End, Go, Move, Step, Visit, Wait
from callflows.wording import Wording

EMPTY = 0
"""A recording of at most this many whole seconds holds no message: a breath, or the key that ended it. Somebody who
says "call me" in a second has left one."""
ONCE_MORE = "again"


@dataclass(frozen=True)
class MessageStep(Step):
    """Records up to `longest` seconds. An empty message is offered once more, then it goes on to `empty`, or says
    goodbye honestly. Hanging up is the usual way to end a message, so it is one."""

    kind = "message"
    needs = frozenset({"ticket"})
    asks = True
    may_end = True

    name: str
    line: int
    words: str
    empty: str
    longest: int
    silence: int

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "MessageStep":
        """From the step's fields; what is wrong is noted there."""
        return cls(
            name,
            fields.line,
            fields.words("words"),
            fields.step("empty"),
            fields.number("longest", 300, least=10, most=3600),
            fields.number("silence", 10, least=2, most=60),
        )

    def targets(self) -> tuple[str, ...]:
        return (self.empty,) if self.empty else ()

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        ask = wording.own_text(self.words) if self.words else wording.said("message-ask")
        yield Prompt(f"{self.name}:ask", (Say(ask),))
        yield Prompt(f"{self.name}:recorded", (Say(wording.said("message-recorded")),))
        yield Prompt(f"{self.name}:empty", (Say(wording.said("message-empty")),))
        yield Prompt(f"{self.name}:record", (Record("#", self.longest, self.silence),))
        for part in ("thanks", "none"):
            yield Prompt(f"{self.name}:{part}", (Say(wording.said(f"message-{part}")), HangUp()))
            with_ticket = wording.said(f"message-{part}-ticket")
            yield Prompt(f"{self.name}:{part}-ticket", (Say(with_ticket), HangUp()))

    def enter(self, visit: Visit) -> Wait:
        known = visit.department is not None or visit.joined is not None
        matter: tuple[Outcome, ...] = () if known else (Matter(reason="message"),)
        said = ["ask", "recorded"] if UNRECORDED in visit.position.pocket else ["ask"]
        return self._record(visit, (*said, "record"), "", matter)

    def hear(self, visit: Visit, heard: Heard) -> Move:
        if heard.finished == "hangup":
            left = heard.recorded is None or heard.recorded > 0
            return self._end(visit, left, "hung up")
        if heard.recorded is not None and heard.recorded > EMPTY:
            return self._end(visit, True, "message")
        if visit.position.mode != ONCE_MORE:
            return self._record(visit, ("empty", "record"), ONCE_MORE, ())
        if self.empty:
            return Go(self.empty, choice="no message")
        return self._end(visit, False, "no message")

    def _record(self, visit: Visit, said: tuple[str, ...], mode: str, outcomes: tuple[Outcome, ...]) -> Wait:
        outcomes = (*outcomes, MessageExpected(visit.department, self.longest))
        choice = "no message" if mode else None
        return Wait(tuple(f"{self.name}:{part}" for part in said), mode, outcomes=outcomes, choice=choice)

    def _end(self, visit: Visit, left: bool, choice: str) -> End:
        ticket = visit.joined or own_ticket(visit.facts)
        part = ("thanks" if left else "none") + ("-ticket" if ticket else "")
        values = {"ticket": spoken_digits(ticket)} if ticket else {}
        outcome = Ended("message_left" if left else "no_message")
        return End((f"{self.name}:{part}",), (outcome,), values, choice)
