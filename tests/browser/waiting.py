"""Waiting for what no page shows: the state of a server, while the browser's own events go on being heard."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.visitors import PATIENCE


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Return once it is so; fail when it never is. A plain sleep would hold back what the browser has to tell."""
    give_up_at = time.monotonic() + PATIENCE / 1000
    while not is_so():
        assert time.monotonic() < give_up_at, "it never came to be"
        page.evaluate("() => new Promise((go) => setTimeout(go, 50))")
