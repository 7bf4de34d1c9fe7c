"""Every page, for everybody who may open it: full and empty, light and dark, wide, zoomed and narrow, in forced colours
and without motion. Nobody is shut out, nothing sticks out, nothing complains."""

import pytest

from tests.browser.catalogue import NO_PAGES, Sight, declared, open_path, sights, variants
from tests.browser.overlays import OVERLAYS
from tests.browser.swept import faults

FULL = [*sights(), *variants()]
EMPTY = [sight for sight in sights() if "<" not in sight.path and sight.role != "stranger"]


@pytest.mark.parametrize("sight", FULL, ids=str)
def test_page(sight, sweep):
    page, answer = sweep.open(sight.role, open_path(sight, sweep.served.house))
    assert answer.status == 200
    assert is_page(answer), "not a page: say so in tests/browser/catalogue.py"
    assert unknown_overlays(page) == []
    right(faults(page, known=sweep.known))


@pytest.mark.parametrize("sight", EMPTY, ids=str)
def test_page_with_nothing_in_it(sight, bare_sweep):
    page, answer = bare_sweep.open(sight.role, sight.path)
    assert answer.status == 200
    right(faults(page, known=bare_sweep.known))


@pytest.mark.parametrize("path", NO_PAGES)
def test_what_is_said_to_be_no_page_is_none(path, sweep):
    assert path in {page.path for page in declared("GET")}
    request = sweep.page("administrator").request
    answer = request.get(open_path(Sight(path, "administrator"), sweep.served.house), max_redirects=0)
    assert answer.status in (200, 303, 404)
    assert "<html" not in answer.text()


def right(found):
    assert not found, "\n".join(found)


def is_page(answer):
    return answer.headers.get("content-type", "").startswith("text/html") and "<html" in answer.text()


def unknown_overlays(page):
    """What could open on this page and is not in the catalogue of what does."""
    found = "dialog, details, [popover], [role=dialog], [role=alertdialog], [role=menu]"
    return page.evaluate(
        """([found, known]) => [...document.querySelectorAll(found)].filter((el) => !el.matches(known))
          .map((el) => el.outerHTML.slice(0, 120))""",
        [found, ", ".join(OVERLAYS)],
    )
