"""A browser on a slow machine and a slow line: when a page shows itself, and how soon it answers a key."""

import math
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.starting import start, write_speech

SLOWER = 4
"""The processor seems so many times slower, as a cheap laptop's is."""
LINE = {"offline": False, "latency": 40, "downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000}
"""40 ms there and back, 10 Mbit/s (in bytes a second)."""
FEWEST_MS = 16.0
"""Shorter answers are not told by the Event Timing API: they count as this long."""

_WATCH = """
window.painted = 0;
window.answers = {};
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.painted = one.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const { interactionId: id, duration } of list.getEntries()) {
    if (id) window.answers[id] = Math.max(window.answers[id] ?? 0, duration);
  }
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
_QUIET = """
() => new Promise((done) => requestIdleCallback(() => requestAnimationFrame(() => setTimeout(done)), { timeout: 1000 }))
"""
"""A slowed browser may never call itself idle: a second with nothing left to do is idle enough."""

Act = Callable[[Page], None]


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser of the tests."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, sync_playwright() as playwright:
        started = start(playwright, spoken=write_speech(Path(folder) / "spoken.wav"))
        yield started
        started.close()


def largest_paint(opened: Browser, url: str, cookie: tuple[str, str]) -> float:
    """Milliseconds until the largest piece of the page at `url` was painted, with nothing cached."""
    with _slow_page(opened, url, cookie) as page:
        page.goto(url)
        return _painted(page)


def answers(opened: Browser, url: str, cookie: tuple[str, str], acts: list[Act]) -> list[float]:
    """Milliseconds from each act (one key or click) to the frame that shows what it did."""
    with _slow_page(opened, url, cookie) as page:
        page.goto(url)
        _painted(page)
        for act in acts:
            act(page)
            page.evaluate(_QUIET)
        told: list[float] = page.evaluate("() => Object.values(window.answers)")
        return told + [FEWEST_MS] * (len(acts) - len(told))


def p75(values: list[float]) -> float:
    """Three of four are no more than this."""
    return sorted(values)[math.ceil(len(values) * 0.75) - 1]


def median(values: list[float]) -> float:
    return statistics.median(values)


def _painted(page: Page) -> float:
    page.wait_for_load_state()
    page.evaluate(_QUIET)
    page.wait_for_function("() => window.painted > 0")
    painted: float = page.evaluate("() => window.painted")
    return painted


@contextmanager
def _slow_page(opened: Browser, url: str, cookie: tuple[str, str]) -> Iterator[Page]:
    context = opened.new_context(viewport={"width": 1440, "height": 900}, permissions=["microphone"])
    context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": url}])
    context.add_init_script(_WATCH)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    try:
        yield page
    finally:
        context.close()
