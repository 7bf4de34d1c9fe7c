"""One turn of a conversation: begin it, or go on with what was heard. Pure: the same input gives the same turn.

A turn walks on through steps that need nothing from the caller until one waits or the call ends. A fact that is not
there yet interrupts it with `Needs`: the caller of the engine reads all of them at once and asks again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from callflows.facts import FactMissing, Facts
from callflows.flow import Flow, Heard, Needs, Position, Turn
from callflows.outcomes import Ended, Outcome, Outcomes, Passed
from callflows.speaking import digit, heard_digits
from callflows.steps.step import End, Go, Move, Step, Visit, Wait
from callflows.vocabulary import Vocabulary

FARTHEST = 50
"""Steps walked through in one turn. Loading refuses loops, so this is never reached by a checked flow."""
LONGEST_NOTE = 80
FEWEST_SPELT = 4
"""Words for digits in what was said that may be a number to be kept secret."""


class UnknownStep(LookupError):
    """The position names a step that this flow does not have: begin again with `resume`."""


def begin(flow: Flow, *, facts: Facts, language: str | None = None) -> Turn | Needs:
    """The first turn of a call. An unknown language is answered in the flow's own."""
    position = _start(flow, language)
    return _turn(flow, position, facts, _enter, ())


def advance(flow: Flow, position: Position, heard: Heard, *, facts: Facts) -> Turn | Needs:
    """The turn after something, or nothing, was heard at a position. Raises `UnknownStep`."""
    if position.step not in flow.steps or not flow.steps[position.step].asks:
        raise UnknownStep(position.step)
    if position.language not in flow.prompts:
        position = replace(position, language=flow.language)
    turn = _turn(flow, position, facts, lambda visit, step: step.hear(visit, heard), ())
    if isinstance(turn, Needs):
        return turn
    return replace(turn, note=note(heard, flow.vocabularies[position.language]))


def resume(
    flow: Flow, *, facts: Facts, language: str | None = None, pocket: Mapping[str, str] | None = None
) -> Turn | Needs:
    """Begin again, with an apology: the place where the call stood is gone. What the call has learned may be kept."""
    position = replace(_start(flow, language), pocket=dict(pocket or {}))
    return _turn(flow, position, facts, _enter, ("emergency-restart",))


def note(heard: Heard, vocabulary: Vocabulary) -> str:
    """What the caller did, for the record: single keys as they are, numbers and digits spoken never."""
    if heard.finished == "hangup":
        return "hung up" if heard.recorded is None else f"recorded {heard.recorded} s, then hung up"
    if heard.recorded is not None:
        return f"recorded {heard.recorded} s"
    if len(heard.digits) > 1:
        return f"keyed {len(heard.digits)} digits"
    if heard.digits:
        return f"pressed {heard.digits}"
    if heard_digits(heard.speech, vocabulary):
        return "said digits"
    said = _without_digits(heard.speech.strip(), vocabulary)[:LONGEST_NOTE]
    sure = "" if heard.confidence is None else f" ({heard.confidence:.2f})"
    return f"said “{said}”{sure}" if said else "silence"


def _without_digits(said: str, vocabulary: Vocabulary) -> str:
    """Digits as dots; so are their words where several are said, as in a card's number read out."""
    words = [word for word in re.split(r"(\W+)", said) if digit(word.casefold(), vocabulary)]
    if len(words) >= FEWEST_SPELT:
        said = re.sub(r"\w+", lambda found: "•" if digit(found[0].casefold(), vocabulary) else found[0], said)
    return re.sub(r"\d", "•", said)


class _Trail:
    """What has come together in a turn so far."""

    def __init__(self, said: tuple[str, ...]) -> None:
        self.said = [*said]
        self.values: dict[str, str] = {}
        self.outcomes: list[Outcome] = []
        self.path: list[Passed] = []

    def follow(self, step: str, move: Move) -> None:
        self.said += move.said
        self.values.update(move.values)
        self.outcomes += move.outcomes
        self.path.append(Passed(step, move.choice))

    def turn(self, position: Position | None) -> Turn:
        outcomes = Outcomes(tuple(self.outcomes), tuple(self.path))
        return Turn(position, tuple(self.said), self.values, outcomes)


def _turn(
    flow: Flow,
    position: Position,
    facts: Facts,
    first: Callable[[Visit, Step], Move],
    said: tuple[str, ...],
) -> Turn | Needs:
    trail = _Trail(said)
    vocabulary = flow.vocabularies[position.language]
    act = first
    for walked in range(2 * FARTHEST):
        visit = Visit(flow, position, facts, vocabulary)
        try:
            move = act(visit, flow.steps[position.step])
        except FactMissing as missing:
            return Needs(flow.onward_needs[position.step] | {missing.name})
        trail.follow(position.step, move)
        if isinstance(move, End):
            return trail.turn(None)
        if isinstance(move, Wait):
            return trail.turn(_waiting(position, move))
        position = _arriving(position, move if walked != FARTHEST else replace(move, to=flow.last_resort))
        act = _enter
    trail.outcomes.append(Ended("engine_trouble"))
    trail.said.append("emergency-sorry")
    return trail.turn(None)


def _start(flow: Flow, language: str | None) -> Position:
    spoken = language if language is not None and language in flow.prompts else flow.language
    return Position(flow.key, flow.revision, flow.start, spoken)


def _enter(visit: Visit, step: Step) -> Move:
    return step.enter(visit)


def _waiting(here: Position, move: Wait) -> Position:
    return Position(
        here.flow,
        here.revision,
        here.step,
        here.language,
        move.silences,
        move.misses,
        move.mode,
        here.slow or move.slow,
        _pocket(here, move),
        move.repeats,
    )


def _arriving(here: Position, move: Go) -> Position:
    return Position(
        here.flow,
        here.revision,
        move.to,
        here.language,
        slow=here.slow or move.slow,
        pocket=_pocket(here, move),
    )


def _pocket(here: Position, move: Go | Wait) -> dict[str, str]:
    """What the call has learned; something learned as "" is forgotten."""
    together = {**here.pocket, **move.learned}
    return {name: value for name, value in together.items() if value}
