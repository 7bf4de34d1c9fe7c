"""Sheets, menus and all else that opens over or in a page: found in the templates, opened one by one in the sweep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from console.rendering import TEMPLATES

MACROS = "components/shapes.html"
"""Where `sheet` and `menu` are written; those who call them name what opens."""
_CALLED = re.compile(r"\bcall (?:sheet|menu)\((?P<arguments>.*?)\)\s*-?%}")
_WRITTEN = re.compile(
    r"<(?:dialog|details)\b[^>]*|<[a-z]+\b[^>]*(?:\bpopover\b|role=\"(?:dialog|alertdialog|menu)\")[^>]*"
)


@dataclass(frozen=True)
class Overlay:
    """What opens, and where it is looked at. It is found by `selector`; the first of several is opened.

    first: what is clicked before, where it is not there at once. inline: it moves what follows, and stays open.
    """

    selector: str
    path: str
    role: str = "administrator"
    first: str = ""
    inline: bool = False

    def __str__(self) -> str:
        return self.selector


OVERLAYS: Mapping[str, Overlay] = {
    "#keys": Overlay("#keys", "/tickets"),
    "#me": Overlay("#me", "/desk", "agent"),
    "#filter": Overlay("#filter", "/tickets"),
    "#sort": Overlay("#sort", "/tickets", "reviewer"),
    "#columns": Overlay("#columns", "/tickets", "supervisor"),
    "#save-view": Overlay("#save-view", "/tickets", "agent"),
    "#bulk-more": Overlay("#bulk-more", "/tickets", "agent", first="input[name=ticket]", inline=True),
    "#print": Overlay("#print", "/tickets/<int:number>", "supervisor"),
    ".ticket-exchanges": Overlay(".ticket-exchanges", "/tickets/<int:number>", "agent", inline=True),
}
ELSEWHERE: Mapping[str, str] = {
    "phone/seen.html": "made while a call is on: tests/browser/test_phone.py opens it",
}
"""Templates whose overlays a page does not have when it is opened, and who looks at them."""


def in_templates() -> dict[str, str]:
    """Everything that opens in any template: its selector, and the template. ValueError: nothing to find it by."""
    found = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        if name == MACROS or name in ELSEWHERE:
            continue
        text = path.read_text("utf-8")
        for called in _CALLED.finditer(text):
            found[f"#{_id_of(called['arguments'], called[0])}"] = name
        for written in _WRITTEN.finditer(text):
            found[_selector(written[0])] = name
    return found


def _id_of(arguments: str, call: str) -> str:
    """`sheet("keys", …)` names it first; `menu(…, id="more")` by keyword."""
    given = re.search(r'\bid="([\w-]+)"', arguments) or (
        re.match(r'"([\w-]+)"', arguments) if "sheet(" in call else None
    )
    if given is None:
        raise ValueError(f"give it an id, so that the sweep can open it: {call}")
    return given[1]


def _selector(tag: str) -> str:
    given = re.search(r'\bid="([\w-]+)"', tag)
    if given:
        return f"#{given[1]}"
    classes = re.search(r'\bclass="([\w-]+)', tag)
    if classes is None:
        raise ValueError(f"give it an id or a class, so that the sweep can open it: {tag}")
    return f".{classes[1]}"
