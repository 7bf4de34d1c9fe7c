"""Reading a flow: what is wrong is told with line, step and cure, all of it in one go."""

import pytest

from callflows.engine import begin
from callflows.flow import Turn
from callflows.instructions import Ask
from callflows.problems import BrokenFlow, FlowProblem
from callflows.reading import read_flow
from tests.callflows.written import SMALL, STEPS, broken, line_of

FACTS = {"caller": None, "hours": {}, "duty": {}, "attested": None}


def problems(text: str) -> tuple[FlowProblem, ...]:
    with pytest.raises(BrokenFlow) as caught:
        read_flow(text)
    return caught.value.problems


def only_problem(text: str) -> FlowProblem:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


def test_a_sound_flow_is_read() -> None:
    flow = read_flow(SMALL)
    turn = begin(flow, facts=FACTS)
    assert isinstance(turn, Turn)
    assert turn.prompts == ("hello:say", "pick:ask")
    assert flow.source == SMALL


def test_choices_offer_themselves_with_the_key_last() -> None:
    ask = read_flow(SMALL).prompts["en"]["pick:ask"].instructions[0]
    assert isinstance(ask, Ask)
    assert [getattr(each, "text", "") for each in ask.prompts][1] == "For sales, press 1 or say sales."


@pytest.mark.parametrize(
    ("old", "new", "at", "step", "message", "cure"),
    [
        ("kind: say", "kind: sey", "kind: sey", "hello", "no kind of step “sey”", "Did you mean “say”?"),
        ("next: pick", "next: pikc", "next: pikc", "hello", "no step “pikc”", "Did you mean “pick”?"),
        ("words: bye", "words: by", "words: by", "bye", "no words “by”", "Did you mean “bye”?"),
        ("next: pick", "nxet: pick", "kind: say", "hello", "“next” is missing", "Add “next: …”"),
        ("key: 2", "key: 1", "key: 1\n        words: repairs", "pick", "Key 1 already means “sales”", "own key"),
        ("key: 2", "key: 22", "key: 22", "pick", "not a key of a phone", "0 to 9"),
        ("start: hello", "start: helo", "start: helo", "", "no step “helo”", "Did you mean “hello”?"),
        ("start: hello\n", "", "flow: small", "", "“start” is missing", "Add “start: …”"),
        ("[repairs, broken]", "[repairs, sales]", "- key: 1", "pick", "could mean both", "less alike"),
        ("[repairs, broken]", "[repairs, operator]", "- key: 1", "pick", "could mean both", "less alike"),
        (", phrases: [sales, buying]", "", "words: sales", "pick", "Nobody can say", "phrases"),
        ("kind: department", "kind: department\n    otherwize: bye", "otherwize", "person", "not known here", "other"),
        ("bye: Goodbye.", "bye: Goodbye {name}.", "words: bye", "bye", "Nothing can be filled in", "Remove it"),
        ("bye: Goodbye.", 'bye: "Good{bye."', "words: bye", "bye", "Braces", "without braces"),
        ("department: general", "department: The Desk", "department: The", "person", "cannot be used", "small letters"),
        ("  bye:\n    kind", "  By e:\n    kind", "By e:", "By e", "cannot be the name", "small letters"),
        ("  leave:\n    kind: message", "  leave: message", "leave: message", "leave", "A step has fields", "kind"),
        ("  en:\n", "  xx:\n", "xx:", "", "does not speak", "Use one of en"),
    ],
)
def test_a_slip_is_told_with_its_line_step_and_cure(
    old: str, new: str, at: str, step: str, message: str, cure: str
) -> None:
    text = broken(old, new)
    found = [each for each in problems(text) if message in each.message]
    assert found, problems(text)
    assert found[0].step == step
    assert cure in found[0].cure
    near = {line_of(text, at), line_of(text, at) - 1}
    assert found[0].line in near, (found[0], near)


def test_all_slips_are_told_at_once_in_order_of_line() -> None:
    text = broken("next: pick", "next: nowhere").replace("words: bye", "words: farewell")
    found = problems(text)
    assert len(found) == 2
    assert [each.line for each in found] == sorted(each.line for each in found)


def test_the_error_reads_as_one_line_for_each_problem() -> None:
    with pytest.raises(BrokenFlow, match=r"line 10, column 11, step “hello”: There is no step “pikc”\. Did you mean"):
        read_flow(broken("next: pick", "next: pikc"))


def test_the_same_key_given_twice_is_told() -> None:
    text = broken("    kind: goodbye", "    kind: goodbye\n    kind: say")
    assert "already given on line" in only_problem(text).message


def test_a_loop_nobody_is_asked_in_is_refused() -> None:
    text = broken("next: pick", "next: hello")
    assert "comes back here without anybody being asked" in only_problem(text).message


def test_a_longer_loop_through_departments_is_refused() -> None:
    text = broken("otherwise: leave", "otherwise: hello").replace("next: pick", "next: person")
    assert {each.step for each in problems(text)} == {"hello", "person"}


def test_the_last_resort_may_not_ask_anything() -> None:
    text = broken("last_resort: leave", "last_resort: pick")
    assert "not understood twice" in only_problem(text).message


def test_a_step_nobody_reaches_is_only_advice() -> None:
    from callflows.checks import check

    flow = read_flow(broken("  bye:\n", "  lonely: {kind: goodbye, words: bye}\n  bye:\n"))
    assert [(each.step, each.severity) for each in check(flow)] == [("lonely", "yellow")]


def test_no_steps_and_no_words_are_told() -> None:
    assert {"There are no steps.", "There are no words."} <= {each.message for each in problems("flow: x")}


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words", "null"])
def test_a_text_that_is_no_flow_is_told(text: str) -> None:
    assert only_problem(text).message == "A flow is a mapping of fields."


def test_equal_meaning_gives_an_equal_revision() -> None:
    same = "# a comment\n" + SMALL.replace("hello: Hello.", 'hello: "Hello."')
    assert read_flow(same).revision == read_flow(SMALL).revision


@pytest.mark.parametrize(
    ("old", "new"), [("Hello.", "Hello!"), ("key: 2", "key: 3"), ("next: bye", "next: leave"), ("small", "smaller")]
)
def test_any_other_meaning_gives_another_revision(old: str, new: str) -> None:
    assert read_flow(broken(old, new)).revision != read_flow(SMALL).revision


def test_the_order_of_steps_does_not_matter() -> None:
    first, rest = STEPS.removeprefix("steps:\n").split("  pick:\n")
    moved = SMALL.replace(STEPS, "steps:\n  pick:\n" + rest + first)
    assert read_flow(moved).revision == read_flow(SMALL).revision


def test_a_revision_is_twelve_hex_digits() -> None:
    assert len(read_flow(SMALL).revision) == 12
    int(read_flow(SMALL).revision, 16)


def test_too_many_steps_are_refused() -> None:
    steps = "".join(f"  s{at}: {{kind: message}}\n" for at in range(501))
    assert "more than 500 steps" in only_problem("flow: x\nsteps:\n" + steps).message


def test_a_text_nobody_would_listen_to_is_refused() -> None:
    assert "2000 characters" in only_problem(broken("Hello.", "Hello. " * 400)).message


def test_yes_and_no_stay_words_and_numbers_stay_as_written() -> None:
    flow = read_flow(broken("bye: Goodbye.", "bye: no"))
    assert getattr(flow.prompts["en"]["bye:say"].instructions[0], "text", "") == "no"
