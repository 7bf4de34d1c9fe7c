"""What is wrong with a flow's text, said so that its author can mend it: where, what, and the cure."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class FlowProblem:
    """One finding. line, column: from 1, as an editor shows them; step: "" when it is about the whole flow.

    severity: ``red`` keeps the flow from being used, ``yellow`` is advice.
    """

    line: int
    column: int
    step: str
    message: str
    cure: str
    severity: Literal["red", "yellow"] = "red"

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}"
        step = f", step “{self.step}”" if self.step else ""
        return f"{where}{step}: {self.message} {self.cure}".rstrip()


class BrokenFlow(ValueError):
    """The text is no flow that could be used. problems: all that was found, in order of line."""

    def __init__(self, problems: tuple[FlowProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
