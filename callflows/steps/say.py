"""say: words, then on."""

from collections.abc import Iterable
from dataclasses import dataclass

from callflows.instructions import Prompt, Say
from callflows.steps.fields import Fields
from callflows.steps.step import Go, Step, Visit
from callflows.wording import Wording


@dataclass(frozen=True)
class SayStep(Step):
    """Speaks `words` and goes on."""

    kind = "say"
    passes = True

    name: str
    line: int
    words: str
    next: str

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "SayStep":
        """From the step's fields; what is wrong is noted there."""
        words = fields.words("words", required=True)
        return cls(name, fields.line, words, fields.step("next", required=True))

    def targets(self) -> tuple[str, ...]:
        return (self.next,)

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        yield Prompt(f"{self.name}:say", (Say(wording.own_text(self.words)),))

    def enter(self, visit: Visit) -> Go:
        return Go(self.next, (f"{self.name}:say",))
