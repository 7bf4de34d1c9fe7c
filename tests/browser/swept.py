"""One look at a page as it stands: every rule, both themes, wide, zoomed and narrow, forced colours, no motion."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, Response

from core.database import make_engine
from tests.browser.axe import COLOURS, axe, source
from tests.browser.catalogue import STRANGER
from tests.browser.forced import forced_faults
from tests.browser.looking import focus_faults, moves, sticks_out
from tests.browser.rarities import add_rarities
from tests.browser.seeded import seed
from tests.browser.served import Served, serve
from tests.browser.visitors import PATIENCE, Visitors
from tests.browser.watching import Watch
from tests.clock import HandClock
from tests.conftest import settings_for
from tests.databases import migrated_database

WIDE, ZOOMED, NARROW = (1440, 900), (720, 450), (320, 640)
"""Windows in CSS pixels. Zoomed: what is left of 1440 by 900 at 200 %; narrow: of 1280 at 400 % (WCAG 2.2, 1.4.10)."""
TALL = 4000
"""So high a window shows a page without scrolling, and the bars at its edges cover nothing: axe takes what lies under
one for what cannot be hit. That no focus is covered is looked at in the low window."""
BLANK = "about:blank"
BEGUN = ".player [data-part=body][hidden], #phone:not([data-ready]), .htmx-request"
"""What our scripts have not finished yet."""
_MIDDLE = """() => {
  const root = document.documentElement.cloneNode(false);
  const middle = document.querySelector('main').cloneNode(true);
  for (const proof of middle.querySelectorAll('input[name=csrf]')) proof.removeAttribute('value');
  return [root.outerHTML, document.body.className, middle.outerHTML].join('\\n');
}"""


class Sweep:
    """One browser window for each role, kept from page to page: a sign-in and axe's source once, assets from cache."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.watch = Watch()
        self.served = served
        self._visitors = Visitors(browser, served, self.watch)
        self._pages: dict[str, Page] = {}
        self.known: set[str] = set()
        """What pages have in the middle that axe found right before, see `faults`."""

    @contextmanager
    def watched(self) -> Iterator["Sweep"]:
        """For one test: what browsers complain of meanwhile fails it."""
        self.watch.forget()
        yield self
        found = self.watch.unexpected()
        assert not found, "\n".join(found)

    def page(self, role: str) -> Page:
        """The window of somebody with this role, as wide as most."""
        if role not in self._pages:
            context = self._visitors.context(None if role == STRANGER else role)
            context.add_init_script(source())
            self._pages[role] = context.new_page()
        page = self._pages[role]
        page.emulate_media(color_scheme="light", forced_colors="none")
        resize(page, WIDE)
        return page

    def open(self, role: str, path: str) -> tuple[Page, Response]:
        """Go there and wait until our scripts are done."""
        page = self.page(role)
        answer = page.goto(path)
        assert answer is not None
        settle(page)
        return page, answer

    def rest(self) -> None:
        """Leave every page: one left open would go on asking for news, and telling that it is read."""
        for page in self._pages.values():
            if page.url != BLANK:
                page.goto(BLANK)

    def close(self) -> None:
        self._visitors.close()


@contextmanager
def swept(browser: Browser, *, servers: tuple[str, str], folder: Path, name: str, filled: bool) -> Iterator[Sweep]:
    """An installation in a database of its own, so that it stays as it is while other tests come and go.

    filled: with a past and all that seldom happens, and with mail; else with its people and not one row more.
    """
    url = migrated_database(servers[0], name)
    settings = replace(settings_for((url, servers[1]), folder), smtp_url="smtp://127.0.0.1:1" if filled else None)
    engine = make_engine(url, pool_size=10)
    with serve(background=False, clock=HandClock(), settings=settings, engine=engine, folder=folder) as served:
        if filled:
            seed(served.house)
            add_rarities(served.house)
        sweep = Sweep(browser, served)
        yield sweep
        sweep.close()
    engine.dispose()


def settle(page: Page) -> None:
    """Wait for what our scripts do by themselves when a page opens."""
    page.wait_for_load_state()
    page.wait_for_function("(begun) => !document.querySelector(begun)", arg=BEGUN, timeout=PATIENCE)


def faults(page: Page, *, known: set[str] | None = None) -> list[str]:
    """All that is wrong with the page, each with where it was seen; empty is right.

    Every rule of axe once in each theme, wide in the light and narrow in the dark; wide in the dark those that look at
    colours, since no other sees a theme (tests/browser/test_harness.py holds axe to that).

    known: marks of what was in the middle of pages without a fault. Where roles see the same there to the letter, axe
    looks at it once and else at what is around it; a new one without a fault is added. Everything else looks at all.
    """
    mark = "" if known is None else middle(page)
    around = known is not None and mark in known
    resize(page, (WIDE[0], TALL))
    found = {"light": axe(page, around=around)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = axe(page, rules=COLOURS, around=around)
    page.emulate_media(color_scheme="light", forced_colors="active")
    found["forced colours"] = forced_faults(page)
    page.emulate_media(color_scheme="light", forced_colors="none")
    found["motion"] = moves(page)
    resize(page, ZOOMED)
    found["zoomed"] = [*sticks_out(page), *focus_faults(page)]
    resize(page, NARROW)
    found["narrow"] = sticks_out(page)
    resize(page, (NARROW[0], TALL))
    page.emulate_media(color_scheme="dark")
    found["narrow and dark"] = axe(page, around=around)
    if known is not None and not any(found.values()):
        known.add(mark)
    return told(found)


def middle(page: Page) -> str:
    """What the page has in its middle and how it is dressed, but for the proofs in its forms; the same is equal."""
    dressed: str = page.evaluate(_MIDDLE)
    return hashlib.sha256(dressed.encode()).hexdigest()


def both_themes(page: Page) -> list[str]:
    """Every rule in the light, and what colours can break in the dark: for a state of a page that was looked at."""
    found = {"light": axe(page)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = axe(page, rules=COLOURS)
    page.emulate_media(color_scheme="light")
    return told(found)


def told(found: dict[str, list[str]]) -> list[str]:
    return [f"{where}: {fault}" for where, those in found.items() for fault in those]


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
