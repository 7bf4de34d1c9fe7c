"""The fields of one step as its author wrote them: each is read once, and what is wrong is noted with its line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import process

from callflows.matching import tokens
from callflows.problems import FlowProblem
from callflows.source import Entries, Items, Node, Text
from callflows.wording import SLOT, Word, Wording, slots

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
KEY_CURE = "Use small letters, digits, “-” and “_”, beginning with a letter."


@dataclass
class Script:
    """What is known about the flow while its steps are read, and the problems found so far."""

    steps: frozenset[str]
    wordings: Mapping[str, Wording]
    problems: list[FlowProblem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def note(self, node: Node | None, step: str, message: str, cure: str) -> None:
        """Keep a red finding."""
        line, column = (node.line, node.column) if node else (1, 1)
        self.problems.append(FlowProblem(line, column, step, message, cure))


class Fields:
    """One mapping of a step, such as the step itself or one choice of a menu."""

    def __init__(self, script: Script, step: str, node: Entries, *, read: Iterable[str] = ()) -> None:
        self.script, self.step_name, self.node = script, step, node
        self._read: set[str] = set(read)

    @property
    def line(self) -> int:
        """Where the mapping begins."""
        return self.node.line

    def problem(self, name: str, message: str, cure: str) -> None:
        """Note that a field is not as it should be; at the mapping itself when the field is absent."""
        self.script.note(self.node.entries.get(name, self.node), self.step_name, message, cure)

    def text(self, name: str, *, required: bool = False) -> str:
        """A plain scalar, "" when it is absent."""
        node = self._take(name, required)
        if isinstance(node, Text):
            if required and not node.value.strip():
                self.problem(name, f"“{name}” is empty.", "Give it a value.")
            return node.value.strip()
        if node is not None:
            self.problem(name, f"“{name}” should be one word or number.", f"Write “{name}: …” on one line.")
        return ""

    def key(self, name: str, *, required: bool = False) -> str:
        """A stable key, such as a department or a reason."""
        value = self.text(name, required=required)
        if value and not KEY.fullmatch(value):
            self.problem(name, f"“{value}” cannot be used as “{name}”.", KEY_CURE)
        return value

    def step(self, name: str, *, required: bool = False) -> str:
        """The name of a step of this flow."""
        value = self.text(name, required=required)
        if value and value not in self.script.steps:
            cure = did_you_mean(value, self.script.steps, "Add that step, or name one that is there.")
            self.problem(name, f"There is no step “{value}”.", cure)
        return value

    def words(self, name: str, *, required: bool = False, allowed: Iterable[str] = ()) -> str:
        """The key of a text under the flow's words, which every language must have."""
        value = self.text(name, required=required)
        for word, language in self._entries(name, value):
            if not word.text:
                self.problem(name, f"“{value}” has no plain text in “{language}”.", f"Write “{value}: …”.")
            self._known_slots(name, word.text, allowed)
        return value

    def thing(self, name: str, *, phrases: bool = True, required: bool = True) -> str:
        """The key of words for something to choose: its name and, where it can be said, its phrases."""
        value = self.key(name, required=required)
        for word, language in self._entries(name, value):
            if not (word.name or word.text):
                self.problem(name, f"“{value}” has no name in “{language}”.", "Add “name: …” to its words.")
            if phrases and not any(map(tokens, word.phrases)):
                cure = "Add “phrases: [ … ]”: every key can also be said."
                self.problem(name, f"Nobody can say “{value}” in “{language}”.", cure)
            self._known_slots(name, word.offer, ("key",))
            self._known_slots(name, word.name, ())
        return value

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number."""
        value = self.text(name)
        if not value:
            return default
        if value.isascii() and value.isdigit() and len(value) < 7 and least <= int(value) <= most:
            return int(value)
        self.problem(name, f"“{name}” should be a whole number from {least} to {most}.", f"Try {default}.")
        return default

    def flag(self, name: str) -> bool:
        """Yes or no; no when it is absent."""
        value = self.text(name).casefold()
        if value not in {"", "yes", "no", "true", "false"}:
            self.problem(name, f"“{name}” should be yes or no.", f"Write “{name}: yes”.")
        return value in {"yes", "true"}

    def keys(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """One stable key or a list of them."""
        values = self.several(name, required=required)
        for value in values:
            if not KEY.fullmatch(value):
                self.problem(name, f"“{value}” cannot be used in “{name}”.", KEY_CURE)
        return values

    def one_of(self, name: str, options: tuple[str, ...]) -> str:
        """One of a few words, or ""."""
        value = self.text(name)
        if value and value not in options:
            self.problem(name, f"“{value}” is not known as “{name}”.", f"Write {' or '.join(options)}.")
        return value

    def several(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """One scalar or a list of scalars."""
        node = self._take(name, required)
        if isinstance(node, Text):
            return (node.value.strip(),)
        items = node.items if isinstance(node, Items) else ()
        if node is not None and (not items or not all(isinstance(item, Text) for item in items)):
            self.problem(name, f"“{name}” should be a list of words.", f"Write “{name}: [one, two]”.")
        return tuple(item.value.strip() for item in items if isinstance(item, Text))

    def each(self, name: str) -> list["Fields"]:
        """A list of mappings, required and not empty."""
        node = self._take(name, required=True)
        if node is None:
            return []
        items = node.items if isinstance(node, Items) else ()
        if not items:
            self.problem(name, f"“{name}” should be a list.", f"Begin each of the {name} with “- ”.")
        for item in items:
            if not isinstance(item, Entries):
                self.script.note(item, self.step_name, f"Each of the {name} has fields.", "Write “- key: 1”.")
        return [Fields(self.script, self.step_name, item) for item in items if isinstance(item, Entries)]

    def done(self) -> None:
        """All fields this kind knows were read: any other is a slip of the pen."""
        for name, key in self.node.keys.items():
            if name not in self._read:
                cure = did_you_mean(name, self._read, "Remove it.")
                self.script.note(key, self.step_name, f"“{name}” is not known here.", cure)

    def _take(self, name: str, required: bool) -> Node | None:
        self._read.add(name)
        node = self.node.entries.get(name)
        if node is None and required:
            self.problem(name, f"“{name}” is missing.", f"Add “{name}: …”.")
        return node

    def _entries(self, name: str, value: str) -> list[tuple[Word, str]]:
        self.script.used.add(value)
        found = []
        for language, wording in self.script.wordings.items():
            if value and value not in wording.own:
                cure = did_you_mean(value, wording.own, f"Add “{value}: …” under “words: {language}:”.")
                self.problem(name, f"There are no words “{value}” in “{language}”.", cure)
            elif value:
                found.append((wording.own[value], language))
        return found

    def _known_slots(self, name: str, text: str, allowed: Iterable[str]) -> None:
        allowed = tuple(allowed)
        for slot in sorted(slots(text) - set(allowed)):
            names = " or ".join(f"{{{each}}}" for each in allowed)
            cure = f"Use {names}, or remove it." if names else "Remove it."
            self.problem(name, f"Nothing can be filled in for {{{slot}}} here.", cure)
        if set("{}") & set(SLOT.sub("", text)):
            self.problem(name, "Braces would be read aloud.", "Write the words without braces.")


def did_you_mean(wrong: str, known: Iterable[str], otherwise: str) -> str:
    """A cure that names the nearest known word, or `otherwise` when none is near."""
    near = process.extractOne(wrong, sorted(known), score_cutoff=60)
    return f"Did you mean “{near[0]}”?" if near else otherwise
