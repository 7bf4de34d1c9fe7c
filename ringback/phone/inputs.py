"""What the caller does, as the browser sends it, checked."""

import re
from collections.abc import Mapping
from typing import Any

from ringback.phone.booth import CONFIDENCE
from ringback.phone.handles import Held
from simulator.handset import Done

LONGEST_WORDS = 1000
LARGEST_MESSAGE = 5 * 1024 * 1024
"""Bytes of a spoken message: five minutes of telephone audio, and its header."""

_KEYS = re.compile(r"[0-9*#]{1,40}")
_ENDS = re.compile(r"[0-9*#]|hangup|silence")
_UNSPOKEN = re.compile(r"[\x00-\x1f\x7f]+")


class InputError(ValueError):
    """What was sent cannot be done on a phone."""


def typed(fields: Any, held: Held) -> Done:
    """Keys, words, a typed message, or silence: exactly one of them. Raises InputError."""
    if not isinstance(fields, Mapping) or len(fields.keys() & {"keys", "words", "message", "silence"}) != 1:
        raise InputError("one of: keys, words, message, silence")
    if "keys" in fields:
        keys = str(fields["keys"])
        if not _KEYS.fullmatch(keys):
            raise InputError("keys: 1 to 40 of 0-9, * and #")
        return Done(keys=keys)
    if "words" in fields:
        return Done(words=_words(fields["words"]), confidence=CONFIDENCE[held.line])
    if "message" in fields:
        return Done(message=_words(fields["message"]), end=ending(fields.get("end", "silence")))
    return Done()


def spoken(wav: bytes, *, words: str, end: str) -> Done:
    """A spoken message, and in words what it is about, if the caller typed that too. Raises InputError."""
    if not wav:
        raise InputError("the message is empty")
    return Done(message=_words(words), end=ending(end), sound=wav)


def ending(end: object) -> str:
    """How a message ends: a key, hangup or silence. Raises InputError."""
    if not isinstance(end, str) or not _ENDS.fullmatch(end):
        raise InputError("end: one key, hangup or silence")
    return end


def _words(text: object) -> str:
    words = _UNSPOKEN.sub(" ", str(text)).strip()
    if len(words) > LONGEST_WORDS:
        raise InputError(f"words: at most {LONGEST_WORDS} characters")
    return words
