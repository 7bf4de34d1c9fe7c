"""The Tickets list at a million rows against a thousand: the whole request, over HTTP, to the served application.

Two installations are filled alike and asked in turn. Every list the console declares is asked for (each filter with
each value, by each sort), its first page and its deepest; beside them the lookups of customers and calls by a number.
A list over the goal is measured once more, and longer, so that one moment's noise is not taken for it.
"""

import html
import http.client
import re
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.list_addresses import Listed, end_of, lists
from bench.many_tickets import Filled, Size, filled
from bench.serving import environ_of, served, settings_for
from console.ticket_views import ANY, View
from core.database import make_engine

PORT = 8850
SIZES = (Size(tickets=1_000, minutes=20), Size(tickets=1_000_000, minutes=1))
GOAL = 1.5
TIMES, AGAIN = 5, 21

_LOOKUPS = {
    "customers, a whole number": "/customers?q=%2B14152000111",
    "customers, as it is said at home": "/customers?q=%28415%29+200-0111",
    "customers, its last four digits": "/customers?q=0111",
    "customers, its first digits": "/customers?q=415200",
    "customers, no such number": "/customers?q=99887766",
    "calls, a whole number": "/calls?number=%2B14152000111",
    "calls, its last four digits": "/calls?number=0111",
    "calls, no such number": "/calls?number=99887766",
}


@dataclass(frozen=True, slots=True)
class House:
    """A served installation and one connection to it, which is kept."""

    connection: http.client.HTTPConnection
    cookie: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One list in the small house and in the large one: milliseconds, and whether both show as many rows."""

    group: str
    name: str
    small: float
    large: float
    alike: bool

    @property
    def ratio(self) -> float:
        return self.large / self.small


def run(
    sizes: tuple[Size, Size] = SIZES, *, times: int = TIMES, again: int = AGAIN, only: Collection[str] = ()
) -> Iterator[str]:
    """For each filter its worst list; the lists that miss the goal; how many kept it. only: some filters."""
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        full = [_filled(stack, Path(folder) / str(size.tickets), size, PORT + n) for n, size in enumerate(sizes)]
        yield from compare(full, sizes, times=times, again=again, only=only)


def compare(
    full: Sequence[Filled], sizes: Sequence[Size], *, times: int, again: int, only: Collection[str] = ()
) -> Iterator[str]:
    """The same of installations that are there."""
    with ExitStack() as stack:
        houses = [_house(stack, one) for one in full]
        engine = make_engine(full[0].settings.database_url or "")
        found: list[Compared] = []
        for group, name, addresses in _pages(houses, [one for one in lists(engine) if not only or one.filter in only]):
            one = _compared(group, name, houses, addresses, times)
            found.append(one if one.ratio <= GOAL else _compared(group, name, houses, addresses, again))
        engine.dispose()
        yield from _told(found, sizes)


def _filled(stack: ExitStack, folder: Path, size: Size, port: int) -> Filled:
    folder.mkdir()
    return stack.enter_context(filled(settings_for(folder, port=port), folder, size=size))


def _house(stack: ExitStack, full: Filled) -> House:
    environ = environ_of(full.settings) | {"WEB_CONCURRENCY": "1"}
    stack.enter_context(served(["-m", "ringback.cli", "serve"], environ, full.settings.port))
    connection = http.client.HTTPConnection("127.0.0.1", full.settings.port, timeout=120)
    stack.callback(connection.close)
    return House(connection, "=".join(full.cookie))


def _pages(houses: Sequence[House], declared: Sequence[Listed]) -> Iterator[tuple[str, str, list[str]]]:
    """Group, name, and the address in each house, of every page to be measured."""
    oldest = [_deepest(house, View(status=ANY)) for house in houses]
    for one in declared:
        yield one.filter, f"{one.name}, first page", [one.view.address()] * len(houses)
        # A search goes on for ever where it is newest first: its end lies among the oldest tickets of all.
        for_ever = one.is_search and one.view.order == View().order
        ends = oldest if for_ever else [_deepest(house, one.view) for house in houses]
        deep = [one.view.address(after=end) for end in ends if end]
        if len(deep) == len(houses):
            yield one.filter, f"{one.name}, deepest page", deep
    for name, address in _LOOKUPS.items():
        yield "lookup", name, [address] * len(houses)


def _deepest(house: House, view: View) -> str:
    """The cursor behind which the last page begins; empty where the list is one page."""
    _taken, body = _get(house, view.address(before=end_of(view.order)))
    found = re.search(r'rel="prev" href="([^"]+)"', body)
    return re.split(r"before=", html.unescape(found[1]))[1] if found else ""


def _compared(group: str, name: str, houses: Sequence[House], addresses: Sequence[str], times: int) -> Compared:
    taken: list[list[float]] = [[], []]
    rows = [0, 0]
    for number in range(times + 1):
        for place, (house, address) in enumerate(zip(houses, addresses, strict=True)):
            milliseconds, body = _get(house, address)
            rows[place] = len(re.findall(r"<tr id=\"ticket-|<tr data-row", body))
            if number:  # the first one warms up
                taken[place].append(milliseconds)
    small, large = (statistics.median(samples) for samples in taken)
    return Compared(group, name, small, large, rows[0] == rows[1])


def _get(house: House, address: str) -> tuple[float, str]:
    began = perf_counter()
    house.connection.request("GET", address, headers={"Cookie": house.cookie})
    answer = house.connection.getresponse()
    body = answer.read()
    taken = (perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{address} answered {answer.status}")
    return taken, body.decode()


def _told(found: Sequence[Compared], sizes: Sequence[Size]) -> Iterator[str]:
    small, large = (f"{size.tickets:,}" for size in sizes)
    groups: defaultdict[str, list[Compared]] = defaultdict(list)
    for one in found:
        groups[one.group].append(one)
    for group, members in groups.items():
        worst = max(members, key=lambda one: one.ratio)
        yield f"lists: {group} ({len(members)} pages), the worst: {_line(worst, small, large)}"
    for one in sorted(found, key=lambda one: -one.ratio):
        if one.ratio > GOAL:
            yield f"lists: over the goal: {_line(one, small, large)}"
    kept = sum(one.ratio <= GOAL for one in found)
    middle = statistics.median(one.ratio for one in found)
    verdict = "reached" if kept == len(found) else "MISSED"
    yield f"lists: {kept} of {len(found)} pages, median ratio {middle:.2f}×   goal each ≤ {GOAL:g}×: {verdict}"


def _line(one: Compared, small: str, large: str) -> str:
    rows = "" if one.alike else " (not as many rows)"
    return f"{one.name}: {one.large:.1f} ms at {large}, {one.small:.1f} ms at {small}, ratio {one.ratio:.2f}×{rows}"
