"""Filters of a list that live in its address: chips that take one away, and the next page with all of them kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Chip:
    """A filter that is on: what it says, and the list without it."""

    label: str
    value: str
    remove: str


def address(path: str, values: Mapping[str, str], **more: str) -> str:
    """`path` with those values that say something."""
    said = {name: text for name, text in (dict(values) | more).items() if text}
    return f"{path}?{urlencode(said)}" if said else path


def chips(path: str, values: Mapping[str, str], said: Iterable[tuple[str, str, str]]) -> list[Chip]:
    """One chip for each (name, label, value) whose filter is on."""
    return [
        Chip(label, value, address(path, {other: text for other, text in values.items() if other != name}))
        for name, label, value in said
        if values.get(name)
    ]
