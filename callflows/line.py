"""What the line can say in every flow, and when something of ours is broken: prompts that need no flow at all."""

from collections.abc import Mapping
from functools import lru_cache

from callflows.instructions import HangUp, Instruction, Prompt, Record, Say
from callflows.vocabulary import Vocabulary, vocabulary

SPOKEN = (
    "silence-1",
    "silence-2",
    "miss-1",
    "miss-2",
    "failed",
    "failed-otherwise",
    "nobody-yet",
    "emergency-restart",
)
"""Sentences of trouble: nobody can talk over them, the question comes after."""
THEN: Mapping[str, Instruction] = {
    "emergency-message": Record(),
    "emergency-thanks": HangUp(),
    "emergency-sorry": HangUp(),
}
"""``emergency-message`` takes a message when nothing else works; ``emergency-sorry`` ends the call."""


@lru_cache(maxsize=32)
def emergency_prompts(language: str = "en") -> Mapping[str, Prompt]:
    """The prompts for our own errors by name, without any flow. Raises `NoVocabulary`."""
    return {prompt.name: prompt for prompt in line_prompts(vocabulary(language))}


def line_prompts(words: Vocabulary) -> tuple[Prompt, ...]:
    """All prompts that belong to no step; every flow has them."""
    spoken = tuple(Prompt(name, (Say(words.said[name]),)) for name in SPOKEN)
    return spoken + tuple(Prompt(name, (Say(words.said[name]), last)) for name, last in THEN.items())
