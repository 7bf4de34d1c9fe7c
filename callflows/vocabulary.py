"""What the line says and understands in one language, whatever the flow: `words/<language>.yaml`, read once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from callflows.matching import Phrases, ready, tokens
from callflows.source import Entries, Items, Node, Text, plain, read_source


class NoVocabulary(LookupError):
    """We have no words of our own in this language."""


@dataclass(frozen=True)
class Vocabulary:
    """One language. said: texts by key; digits: spoken word → digit; multiples: "double" → "2".
    sound_alikes: words that recognisers write for digits ("for"), meant as such only among digits.

    commands: what may be said to any question.
    """

    language: str
    said: Mapping[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    operator: frozenset[str]
    repeat: frozenset[str]
    callback: frozenset[str]
    another: frozenset[str]
    this: frozenset[str]
    fillers: frozenset[str]
    negations: frozenset[str]
    keys: frozenset[str]
    digits: Mapping[str, str]
    sound_alikes: Mapping[str, str]
    multiples: Mapping[str, str]
    states: Mapping[str, str]
    months: tuple[str, ...]
    date: str
    commands: Phrases
    source: str

    def hints(self, *lists: str) -> tuple[str, ...]:
        """The phrases of the named lists, for a recogniser."""
        return tuple(sorted(phrase for name in lists for phrase in getattr(self, name)))


@lru_cache(maxsize=32)
def vocabulary(language: str) -> Vocabulary:
    """The words of a language code such as ``en``. Raises `NoVocabulary`."""
    if language not in languages():
        raise NoVocabulary(language)
    text = files("callflows").joinpath("words", f"{language}.yaml").read_text(encoding="utf-8")
    return _parse(read_source(text), text)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Codes of the languages we have words in."""
    names = (entry.name for entry in files("callflows").joinpath("words").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def _parse(tree: Entries, source: str) -> Vocabulary:
    field = tree.entries
    return Vocabulary(
        language=_text(field["language"]),
        said=_texts(field["said"]),
        yes=_phrases(field["yes"]),
        no=_phrases(field["no"]),
        operator=_phrases(field["operator"]),
        repeat=_phrases(field["repeat"]),
        callback=_phrases(field["callback"]),
        another=_phrases(field["another"]),
        this=_phrases(field["this"]),
        fillers=_phrases(field["fillers"]),
        negations=_phrases(field["negations"]),
        keys=_phrases(field["keys"]),
        digits=_spoken(field["digits"]),
        sound_alikes=_spoken(field["sound_alikes"]),
        multiples=_spoken(field["multiples"]),
        states=_texts(field["states"]),
        months=tuple(_list(field["months"])),
        date=_text(field["date"]),
        commands=_commands(field),
        source=str(plain(tree)),
    )


def _commands(field: Mapping[str, Node]) -> Phrases:
    """The two things that may be said to any question."""
    fillers, negations = _phrases(field["fillers"]), _phrases(field["negations"])
    phrases = {name: _list(field[name]) for name in ("operator", "repeat")}
    return ready(phrases, fillers, negations)


def _phrases(node: Node) -> frozenset[str]:
    return frozenset(_normal(_list(node)))


def _normal(phrases: Iterable[str]) -> list[str]:
    return [" ".join(tokens(phrase)) for phrase in phrases]


def _spoken(node: Node) -> dict[str, str]:
    return {word: digit for digit, words in _entries(node).items() for word in _normal(_list(words))}


def _text(node: Node) -> str:
    if not isinstance(node, Text):
        raise TypeError(f"line {node.line}: a text is wanted")
    return node.value


def _list(node: Node) -> list[str]:
    if not isinstance(node, Items):
        raise TypeError(f"line {node.line}: a list is wanted")
    return [_text(item) for item in node.items]


def _texts(node: Node) -> dict[str, str]:
    return {key: _text(value) for key, value in _entries(node).items()}


def _entries(node: Node) -> Mapping[str, Node]:
    if not isinstance(node, Entries):
        raise TypeError(f"line {node.line}: named entries are wanted")
    return node.entries
