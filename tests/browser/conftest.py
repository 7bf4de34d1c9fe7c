"""A browser, and pages in it that are watched."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.served import Served, serve
from tests.browser.starting import start, write_speech
from tests.browser.swept import Sweep, swept
from tests.browser.visitors import Visitors
from tests.browser.watching import Watch


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this process; each page has a context of its own."""
    with sync_playwright() as playwright:
        started = start(playwright, spoken=write_speech(tmp_path_factory.mktemp("sound") / "spoken.wav"))
        yield started
        started.close()


@pytest.fixture(scope="session")
def _sweeps() -> list[Sweep]:
    """Those whose windows are kept."""
    return []


@pytest.fixture(scope="session")
def _filled(
    browser: Browser, servers: tuple[str, str], tmp_path_factory: pytest.TempPathFactory, _sweeps: list[Sweep]
) -> Iterator[Sweep]:
    folder = tmp_path_factory.mktemp("filled")
    with swept(browser, servers=servers, folder=folder, name="filled", filled=True) as sweep:
        _sweeps.append(sweep)
        yield sweep


@pytest.fixture(scope="session")
def _bare(
    browser: Browser, servers: tuple[str, str], tmp_path_factory: pytest.TempPathFactory, _sweeps: list[Sweep]
) -> Iterator[Sweep]:
    folder = tmp_path_factory.mktemp("bare")
    with swept(browser, servers=servers, folder=folder, name="bare", filled=False) as sweep:
        _sweeps.append(sweep)
        yield sweep


@pytest.fixture
def sweep(_filled: Sweep) -> Iterator[Sweep]:
    """An installation with a past, for all tests that only look: one window for each role, kept between them."""
    with _filled.watched() as sweep:
        yield sweep


@pytest.fixture
def bare_sweep(_bare: Sweep) -> Iterator[Sweep]:
    """The same without one row."""
    with _bare.watched() as sweep:
        yield sweep


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal what only looks to two workers: each tells a past once for all of its share.

    What several roles see of one path stays together, since much of it is the same for them.
    """
    shares: list[set[str]] = [set(), set()]
    counts = [0, 0]
    for item in items:
        if not {"sweep", "bare_sweep"} & set(getattr(item, "fixturenames", ())):
            continue
        sight = item.callspec.params.get("sight") if hasattr(item, "callspec") else None
        path = f"{item.path} {sight.path}" if sight else item.nodeid
        at = next((at for at in (0, 1) if path in shares[at]), counts.index(min(counts)))
        shares[at].add(path)
        counts[at] += 1
        item.add_marker(pytest.mark.xdist_group(f"sweep {at}"))


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What browsers complained of during the test; it fails for anything not expected."""
    watching = Watch()
    yield watching
    assert watching.unexpected() == []


@pytest.fixture
def served(settings, engine, tmp_path) -> Iterator[Served]:
    """An installation with the demo's people and no calls yet, at the real time, its jobs running."""
    with serve(settings=settings, engine=engine, folder=tmp_path) as house:
        yield house


@pytest.fixture
def visitors(browser: Browser, served: Served, watch: Watch, _sweeps: list[Sweep]) -> Iterator[Visitors]:
    """People with browsers: `visitors.enter("agent", theme="dark", width=390)` is a page of somebody signed in."""
    for sweep in _sweeps:
        sweep.rest()
    with Visitors(browser, served, watch) as entering:
        yield entering


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """A page of a stranger."""
    return visitors.enter()


@pytest.fixture
def signed_in_page(visitors: Visitors) -> Callable[..., Page]:
    """`signed_in_page("agent")` is a page of whoever plays that role."""

    def enter(role: str, **how: Any) -> Page:
        return visitors.enter(role, **how)

    return enter
