"""What holds for every turn, whatever the flow."""

from dataclasses import dataclass, replace

import pytest

from callflows.engine import UnknownStep, advance, begin, note, resume
from callflows.facts import own_ticket
from callflows.flow import Flow, Heard, Needs, Position, Turn
from callflows.instructions import Prompt, Say
from callflows.library import shipped
from callflows.line import emergency_prompts
from callflows.outcomes import Ended, Passed
from callflows.reading import read_flow
from callflows.steps.fields import Fields
from callflows.steps.kinds import KINDS
from callflows.steps.step import Go, Step, Visit
from callflows.vocabulary import NoVocabulary, vocabulary
from callflows.wording import Wording
from tests.callflows.conversation import Conversation
from tests.callflows.written import SMALL

FACTS = {"caller": None, "hours": {}, "duty": {}, "attested": None}
FLOW = shipped()["main"]


def position(step: str, **changes: object) -> Position:
    return replace(Position(FLOW.key, FLOW.revision, step), **changes)  # type: ignore[arg-type]


def test_a_flow_that_starts_with_a_ticket_asks_for_the_fact_at_once() -> None:
    text = SMALL.replace("start: hello", "start: mine").replace(
        "steps:\n", "steps:\n  mine: {kind: existing, department: general, callback: leave}\n"
    )
    flow = read_flow(text)
    facts = {**FACTS, "caller": "+14155550123"}
    assert begin(flow, facts=facts) == Needs(frozenset({"tickets"}))
    assert isinstance(begin(flow, facts={**facts, "tickets": ()}), Turn)


@dataclass(frozen=True)
class Tell(Step):
    """A kind of step of our own: says the call's ticket number and goes on."""

    kind = "tell"
    needs = entering_needs = frozenset({"ticket"})
    passes = True

    name: str
    line: int
    next: str

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "Tell":
        return cls(name, fields.line, fields.step("next", required=True))

    def targets(self) -> tuple[str, ...]:
        return (self.next,)

    def prompts(self, wording: Wording) -> tuple[Prompt, ...]:
        return (Prompt(f"{self.name}:say", (Say("Ticket {ticket}."),)),)

    def enter(self, visit: Visit) -> Go:
        return Go(self.next, (f"{self.name}:say",), {"ticket": str(own_ticket(visit.facts))})


def test_all_facts_a_turn_may_need_are_asked_for_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "tell", Tell)  # type: ignore[arg-type]
    text = SMALL.replace("start: hello", "start: number").replace(
        "steps:\n",
        "steps:\n  number: {kind: tell, next: mine}\n  mine: {kind: existing, department: general, callback: leave}\n",
    )
    flow = read_flow(text)
    facts = {**FACTS, "caller": "+14155550123"}
    assert begin(flow, facts=facts) == Needs(frozenset({"ticket", "tickets"}))
    turn = begin(flow, facts={**facts, "ticket": 7, "tickets": ()})
    assert isinstance(turn, Turn)
    assert turn.prompts == ("number:say", "mine:ask")


def test_the_same_input_gives_the_same_turn() -> None:
    here = position("choose")
    assert advance(FLOW, here, Heard(digits="2"), facts=FACTS) == advance(FLOW, here, Heard(digits="2"), facts=FACTS)


def test_a_position_that_is_gone_is_told_apart() -> None:
    for step in ("no-such-step", "welcome", "technical"):
        with pytest.raises(UnknownStep):
            advance(FLOW, position(step), Heard(digits="1"), facts=FACTS)


def test_resuming_apologises_and_begins_again() -> None:
    turn = resume(FLOW, facts=FACTS, pocket={"u": "1"})
    assert isinstance(turn, Turn)
    assert turn.prompts == ("emergency-restart", "welcome:say", "choose:ask")
    assert turn.position is not None
    assert turn.position.pocket == {"u": "1"}


def test_an_unknown_language_is_answered_in_the_flows_own() -> None:
    turn = begin(FLOW, facts=FACTS, language="tlh")
    assert isinstance(turn, Turn)
    assert turn.position is not None
    assert turn.position.language == "en"
    again = advance(FLOW, position("choose", language="tlh"), Heard(), facts=FACTS)
    assert isinstance(again, Turn)


def test_the_path_names_every_step_passed() -> None:
    call = Conversation().press("2")
    steps = [(each.step, each.choice) for each in call.last.outcomes.path]
    assert steps == [("choose", "billing"), ("billing", "nobody on duty"), ("nobody-there", None)]
    assert Passed("welcome") in call.path


def test_an_unchecked_loop_ends_at_the_last_resort_and_never_hangs() -> None:
    flow = read_flow(SMALL)
    looping = replace(flow.steps["hello"], next="hello")  # type: ignore[call-arg]
    turn = begin(_with(flow, looping), facts=FACTS)
    assert isinstance(turn, Turn)
    assert turn.position is not None
    assert turn.position.step == "leave"


def test_a_loop_at_the_last_resort_too_ends_with_an_apology() -> None:
    flow = replace(read_flow(SMALL), last_resort="hello")
    looping = replace(flow.steps["hello"], next="hello")  # type: ignore[call-arg]
    turn = begin(_with(flow, looping), facts=FACTS)
    assert isinstance(turn, Turn)
    assert turn.position is None
    assert turn.prompts[-1] == "emergency-sorry"
    assert turn.outcomes.items == (Ended("engine_trouble"),)


def _with(flow: Flow, step: object) -> Flow:
    return replace(flow, steps={**flow.steps, "hello": step})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (Heard(digits="2"), "pressed 2"),
        (Heard(digits="4155550123"), "keyed 10 digits"),
        (Heard(speech="billing please", confidence=0.614), "said “billing please” (0.61)"),
        (Heard(speech="my card is 4111 1111"), "said “my card is •••• ••••”"),
        (Heard(speech="my card is Four, one five two thanks"), "said “my card is •, • • • thanks”"),
        (Heard(speech="I have one question about two bills"), "said “I have one question about two bills”"),
        (Heard(speech="four one five five five five"), "said digits"),
        (Heard(), "silence"),
        (Heard(recorded=20, finished="#"), "recorded 20 s"),
        (Heard(recorded=20, finished="hangup"), "recorded 20 s, then hung up"),
        (Heard(finished="hangup"), "hung up"),
    ],
)
def test_the_note_masks_numbers(heard: Heard, words: str) -> None:
    assert note(heard, vocabulary("en")) == words


def test_our_own_trouble_has_words_without_any_flow() -> None:
    prompts = emergency_prompts()
    assert {"emergency-sorry", "emergency-message", "emergency-thanks", "emergency-restart"} <= prompts.keys()
    assert prompts.keys() <= FLOW.prompts["en"].keys()
    with pytest.raises(NoVocabulary):
        emergency_prompts("tlh")
