"""YAML text → a plain tree that remembers lines. Every scalar stays the text that was written (`1`, `yes`, `no`).

Built from parser events without recursion; refused at once: more than 256 kB, anchors and aliases (a small text could
grow without bound), tags, deep nesting, two documents, duplicate keys, control characters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

import yaml

from callflows.problems import BrokenFlow, FlowProblem

LARGEST = 256 * 1024
"""Bytes of the largest text that is read."""
DEEPEST = 12
"""Levels of nesting; a flow needs seven."""


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as written."""

    value: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping, in the order written; `keys` holds each key's own place."""

    entries: Mapping[str, "Node"]
    keys: Mapping[str, Text]
    line: int
    column: int


Node = Text | Items | Entries


def read_source(text: str) -> Entries:
    """The tree of a YAML text whose top level is a mapping. Raises `BrokenFlow`."""
    if len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        _refuse(1, 1, "The text is larger than 256 kB.", "Split the flow into several.")
    try:
        tree = _build(_events(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        _refuse(line, column, f"This is not YAML: {error.problem}.", "Check indentation, colons and quotes.")
    except (yaml.YAMLError, UnicodeError) as error:
        _refuse(1, 1, f"This is not YAML: {str(error).splitlines()[0]}.", "Use plain UTF-8 text.")
    if not isinstance(tree, Entries):
        _refuse(1, 1, "A flow is a mapping of fields.", "Begin with “flow:”, “start:” and “steps:”.")
    return tree


def _events(text: str) -> Iterator[yaml.Event]:
    """libyaml where it is there: ten times as fast, and the same events."""
    return iter(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def plain(node: Node) -> object:
    """The tree as dicts, lists and strings, without places."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


class _Open:
    """A collection whose end has not come yet."""

    def __init__(self, event: yaml.CollectionStartEvent) -> None:
        self.is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.line, self.column = _place(event)
        self.items: list[Node] = []
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Text] = {}
        self.key: Text | None = None

    def add(self, node: Node) -> None:
        if not self.is_mapping:
            self.items.append(node)
        elif self.key is None:
            self.key = self._key(node)
        else:
            self.entries[self.key.value] = node
            self.keys[self.key.value] = self.key
            self.key = None

    def _key(self, node: Node) -> Text:
        if not isinstance(node, Text):
            _refuse(node.line, node.column, "A key must be a word.", "Write “name: value”.")
        if node.value in self.entries:
            first = self.keys[node.value].line
            _refuse(
                node.line,
                node.column,
                f"“{node.value}” was already given on line {first}.",
                "Keep one of the two.",
            )
        return node

    def close(self) -> Node:
        if self.is_mapping:
            return Entries(self.entries, self.keys, self.line, self.column)
        return Items(tuple(self.items), self.line, self.column)


def _build(events: Iterator[yaml.Event]) -> Node | None:
    opened: list[_Open] = []
    tree: Node | None = None
    for event in events:
        node: Node | None = None
        if isinstance(event, yaml.NodeEvent):
            _refuse_cleverness(event)
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append(_Open(event))
            if len(opened) > DEEPEST:
                _refuse(*_place(event), "This is nested too deeply.", "A flow needs only a few levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            node = opened.pop().close()
        elif isinstance(event, yaml.ScalarEvent):
            node = Text(event.value, *_place(event))
        elif isinstance(event, yaml.DocumentStartEvent) and tree is not None:
            _refuse(*_place(event), "A second document begins here.", "Keep one flow in a file.")
        if node is not None and opened:
            opened[-1].add(node)
        elif node is not None:
            tree = node
    return tree


def _refuse_cleverness(event: yaml.NodeEvent) -> None:
    if event.anchor is not None:
        _refuse(*_place(event), "Anchors and aliases are not read.", "Write the words out.")
    tag = getattr(event, "tag", None)
    if tag is not None and tag != "!":
        _refuse(*_place(event), "Tags are not read.", "Remove the word that begins with “!”.")


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _refuse(line: int, column: int, message: str, cure: str) -> NoReturn:
    raise BrokenFlow((FlowProblem(line, column, "", message, cure),))
