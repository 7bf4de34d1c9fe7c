"""People with browsers in front of the house: each enters with a context, a role and a screen of their own."""

from contextlib import ExitStack
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.served import Served
from tests.browser.watching import Watch

PATIENCE = 30_000
"""Milliseconds: far longer than anything takes, since browser, servers and tests share few cores."""
expect.set_options(timeout=PATIENCE)


class Visitors:
    """Opens contexts, and closes them at the end."""

    def __init__(self, browser: Browser, served: Served, watch: Watch) -> None:
        self._browser, self._served, self._watch = browser, served, watch
        self._contexts = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Everybody leaves."""
        self._contexts.close()

    def enter(self, role: str | None = None, **how: Any) -> Page:
        """A page of somebody with this role (None: a stranger), nothing opened yet; options as in `context`."""
        return self.context(role, **how).new_page()

    def context(
        self,
        role: str | None = None,
        *,
        theme: str = "light",
        width: int = 1440,
        height: int = 900,
        scripts: bool = True,
        microphone: bool = True,
        **more: Any,
    ) -> BrowserContext:
        """A browser with its own cookies, signed in with `role`."""
        made = self._browser.new_context(
            base_url=self._served.url,
            color_scheme=theme,  # type: ignore[arg-type]
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            permissions=["microphone"] if microphone else [],
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Berlin",
            **more,
        )
        self._contexts.callback(made.close)
        made.set_default_timeout(PATIENCE)
        self._watch.over(made)
        if role is not None:
            made.add_cookies([self._served.cookie(role)])
        return made
