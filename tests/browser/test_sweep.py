"""Every page, light and dark, wide and narrow: nobody is shut out, nothing sticks out, nothing complains."""

import pytest

from tests.browser.axe import COLOURS, axe
from tests.browser.catalogue import open_path, sights
from tests.browser.looking import NARROW, focus_faults, sticks_out
from tests.browser.seeded import seed
from tests.browser.served import serve
from tests.browser.visitors import Visitors
from tests.clock import HandClock
from tests.conftest import EMPTY, settings_for

SIGHTS = sights()


def half(at):
    """Each half of the pages to one worker: a past is told once for it."""
    return pytest.mark.xdist_group(f"pages {at % 2}")


@pytest.fixture(scope="module")
def shown(_shared_engine, servers, tmp_path_factory):
    """One installation with a past for all pages of a worker; looking changes nothing."""
    with _shared_engine.begin() as connection:
        connection.execute(EMPTY)
    folder = tmp_path_factory.mktemp("shown")
    settings = settings_for(servers, folder)
    with serve(background=False, clock=HandClock(), settings=settings, engine=_shared_engine, folder=folder) as served:
        seed(served.house)
        yield served


@pytest.fixture
def looking(browser, shown, watch):
    with Visitors(browser, shown, watch) as entering:
        yield entering


@pytest.mark.parametrize(
    "sight", [pytest.param(sight, id=str(sight), marks=half(at)) for at, sight in enumerate(SIGHTS)]
)
def test_page(sight, looking, shown):
    page = looking.enter(sight.role)
    answer = page.goto(open_path(sight, shown.house))
    assert answer is not None
    assert answer.status < 400
    if not is_page(answer):
        return  # data for our own scripts, or sound: there is nothing to look at
    page.wait_for_load_state()
    faults = {"light": axe(page), "focus": focus_faults(page)}
    page.emulate_media(color_scheme="dark")
    faults["dark"] = axe(page, rules=COLOURS)
    page.set_viewport_size({"width": NARROW, "height": 640})
    faults["narrow"] = [*sticks_out(page), *axe(page)]
    found = [f"{where}: {fault}" for where, those in faults.items() for fault in those]
    assert not found, "\n".join(found)


def is_page(answer):
    return answer.headers.get("content-type", "").startswith("text/html") and "<html" in answer.text()
