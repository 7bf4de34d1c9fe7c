"""Asks axe-core what about a page would shut somebody out."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


COLOURS = ("color-contrast", "link-in-text-block")
"""The rules whose answer another theme can change."""


def axe(page: Page, *, rules: Sequence[str] = (), around: bool = False) -> list[str]:
    """Every violation on the page as it is now, one line for each element concerned; empty is right.

    Only those of `rules`, if given; with `around` not in the page's `main`.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(source())  # not a script element: the page's content policy allows none but its own
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(TAGS)}
    # Without preloading: it copies style elements, which the content policy refuses and the watch would report.
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    where = {"exclude": [["main"]]} if around else None
    found = page.evaluate("([where, options]) => axe.run(where || document, options)", [where, options])
    return [
        f"{violation['id']}: {node['html'][:200]} ({' '.join(node['failureSummary'].split())})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@cache
def source() -> str:
    """axe-core as a script: for a window that opens many pages, give it as one that runs in each."""
    return SOURCE.read_text("utf-8")
