"""YAML text → a checked, ready `Flow`. Everything wrong is found in one go and told with line, step and cure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from callflows.checks import check
from callflows.flow import Flow
from callflows.instructions import Prompt
from callflows.line import line_prompts
from callflows.problems import BrokenFlow, FlowProblem
from callflows.source import Entries, Items, Node, Text, plain, read_source
from callflows.steps.fields import Fields, Script, did_you_mean
from callflows.steps.kinds import KINDS
from callflows.steps.step import Step
from callflows.vocabulary import languages, vocabulary
from callflows.wording import Word, Wording

ENGINE = 1
"""Raised when the same text begins to mean something else, so that its revision changes too."""
MOST_STEPS = 500
LONGEST_TEXT = 2000
"""Characters of one text: well over two minutes of speech."""


@dataclass(frozen=True)
class _Head:
    """The fields of the flow itself."""

    key: str
    language: str
    start: str
    operator: str
    failed: str
    last_resort: str


def read_flow(text: str) -> Flow:
    """The flow of a YAML text. Raises `BrokenFlow` with all problems found."""
    tree = read_source(text)
    problems: list[FlowProblem] = []
    wordings = _read_wordings(tree, problems)
    step_nodes = _step_nodes(tree, problems)
    script = Script(frozenset(step_nodes), wordings, problems)
    head = _read_head(tree, script)
    steps = _read_steps(step_nodes, script)
    _stop_if_broken(problems)
    flow = _put_together(text, tree, head, steps, wordings)
    _stop_if_broken([finding for finding in check(flow) if finding.severity == "red"])
    return flow


def _read_head(tree: Entries, script: Script) -> _Head:
    fields = Fields(script, "", tree, read=("steps", "words", "title", "about"))
    head = _Head(
        fields.key("flow", required=True),
        fields.text("language") or "en",
        fields.step("start", required=True),
        fields.step("operator", required=True),
        fields.step("failed", required=True),
        fields.step("last_resort", required=True),
    )
    fields.done()
    if script.wordings and head.language not in script.wordings:
        fields.problem("language", f"There are no words in “{head.language}”.", "Add them under “words:”.")
    return head


def _step_nodes(tree: Entries, problems: list[FlowProblem]) -> dict[str, tuple[Text, Node]]:
    steps = tree.entries.get("steps")
    if not isinstance(steps, Entries) or not steps.entries:
        place = steps or tree
        message, cure = "There are no steps.", "Add “steps:” with at least one step under it."
        problems.append(FlowProblem(place.line, place.column, "", message, cure))
        return {}
    if len(steps.entries) > MOST_STEPS:
        message, cure = f"There are more than {MOST_STEPS} steps.", "Split the flow into several."
        raise BrokenFlow((FlowProblem(steps.line, steps.column, "", message, cure),))
    return {name: (steps.keys[name], node) for name, node in steps.entries.items()}


def _read_steps(nodes: Mapping[str, tuple[Text, Node]], script: Script) -> dict[str, Step]:
    steps: dict[str, Step] = {}
    for name, (key, node) in nodes.items():
        step = _read_step(name, key, node, script)
        if step is not None:
            steps[name] = step
    return steps


def _read_step(name: str, key: Text, node: Node, script: Script) -> Step | None:
    if not _is_name(name):
        cure = "Use small letters, digits and “-”, beginning with a letter, 40 at most."
        script.note(key, name, f"“{name[:60]}” cannot be the name of a step.", cure)
    if not isinstance(node, Entries):
        script.note(node, name, "A step has fields.", "Write “kind: …” and its other fields under it.")
        return None
    fields = Fields(script, name, node)
    kind = fields.text("kind", required=True)
    if kind not in KINDS:
        known = ", ".join(KINDS)
        if kind:
            fields.problem(
                "kind", f"There is no kind of step “{kind}”.", did_you_mean(kind, KINDS, f"Use one of {known}.")
            )
        return None
    step = KINDS[kind].parse(name, fields)
    fields.done()
    return step


def _is_name(name: str) -> bool:
    usual = name.isascii() and name.replace("-", "").isalnum() and name.islower()
    return usual and name[0].isalpha() and len(name) <= 40


def _read_wordings(tree: Entries, problems: list[FlowProblem]) -> dict[str, Wording]:
    node = tree.entries.get("words")
    if not isinstance(node, Entries) or not node.entries:
        place = node or tree
        message, cure = "There are no words.", "Add “words:” with a language such as “en:” under it."
        problems.append(FlowProblem(place.line, place.column, "", message, cure))
        return {}
    wordings = {}
    for language, words in node.entries.items():
        key = node.keys[language]
        if language not in languages():
            cure = did_you_mean(language, languages(), f"Use one of {', '.join(languages())}.")
            message = f"The line does not speak “{language}”."
            problems.append(FlowProblem(key.line, key.column, "", message, cure))
        elif not isinstance(words, Entries):
            message = f"There are no words in “{language}”."
            problems.append(FlowProblem(key.line, key.column, "", message, "Write “name: text” under it."))
        else:
            own = {name: _read_word(name, value, problems) for name, value in words.entries.items()}
            wordings[language] = Wording(language, vocabulary(language), own)
    return wordings


def _read_word(name: str, node: Node, problems: list[FlowProblem]) -> Word:
    if isinstance(node, Text):
        return Word(text=_text(node, problems))
    if isinstance(node, Entries):
        for key, place in node.keys.items():
            if key not in {"name", "offer", "phrases"}:
                cure = did_you_mean(key, ("name", "offer", "phrases"), "Use name, offer and phrases.")
                problems.append(FlowProblem(place.line, place.column, "", f"“{key}” is not known in words.", cure))
        name_node, offer, phrases = (node.entries.get(key) for key in ("name", "offer", "phrases"))
        return Word("", _text(name_node, problems), _text(offer, problems), _list(phrases, problems))
    message = f"“{name}” should be a text, or have name, offer and phrases."
    problems.append(FlowProblem(node.line, node.column, "", message, f"Write “{name}: …”."))
    return Word()


def _text(node: Node | None, problems: list[FlowProblem]) -> str:
    if node is None:
        return ""
    if not isinstance(node, Text):
        problems.append(FlowProblem(node.line, node.column, "", "Here a text is wanted.", "Write it on one line."))
        return ""
    if len(node.value) > LONGEST_TEXT:
        message, cure = f"This text has over {LONGEST_TEXT} characters.", "Nobody listens that long: shorten it."
        problems.append(FlowProblem(node.line, node.column, "", message, cure))
    return " ".join(node.value.split())


def _list(node: Node | None, problems: list[FlowProblem]) -> tuple[str, ...]:
    if node is None:
        return ()
    items = node.items if isinstance(node, Items) else (node,)
    return tuple(filter(None, (_text(item, problems) for item in items)))


def _put_together(
    text: str, tree: Entries, head: _Head, steps: Mapping[str, Step], wordings: Mapping[str, Wording]
) -> Flow:
    prompts = {language: _prompts(steps, wording) for language, wording in wordings.items()}
    return Flow(
        key=head.key,
        revision=_revision(tree, wordings),
        start=head.start,
        language=head.language,
        steps=steps,
        prompts=prompts,
        source=text,
        operator=head.operator,
        failed=head.failed,
        last_resort=head.last_resort,
        vocabularies={language: wording.vocabulary for language, wording in wordings.items()},
        onward_needs={name: _onward_needs(name, steps) for name in steps},
    )


def _prompts(steps: Mapping[str, Step], wording: Wording) -> dict[str, Prompt]:
    own = (prompt for step in steps.values() for prompt in step.prompts(wording))
    return {prompt.name: prompt for prompt in (*line_prompts(wording.vocabulary), *own)}


def _onward_needs(start: str, steps: Mapping[str, Step]) -> frozenset[str]:
    """Facts that may be asked for from this step on, until a step waits or the call ends."""
    needs: set[str] = set()
    seen: set[str] = set()
    ahead = [start, *steps[start].targets()]
    while ahead:
        name = ahead.pop()
        if name in seen:
            continue
        seen.add(name)
        needs |= steps[name].entering_needs if name != start else steps[name].needs
        ahead += steps[name].onward()
    return frozenset(needs)


def _revision(tree: Entries, wordings: Mapping[str, Wording]) -> str:
    """Equal meaning, equal revision: comments, quotes and the order of fields do not count."""
    spoken = {language: wording.vocabulary.source for language, wording in wordings.items()}
    content = json.dumps([ENGINE, plain(tree), spoken], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:12]


def _stop_if_broken(problems: list[FlowProblem]) -> None:
    if problems:
        raise BrokenFlow(tuple(sorted(set(problems))))
