"""A browser's own name, from what it says of itself, as people know it."""

import re

from console.language import _

_NAMES = (("Edge", r"Edg"), ("Opera", r"OPR/"), ("Firefox", r"Firefox/|FxiOS"), ("Chrome", r"Chrom|CriOS"))
_SYSTEMS = (
    *(("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Android", r"Android"), ("Windows", r"Windows")),
    *(("macOS", r"Mac OS X|Macintosh"), ("ChromeOS", r"CrOS"), ("Linux", r"Linux|X11")),
)


def browser_name(said: str) -> str:
    """`Firefox, Linux`; the first words of what nobody knows."""
    name = _first(_NAMES, said) or ("Safari" if "Safari/" in said else said[:40])
    return ", ".join(part for part in (name, _first(_SYSTEMS, said)) if part) or _("Unknown browser")


def _first(known: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for name, mark in known if re.search(mark, said)), "")
