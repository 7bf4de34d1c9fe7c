"""The console's pages at 100,000 tickets, on a slow browser, beside an empty page of the same server.

Shown: when the largest piece of a page is painted with nothing cached (LCP), how soon a page answers a key or a click
(75 of 100), and how long the server works on a part of a page (95 of 100, as its Server-Timing says).
"""

import http.client
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from bench.browsing import Act, answers, browser, largest_paint, median, p75
from bench.many_tickets import Filled, filled
from bench.serving import environ_of, served, settings_for

PORT = 8830
ROUNDS = 3
TIMES = 40
EMPTY = "/healthz"
MOST_PAINT, MOST_ANSWER, MOST_WORK = 1200.0, 100.0, 150.0
"""Milliseconds: the budgets."""

_PARTS = (
    "/tickets",
    "/tickets?assignee=me",
    "/tickets?status=any&sort=changed",
    "/tickets?status=any&sort=urgency",
    "/tickets?status=any&q=router",
    "/tickets?status=any&q=4155000123",
    "/tickets/{ticket}/preview",
    "/tickets/{ticket}",
    "/customers?q=petrov",
    "/desk",
)
"""What pages ask for while one works."""
_NOTHING = "/live/changes?after=0"
"""The least the server does for somebody signed in: who is it, and one statement."""


def run() -> Iterator[str]:
    """A line for each page and part, with its budget and its ratio to the empty one."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        settings = settings_for(Path(folder), port=PORT)
        settings = replace(settings, stream_url=f"http://127.0.0.1:{PORT + 1}")
        full = stack.enter_context(filled(settings, Path(folder), long=True))
        environ = environ_of(full.settings) | {"STREAM_URL": full.settings.stream_url}
        stack.enter_context(served(["-m", "ringback.cli", "serve"], environ, PORT))
        stream = ["-m", "ringback.cli", "stream", "--port", str(PORT + 1)]
        stack.enter_context(served(stream, environ, PORT + 1))
        stack.enter_context(served(["-m", "ringback.cli", "simulator"], environ, PORT + 2))
        yield from _worked(full)
        yield from _seen(full)


def _worked(full: Filled) -> Iterator[str]:
    """The server's own time, over one connection that is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    paths = [path.format(ticket=full.long) for path in _PARTS]
    taken: dict[str, list[float]] = {path: [] for path in (_NOTHING, *paths)}
    for number in range(TIMES + 2):
        for path, samples in taken.items():
            milliseconds = _work(connection, path, full.cookie)
            if number > 1:  # both processes have begun
                samples.append(milliseconds)
    nothing = _p95(taken.pop(_NOTHING))
    for path, samples in taken.items():
        yield _row(f"part {path.replace(str(full.long), 'N')}", _p95(samples), MOST_WORK, nothing)


def _work(connection: http.client.HTTPConnection, path: str, cookie: tuple[str, str]) -> float:
    headers = {"Cookie": "=".join(cookie), "HX-Request-Type": "partial", "Accept-Encoding": "gzip"}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    told = re.search(r"dur=([0-9.]+)", answer.headers["Server-Timing"])
    if told is None:
        raise RuntimeError(f"{path} does not say how long it took")
    return float(told[1])


def _seen(full: Filled) -> Iterator[str]:
    """What a person sees, page by page in turn, so that noise hits all alike."""
    at = f"http://127.0.0.1:{PORT}"
    pages = _pages(full)
    painted: dict[str, list[float]] = {path: [] for path in (EMPTY, *pages)}
    answered: dict[str, list[float]] = {path: [] for path in painted}
    with browser() as opened:
        for number in range(ROUNDS + 1):
            for path, acts in ({EMPTY: [_key("j"), _key("x")]} | pages).items():
                paint = largest_paint(opened, at + path, full.cookie)
                answer = answers(opened, at + path, full.cookie, acts)
                if number:  # the first round warms up
                    painted[path].append(paint)
                    answered[path] += answer
    empty = median(painted[EMPTY])
    for path in pages:
        yield _row(f"painted {path.replace(str(full.long), 'N')}", median(painted[path]), MOST_PAINT, empty)
    empty = p75(answered[EMPTY])
    for path in pages:
        yield _row(f"answers {path.replace(str(full.long), 'N')}", p75(answered[path]), MOST_ANSWER, empty)
    yield _row("answers, over all of these", p75([one for path in pages for one in answered[path]]), MOST_ANSWER, empty)


def _pages(full: Filled) -> dict[str, list[Act]]:
    """Pages, and what is done on each: as an agent works, and as a newcomer calls."""
    listed = [_key(name) for name in ("j", "j", "k", "x", "x", "f", "Escape", "?", "Escape")]
    ticket = [_key(name) for name in ("n", *"Rang back.", "Escape", "?", "Escape")]
    player = [_click("[data-part=play]"), _key("ArrowRight"), _key("."), _key(","), _key("ArrowLeft"), _key("Space")]
    phone = [
        _click("#phone-go:enabled"),
        _await("[data-press='2']:enabled", "2"),
        _key("1"),
        _click("[data-mute]"),
        _click("#tab-seen"),
    ]
    return {
        "/tickets": listed,
        f"/tickets/{full.long}": ticket,
        f"/tickets/{full.long}?": player,
        "/phone": phone,
    }


def _key(name: str) -> Act:
    return lambda page: page.keyboard.press(name)


def _click(selector: str) -> Act:
    return lambda page: page.locator(selector).first.click()


def _await(selector: str, key: str) -> Act:
    """Press a key once something is there."""

    def act(page: Page) -> None:
        page.locator(selector).wait_for()
        page.keyboard.press(key)

    return act


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _row(name: str, milliseconds: float, budget: float, empty: float) -> str:
    verdict = "kept" if milliseconds <= budget else "MISSED"
    ratio = milliseconds / empty
    told = f"{milliseconds:7.0f} ms   budget {budget:5.0f} ms {verdict:<6}"
    return f"{name:<36} {told}   empty {empty:6.1f} ms   ratio {ratio:6.1f}×"
