"""The words of the console in the reader's language: `_()` in Python and templates.

English is written in the code. `zz` is the pseudo-language: every marked word comes back longer and between brackets,
so that an unmarked one, or a layout too tight for German, is seen at a glance.
"""

import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent / "translations"
PSEUDO = "zz"

current: ContextVar[str] = ContextVar("language", default="en")

_ACCENTED = str.maketrans("aeiouyAEIOUYcnszCNSZ", "áéíóúýÁÉÍÓÚÝçñšžÇÑŠŽ")
_LONGEST = 6
# Placeholders, markup and entities stay as they are.
_KEPT = re.compile(r"(%\([a-z_]+\)[sd]|%[sd%]|<[^>]+>|&[a-z]+;)")


def _(text: str) -> str:
    """`text` in the language of this request."""
    return gettext(text)


def gettext(text: str) -> str:
    if current.get() == PSEUDO:
        return pseudo(text)
    return str(_translations(current.get()).gettext(text))


def ngettext(one: str, many: str, count: int) -> str:
    if current.get() == PSEUDO:
        return pseudo(one if count == 1 else many)
    return str(_translations(current.get()).ngettext(one, many, count))


def mark(text: str) -> str:
    """Mark a text where it is declared, to be translated where it is shown."""
    return text


def pseudo(text: str) -> str:
    """⟦Šávé~~⟧: accents on letters, two fifths longer (as German is), in brackets."""
    if not text.strip():
        return text
    parts = _KEPT.split(text)
    accented = "".join(part if i % 2 else part.translate(_ACCENTED) for i, part in enumerate(parts))
    return f"⟦{accented}{_padding(len(text) * 2 // 5)}⟧"


def _padding(length: int) -> str:
    """So many more characters, in words no longer than words are."""
    return "~" * max(1, length) if length <= _LONGEST else "".join(" ~~~~~~"[n % 7] for n in range(length))


@cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language], domain="console")
