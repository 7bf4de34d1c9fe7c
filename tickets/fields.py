"""What people and programs may write into a ticket's fields, checked once for every door."""

import re
import unicodedata
from collections.abc import Sequence

from people.refusals import FieldRefused, said

MOST_SUBJECT = 200
MOST_NOTE = 20_000
MOST_NAME = 120
MOST_TAGS = 30
MOST_TAG = 40
MOST_EMAIL = 254
EMAIL = r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$"
HIGHEST_PRIORITY, LOWEST_PRIORITY = 1, 4
CODE = r"^[a-z][a-z0-9_]{0,39}(/[a-z0-9_]{1,40})?$"
"""Reasons, outcomes and types are stable keys, in one or two levels: ``technical/outage``, ``answered``."""


class ChangeRefused(FieldRefused):
    """A value that a ticket, a call or a customer cannot take."""


def checked_subject(text: str) -> str:
    """One line of at most MOST_SUBJECT characters, without spaces around it. Raises ChangeRefused."""
    line = _plain("subject", text)
    if "\n" in line:
        raise ChangeRefused("subject", said("it has several lines"), said("write one line, and the rest into a note"))
    return _at_most("subject", line, MOST_SUBJECT)


def checked_note(text: str) -> str:
    """What a note says: some words, at most MOST_NOTE characters. Raises ChangeRefused."""
    words = _at_most("text", _plain("text", text), MOST_NOTE)
    if not words:
        raise ChangeRefused("text", said("the note is empty"), said("write at least one word"))
    return words


def checked_code(field: str, code: str | None) -> str | None:
    """A stable key such as a reason's or an outcome's (see CODE), or None. Raises ChangeRefused."""
    if code is None or re.fullmatch(CODE, code):
        return code
    cure = said("use lower case letters, digits and underscores, at most one / between two levels")
    raise ChangeRefused(field, said("it is not a key"), cure)


def checked_priority(priority: int) -> int:
    """1 (highest) to 4. Raises ChangeRefused."""
    if HIGHEST_PRIORITY <= priority <= LOWEST_PRIORITY:
        return priority
    raise ChangeRefused(
        "priority", said("there is no priority %(priority)s", priority=priority), said("use 1 (highest) to 4 (lowest)")
    )


def checked_tags(tags: Sequence[str]) -> list[str]:
    """Each tag once, in the order given. Raises ChangeRefused."""
    words = list(dict.fromkeys(_checked_tag(tag) for tag in tags))
    if len(words) > MOST_TAGS:
        raise ChangeRefused(
            "tags", said("there are %(count)s", count=len(words)), said("keep at most %(most)s", most=MOST_TAGS)
        )
    return words


def checked_name(text: str | None) -> str | None:
    """A person's or company's name on one line, or None for nobody knows. Raises ChangeRefused."""
    name = _at_most("name", _plain("name", text or ""), MOST_NAME)
    if "\n" in name:
        raise ChangeRefused("name", said("it has several lines"), said("write it on one line"))
    return name or None


def _checked_tag(tag: str) -> str:
    word = _at_most("tags", _plain("tags", tag), MOST_TAG)
    if not word or "\n" in word or "," in word:
        raise ChangeRefused(
            "tags", said("a tag is empty or holds a comma or a line break"), said("give each tag for itself")
        )
    return word


def _plain(field: str, text: str) -> str:
    """The text with plain line breaks and nothing around it. PostgreSQL keeps no NUL; pages show no control codes."""
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" for character in words):
        raise ChangeRefused(field, said("it holds control characters"), said("send plain text"))
    return words


def _at_most(field: str, text: str, most: int) -> str:
    if len(text) > most:
        raise ChangeRefused(
            field, said("it has %(count)s characters", count=len(text)), said("keep it to %(most)s", most=most)
        )
    return text
