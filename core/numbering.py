"""Statements with named parameters, made ready for the server once, and values in the one form it always gets.

Two things cost the caller's path more than the server's work did. psycopg reads a statement of more than 4 kB anew at
every execution to find its parameters (its cache leaves long ones out). And it prepares one statement again for every
combination of parameter types it meets: a null, a small and a large integer, an empty and a filled list all differ.
Here a statement is read once, and every value goes as text of unknown type: the statement's own casts say what it is,
so each connection prepares it once.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from json import JSONEncoder
from typing import Any, NamedTuple

from psycopg.errors import DataError
from psycopg.types.json import Jsonb

_PLACE = re.compile(r"%\((\w+)\)s|%%")
_PLAIN = re.compile(r"[A-Za-z0-9_+:.-]+")
_json = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Numbered(NamedTuple):
    """A statement with ``$1``, ``$2`` … and the parameters' names in that order."""

    text: bytes
    names: tuple[str, ...]

    def ordered(self, values: Mapping[str, Any]) -> list[bytes | None]:
        """The values as PostgreSQL reads them in text, in UTF-8, in the order of their numbers.

        Raises KeyError for a value that is missing, TypeError for one of a type no statement has, psycopg's DataError
        for a text with a NUL, which would end there.
        """
        given = [values[name] for name in self.names]
        texts = [value if value is None or type(value) is str else wire(value) for value in given]
        ready = [None if text is None else text.encode() for text in texts]
        if b"\0" in b"".join(filter(None, ready)):
            raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return ready


@cache
def numbered(statement: str) -> Numbered:
    """The statement with its ``%(name)s`` numbered, a name that repeats keeping its number, and ``%%`` made plain.

    Every parameter must stand under a cast or where its type is evident.
    """
    numbers: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name = found[1]
        return f"${numbers.setdefault(name, len(numbers) + 1)}" if name else "%"

    text = _PLACE.sub(place, statement)
    return Numbered(text.encode(), tuple(numbers))


def wire(value: Any) -> str | None:
    """A value in PostgreSQL's text input form (PostgreSQL manual, chapter 8). Raises TypeError for a foreign type."""
    if value is None or type(value) is str:
        return value
    form = _seen.get(type(value))
    if form is None:
        form = _seen[type(value)] = _form(type(value))
    return form(value)


def _array(items: list[object]) -> str:
    return "{" + ",".join([_element(wire(item)) for item in items]) + "}"


def _element(text: str | None) -> str:
    if text is None:
        return "NULL"
    if _PLAIN.fullmatch(text) and text.upper() != "NULL":
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_FORMS: dict[type, Callable[[Any], str]] = {
    str: str,
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    date: lambda value: value.isoformat(),
    Jsonb: lambda value: _json(value.obj),
    list: _array,
    tuple: _array,
}
"""In this order: a subclass counts as the first it derives from (our words are StrEnums, and a bool is an int)."""
_seen: dict[type, Callable[[Any], str]] = {}


def _form(kind: type) -> Callable[[Any], str]:
    for known, form in _FORMS.items():
        if issubclass(kind, known):
            return form
    raise TypeError(f"no statement takes a {kind.__name__}")
