"""The way a caller took through the flow, as people read it: what was chosen, without silence and repeats."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

UNTOLD = frozenset({"no input", "no match", "repeat", "no", "yes", "not found", "no message"})
"""Labels of turns that led nowhere: lists leave them out, the timeline shows them."""


def passed_in(facts: Mapping[str, Any]) -> Iterator[str]:
    """The choices in the facts of one ``call_started`` or ``caller_turn`` event, in order.

    A choice that was only asked back (``billing?``) is not one yet.
    """
    path = facts.get("path")
    for passed in path if isinstance(path, list) else []:
        choice = passed.get("choice") if isinstance(passed, dict) else None
        if isinstance(choice, str) and choice and choice not in UNTOLD and not choice.endswith("?"):
            yield choice


def told_once(choices: Iterable[str]) -> tuple[str, ...]:
    """The same without repeats that follow each other: one chose a message, then left one."""
    return tuple(choice for choice, _again in groupby(choices))
