"""hours: one way while a department is open, another while it is closed."""

from collections.abc import Iterable
from dataclasses import dataclass

from callflows.facts import Open, opening
from callflows.instructions import Prompt, Say
from callflows.steps.fields import Fields
from callflows.steps.step import Go, Step, Visit
from callflows.wording import Wording


@dataclass(frozen=True)
class HoursStep(Step):
    """Open when any of `departments` is; `unknown` is the way when hours cannot be read. Says when it opens again,
    unless `quiet`."""

    kind = "hours"
    passes = True

    name: str
    line: int
    departments: tuple[str, ...]
    open: str
    closed: str
    unknown: str
    quiet: bool

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "HoursStep":
        """From the step's fields; what is wrong is noted there."""
        closed = fields.step("closed", required=True)
        return cls(
            name,
            fields.line,
            fields.keys("departments", required=True),
            fields.step("open", required=True),
            closed,
            fields.step("unknown") or closed,
            fields.flag("quiet"),
        )

    def targets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.open, self.closed, self.unknown)))

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        yield from closed_prompts(self.name, wording)

    def enter(self, visit: Visit) -> Go:
        known = [found for key in self.departments if (found := opening(visit.facts, key))]
        if any(each.open for each in known):
            return Go(self.open, choice="open")
        if not known:
            return Go(self.unknown, choice="unknown")
        nearest = next((each for each in known if each.next), known[0])
        said, values = ((), {}) if self.quiet else closed_words(self.name, nearest)
        return Go(self.closed, said, values, choice="closed")


def closed_prompts(name: str, wording: Wording) -> Iterable[Prompt]:
    """What a step says when it is closed: with and without the next opening."""
    text = wording.said("closed-next", next=f"{{{_slot(name)}}}")
    yield Prompt(f"{name}:closed-next", (Say(text),))
    yield Prompt(f"{name}:closed", (Say(wording.said("closed")),))


def closed_words(name: str, opens: Open) -> tuple[tuple[str, ...], dict[str, str]]:
    """The prompt to speak, and its value."""
    if opens.next:
        return (f"{name}:closed-next",), {_slot(name): opens.next}
    return (f"{name}:closed",), {}


def _slot(name: str) -> str:
    """A slot of the step's own: two steps of one turn may speak of different openings."""
    return "next_" + name.replace("-", "_")
