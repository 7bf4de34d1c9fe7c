"""Read TwiML strictly: what the carrier would merely warn about, or guess at, is refused here with a plain sentence.

Performing it is `phone`'s work. Tests of the product use `read` as an oracle for what it answers.
"""

import xml.parsers.expat
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.attributes import SCHEMA_PROBLEM, Rule
from simulator.grammar import ELSEWHERE, rule_for
from simulator.twiml_rules import order_problem, special_problem

LARGEST = 64 * 1024
"""Bytes a document may have (error 11750)."""

LARGEST_INLINE = 4000
"""Characters of TwiML given in a REST request (error 32018)."""


class TwimlError(Exception):
    """A document the carrier would not perform as it is; `code` is the carrier's number for it."""

    def __init__(self, code: int, message: str, *, line: int | None = None) -> None:
        self.code = code
        self.line = line
        self.plain = message
        super().__init__(f"{code}: {message}" + (f" (line {line})" if line else ""))


@dataclass(frozen=True)
class Element:
    """One verb or noun: attributes as given, the elements inside, and its own text, unstripped."""

    name: str
    attributes: Mapping[str, str]
    children: tuple["Element", ...]
    text: str
    line: int
    defaults: Mapping[str, str | None] = field(default_factory=dict)
    words: str = ""
    """All text in here, that of children included, in reading order."""

    def get(self, name: str) -> str | None:
        """The attribute as given, else as the carrier takes it when absent."""
        return self.attributes.get(name, self.defaults.get(name))

    def true(self, name: str) -> bool:
        """Whether this attribute, or its default, is `true`."""
        return self.get(name) == "true"

    def seconds(self, name: str) -> int:
        """This attribute, or its default, as a whole number."""
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return int(value)


def read(document: bytes | str) -> tuple[Element, ...]:
    """The verbs of a TwiML document, in order; raises TwimlError with the carrier's number and a sentence."""
    data = document.encode() if isinstance(document, str) else document
    if len(data) > LARGEST:
        raise TwimlError(11750, f"the document has {len(data)} bytes; the carrier takes at most {LARGEST}")
    if not data.strip():
        raise TwimlError(11770, "the answer is empty; a call needs at least <Response/>")
    root = _parse(data)
    if root.name != "Response":
        raise TwimlError(12200, f"the document begins with <{root.name}>, not <Response>", line=root.line)
    verbs = _checked(root, parent="").children
    if misplaced := order_problem(verbs):
        verb, code, message = misplaced
        raise TwimlError(code, message, line=verb.line)
    return verbs


@dataclass
class _Node:
    """An element while it is being read."""

    name: str
    attributes: dict[str, str]
    line: int
    content: list["_Node | str"] = field(default_factory=list)


def _parse(data: bytes) -> _Node:
    parser = xml.parsers.expat.ParserCreate()
    top = _Node("", {}, 0)
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        node = _Node(name, attributes, parser.CurrentLineNumber)
        stack[-1].content.append(node)
        stack.append(node)

    def refuse_doctype(*_: object) -> None:
        raise TwimlError(12100, "a document type declaration has no place in TwiML", line=parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = lambda text: stack[-1].content.append(text)
    # Without a document type there are no entities to expand, so a small document stays small.
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(data, True)
    except xml.parsers.expat.ExpatError as error:
        reason = xml.parsers.expat.ErrorString(error.code)
        raise TwimlError(12100, f"this is not well-formed XML: {reason}", line=error.lineno) from error
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise TwimlError(12100, f"this is not well-formed XML: {error}") from error
    root = top.content[0]
    assert isinstance(root, _Node)  # noqa: S101 - a parsed document has exactly one root
    return root


def _checked(node: _Node, *, parent: str) -> Element:
    rule = rule_for(node.name, parent) if parent else rule_for("Response", "")
    if rule is None:
        raise TwimlError(SCHEMA_PROBLEM, f"there is no TwiML element <{node.name}>", line=node.line)
    _check_attributes(node, rule)
    children = tuple(_checked_child(child, node, rule) for child in node.content if isinstance(child, _Node))
    own = "".join(part for part in node.content if isinstance(part, str))
    _check_content(node, rule, own, children)
    element = Element(
        name=node.name,
        attributes=dict(node.attributes),
        children=children,
        text=own,
        line=node.line,
        defaults={name: attribute.default for name, attribute in rule.attributes.items()},
        words=" ".join(_all_text(node).split()),
    )
    if special := special_problem(element):
        raise TwimlError(*special, line=node.line)
    return element


def _check_attributes(node: _Node, rule: Rule) -> None:
    for name, value in node.attributes.items():
        known = rule.attributes.get(name)
        if known is None:
            allowed = ", ".join(sorted(rule.attributes)) or "none"
            message = f"<{node.name}> has no attribute {name!r} (it has: {allowed})"
            raise TwimlError(SCHEMA_PROBLEM, message, line=node.line)
        wanted = known.check(value)
        if wanted is not None:
            message = f"<{node.name} {name}={value!r}> is not allowed: it must be {wanted}"
            raise TwimlError(known.code, message, line=node.line)
    for name in rule.required:
        if name not in node.attributes:
            raise TwimlError(SCHEMA_PROBLEM, f"<{node.name}> needs the attribute {name!r}", line=node.line)


def _checked_child(child: _Node, node: _Node, rule: Rule) -> Element:
    if child.name in rule.children:
        return _checked(child, parent=node.name)
    if child.name not in ELSEWHERE:
        raise TwimlError(SCHEMA_PROBLEM, f"there is no TwiML element <{child.name}>", line=child.line)
    inside = ", ".join(rule.children) or "nothing"
    message = f"<{child.name}> may not stand inside <{node.name}> (allowed there: {inside})"
    raise TwimlError(rule.nesting_code, message, line=child.line)


def _check_content(node: _Node, rule: Rule, own: str, children: tuple[Element, ...]) -> None:
    stray = " ".join(own.split())
    if stray and rule.text == "never":
        raise TwimlError(SCHEMA_PROBLEM, f"<{node.name}> may not hold text: {stray[:60]!r}", line=node.line)
    if rule.text == "must" and not _all_text(node).strip():
        code = 13520 if node.name == "Say" else SCHEMA_PROBLEM
        raise TwimlError(code, f"<{node.name}> is empty", line=node.line)
    if rule.one_child and len(children) != 1:
        raise TwimlError(SCHEMA_PROBLEM, f"<{node.name}> needs exactly one element inside", line=node.line)


def _all_text(node: _Node) -> str:
    parts = []
    for part in node.content:
        if isinstance(part, str):
            parts.append(part)
        elif part.name == "sub":
            parts.append(part.attributes.get("alias", ""))
        elif part.name == "break":
            parts.append(" ")
        else:
            parts.append(_all_text(part))
    return "".join(parts)
