"""goodbye: last words, and the line ends the call."""

from collections.abc import Iterable
from dataclasses import dataclass

from callflows.instructions import HangUp, Prompt, Say
from callflows.outcomes import Ended
from callflows.steps.fields import Fields
from callflows.steps.step import End, Step, Visit
from callflows.wording import Wording


@dataclass(frozen=True)
class Goodbye(Step):
    """Speaks `words` and hangs up; `outcome` is the stable key the record keeps."""

    kind = "goodbye"
    may_end = True

    name: str
    line: int
    words: str
    outcome: str

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "Goodbye":
        """From the step's fields; what is wrong is noted there."""
        words = fields.words("words", required=True)
        return cls(name, fields.line, words, fields.key("outcome") or "informed")

    def targets(self) -> tuple[str, ...]:
        return ()

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        yield Prompt(f"{self.name}:say", (Say(wording.own_text(self.words)), HangUp()))

    def enter(self, visit: Visit) -> End:
        return End((f"{self.name}:say",), (Ended(self.outcome),))
