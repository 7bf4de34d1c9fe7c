"""A call's way through its flow: every step with what happened there, and where the call stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.flow import Flow
from callflows.instructions import Ask, Say
from callflows.library import shipped
from people.directory import DEFAULT_FLOW
from tickets.models import Call, Event, Turn

_TURNS = ("call_started", "caller_turn")


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the flow. `state` is `here`, `passed`, or empty; `did`: what was chosen at it, in order."""

    name: str
    kind: str
    words: str
    state: str
    did: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The flow's name and revision, its steps in the order they are written, and whether the call is over."""

    flow: str
    revision: str
    steps: tuple[StepView, ...]
    over: bool

    @property
    def here(self) -> StepView | None:
        """Where the call stands."""
        return next((step for step in self.steps if step.state == "here"), None)


def way_of(session: Session, *, sid: str) -> Way | None:
    """The way of the call whose first leg has this SID; None while it is not known. Two statements."""
    turns = session.scalars(select(Turn).where(Turn.leg_sid == sid).order_by(Turn.number)).all()
    flow = shipped().get(turns[-1].answer["f"]) if turns else None
    if flow is None:
        return None
    facts = session.execute(
        select(Event.facts, Call.ended_at)
        .join(Call, Call.id == Event.call_id)
        .where(Call.sid == sid, Event.type.in_(_TURNS))
        .order_by(Event.happened_at, Event.id)
    ).all()
    passed = [(item["step"], item["choice"]) for row in facts for item in row.facts.get("path", ())]
    over = bool(facts and facts[-1].ended_at)
    here = None if over or not turns[-1].answer["next"] else str(turns[-1].answer["next"]["s"])
    steps = tuple(_step(flow, name, passed, here) for name in flow.steps)
    return Way(flow.key, flow.revision, steps, over)


def before() -> Way:
    """The way of nobody yet: the flow that answers the demo's number."""
    flow = shipped()[DEFAULT_FLOW]
    return Way(flow.key, flow.revision, tuple(_step(flow, name, (), None) for name in flow.steps), over=False)


def _step(flow: Flow, name: str, passed: Sequence[tuple[str, str | None]], here: str | None) -> StepView:
    been = [choice for step, choice in passed if step == name]
    state = "here" if name == here else "passed" if been else ""
    did = tuple(choice for choice in been if choice)
    return StepView(name, flow.steps[name].kind, _words(flow, name), state, did)


def _words(flow: Flow, name: str) -> str:
    """The first words a caller hears at this step; empty when it says nothing of its own."""
    for prompt in flow.prompts[flow.language].values():
        if prompt.name.startswith(f"{name}:"):
            for instruction in prompt.instructions:
                parts = instruction.prompts if isinstance(instruction, Ask) else (instruction,)
                for part in parts:
                    if isinstance(part, Say):
                        return part.text
    return ""
