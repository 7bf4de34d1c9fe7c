"""What is proved about a flow before any caller hears it. Reading has already judged each step by itself."""

from collections.abc import Iterator

from callflows.flow import Flow
from callflows.problems import FlowProblem
from callflows.steps.message import MessageStep
from callflows.steps.step import Step


def check(flow: Flow) -> tuple[FlowProblem, ...]:
    """All findings about the flow as a whole, red and yellow, in order of line."""
    loops = [*_loops(flow)]
    return tuple(sorted([*(loops or _no_end(flow)), *_last_resort(flow), *_unreached(flow)]))


def reached(flow: Flow) -> frozenset[str]:
    """The steps a call can come to."""
    seen: set[str] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += _ways(flow, flow.steps[name])
    return frozenset(seen)


def _ways(flow: Flow, step: Step) -> tuple[str, ...]:
    """Where a step can lead, with the ways that every question has."""
    common = (flow.operator, flow.failed, flow.last_resort) if step.asks else ()
    return step.targets() + common


def _loops(flow: Flow) -> Iterator[FlowProblem]:
    """Steps that lead to each other without ever waiting for the caller."""
    for name, step in flow.steps.items():
        if name in _walked_from(flow, step):
            message = "From here the call comes back here without anybody being asked."
            yield FlowProblem(step.line, 1, name, message, "Lead it to a menu, a message or a goodbye.")


def _walked_from(flow: Flow, step: Step) -> set[str]:
    seen: set[str] = set()
    ahead = list(step.onward())
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += flow.steps[name].onward()
    return seen


def _no_end(flow: Flow) -> Iterator[FlowProblem]:
    """Steps from which no end can be reached, whatever the caller does."""
    ends = {name for name, step in flow.steps.items() if not _ways(flow, step) or step.may_end}
    grew = True
    while grew:
        more = {name for name, step in flow.steps.items() if ends.intersection(_ways(flow, step))}
        grew = not more <= ends
        ends |= more
    for name, step in flow.steps.items():
        if name not in ends:
            message = "From here no call ever ends in a message, a callback or a goodbye."
            yield FlowProblem(step.line, 1, name, message, "Lead it to a step that ends the call.")


def _last_resort(flow: Flow) -> Iterator[FlowProblem]:
    """What is left for somebody we cannot understand must not need understanding."""
    step = flow.steps[flow.last_resort]
    if step.asks and not isinstance(step, MessageStep):
        message = "The last resort asks something, and the caller was not understood twice already."
        yield FlowProblem(step.line, 1, step.name, message, "Name a step of kind message or goodbye.")


def _unreached(flow: Flow) -> Iterator[FlowProblem]:
    for name in sorted(flow.steps.keys() - reached(flow)):
        line = flow.steps[name].line
        yield FlowProblem(line, 1, name, "No call comes here.", "Lead a call here, or remove the step.", "yellow")
