"""Every role sees and does its own: what each page says to each of them, held against a table written by hand."""

import re

import pytest

from people.models import Role
from tests.browser.catalogue import STRANGER, Sight, declared, open_path
from tests.promises.rights import ANYBODY, PAGES

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EVERYBODY = (STRANGER, *(role.value for role in Role))
NO_RIGHT = "Your role may not open this page"


def test_every_page_stands_in_the_table():
    assert {f"{page.method} {page.path}" for page in declared(*METHODS)} == set(PAGES)


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_to_whom_the_table_says(page, role, inhabited, enter):
    """A form is sent without its proof: whoever has the right is told that much and no more, and nothing changes."""
    method, path = page.split(" ", 1)
    answer = enter(role).open(open_path(Sight(path, role), inhabited.house), method=method)
    if role in PAGES[page].split() or PAGES[page] == ANYBODY:
        assert answer.status_code not in (401, 500, 503)
        assert NO_RIGHT not in answer.text
        assert "/sign-in?" not in answer.headers.get("Location", "")
        if method != "GET":
            assert (answer.status_code, "out of date" in answer.text) == (403, True)
    elif role == STRANGER:
        assert is_turned_away(answer)
    else:
        assert (answer.status_code, NO_RIGHT in answer.text) == (403, True)


def is_turned_away(answer):
    led = answer.status_code == 303 and re.match(r"/sign-in(\?|$)", answer.headers["Location"])
    return bool(led) or answer.status_code == 401


@pytest.mark.parametrize("path", sorted({page.split(" ", 1)[1] for page in PAGES}))
def test_no_other_method_does_anything(path, inhabited, enter):
    address = open_path(Sight(path, "administrator"), inhabited.house)
    declared_for = [page.split(" ", 1) for page in PAGES]
    offered = {method for method, one in declared_for if re.fullmatch(re.sub(r"<[^>]+>", "[^/]+", one), address)}
    for method in {*METHODS, "OPTIONS", "TRACE"} - offered:
        answer = enter("administrator").open(address, method=method)
        assert answer.status_code == 405, method
