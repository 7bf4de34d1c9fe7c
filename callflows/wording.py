"""All words of one flow in one language: the flow's own and, behind them, the line's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from callflows.vocabulary import Vocabulary

SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Word:
    """An entry under a flow's ``words``: a plain text, or the words of a choice or department.

    name: how the thing is called within a sentence; offer: the sentence that offers it; phrases: what callers say.
    """

    text: str = ""
    name: str = ""
    offer: str = ""
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What a step looks its texts up in."""

    language: str
    vocabulary: Vocabulary
    own: Mapping[str, Word] = field(default_factory=dict)

    def own_text(self, key: str) -> str:
        """A text of the flow."""
        return self.own[key].text

    def name(self, key: str) -> str:
        """How the choice or department is called, within a sentence."""
        word = self.own[key]
        return word.name or word.text or (word.phrases[0] if word.phrases else key)

    def phrases(self, key: str) -> tuple[str, ...]:
        """What callers say for it."""
        return self.own[key].phrases

    def said(self, key: str, **filled: str) -> str:
        """A text of the line, with some of its slots filled now."""
        return fill(self.vocabulary.said[key], filled)


def fill(text: str, filled: Mapping[str, str]) -> str:
    """The text with the named slots filled and all others left as they are."""
    return SLOT.sub(lambda slot: filled.get(slot[1], slot[0]), text)


def slots(text: str) -> frozenset[str]:
    """Names of the slots in a text."""
    return frozenset(SLOT.findall(text))


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
