"""department: the matter is known; to somebody on duty, else honestly elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from callflows.facts import on_duty, opening
from callflows.instructions import Prompt, Say
from callflows.outcomes import Matter, Outcome
from callflows.steps.fields import Fields
from callflows.steps.hours import closed_prompts, closed_words
from callflows.steps.step import DEPARTMENT, Go, Step, Visit
from callflows.wording import Wording


@dataclass(frozen=True)
class DepartmentStep(Step):
    """Makes `department` the call's matter. Open and somebody on duty: `on_duty`, if the flow has such a step.
    Else it says how things are and goes on to `otherwise`.

    keep_department: a caller who chose a department before stays with it, unless somebody here can take the call.
    A call about an existing ticket leaves that ticket's department alone.
    """

    kind = "department"
    passes = True

    name: str
    line: int
    department: str
    words: str
    otherwise: str
    on_duty: str
    reason: str
    priority: int
    tags: tuple[str, ...]
    keep_department: bool

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "DepartmentStep":
        """From the step's fields; what is wrong is noted there."""
        return cls(
            name,
            fields.line,
            fields.key("department", required=True),
            fields.thing("words", phrases=False, required=False),
            fields.step("otherwise", required=True),
            fields.step("on_duty"),
            fields.key("reason"),
            fields.number("priority", 0, least=1, most=4),
            fields.keys("tags"),
            fields.flag("keep_department"),
        )

    def targets(self) -> tuple[str, ...]:
        return (self.otherwise, self.on_duty) if self.on_duty else (self.otherwise,)

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        if self.words:
            chosen = wording.said("chosen", name=wording.name(self.words))
            yield Prompt(f"{self.name}:chosen", (Say(chosen),))
        yield Prompt(f"{self.name}:nobody", (Say(wording.said("nobody")),))
        yield from closed_prompts(self.name, wording)

    def enter(self, visit: Visit) -> Go:
        hours = opening(visit.facts, self.department)
        staffed = hours is not None and hours.open and on_duty(visit.facts, self.department)
        outcomes, learned = self._matter(visit, staffed)
        chosen = (f"{self.name}:chosen",) if self.words else ()
        if staffed and self.on_duty:
            return Go(self.on_duty, chosen, {}, outcomes, learned, "on duty")
        if hours is not None and not hours.open:
            said, values = closed_words(self.name, hours)
            return Go(self.otherwise, chosen + said, values, outcomes, learned, "closed")
        return Go(self.otherwise, (*chosen, f"{self.name}:nobody"), {}, outcomes, learned, "nobody on duty")

    def _matter(self, visit: Visit, staffed: bool) -> tuple[tuple[Outcome, ...], dict[str, str]]:
        if visit.joined is not None:
            return (), {}
        stays = self.keep_department and visit.department is not None and not staffed
        department = None if stays else self.department
        matter = Matter(department, self.reason or None, None, self.priority or None, self.tags)
        return (matter,), {} if stays else {DEPARTMENT: self.department}
