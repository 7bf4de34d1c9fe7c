"""Going through pages by keys alone, and seeing to it that nothing else was used."""

from playwright.sync_api import BrowserContext, Page

MOST_TABS = 90

_REPORT = """
for (const kind of ["pointerdown", "mousedown", "touchstart"]) {
  addEventListener(kind, () => window.pointerWasUsed(kind), { capture: true });
}
"""


def pointers_of(context: BrowserContext) -> list[str]:
    """Every press of a pointer on any page of this context, as it comes to pages; opened before any page."""
    used: list[str] = []
    context.expose_function("pointerWasUsed", lambda kind: used.append(kind))
    context.add_init_script(_REPORT)
    return used


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(MOST_TABS):
        if page.locator(selector).first.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")
