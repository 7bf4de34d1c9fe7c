"""Who gets in: every page asks for a sign-in and its right, every form for its proof."""

import re

import pytest

from console.door import nouns
from console.errors import PARTS_OF_PAGES
from console.nouns import Access
from people.models import Role
from people.rights import Right, may

PAGES = [page for noun in nouns() for page in noun.pages]
GUARDED = [page for page in PAGES if page.needs not in (Access.PUBLIC, Access.DEMO)]
OPEN = {
    *{"GET /sign-in", "POST /sign-in", "GET /forgotten", "POST /forgotten", "GET /link/<text>", "POST /link/<text>"},
}
"""Strangers must get in here, or nobody ever could."""


def path_of(page):
    return re.sub(r"<[^>]*>", "1", page.path)


def name_of(page):
    return f"{page.method} {page.path}"


def test_only_the_way_in_is_open_to_strangers():
    assert {name_of(page) for page in PAGES if page.needs is Access.PUBLIC} == OPEN


def test_every_form_asks_for_its_proof():
    assert [name_of(page) for page in PAGES if not page.csrf] == []


@pytest.mark.parametrize("page", GUARDED, ids=name_of)
def test_strangers_are_led_to_the_sign_in(stranger, page):
    answer = stranger.client.open(
        path_of(page), method=page.method, data={"text": "x"} if page.method == "POST" else None
    )
    if page.method == "GET" and not page.path.startswith(PARTS_OF_PAGES):
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in")
    else:
        assert answer.status_code == 401
    by_htmx = stranger.client.open(path_of(page), method=page.method, headers={"HX-Request": "true"})
    assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"].split("?")[0]) == (401, "/sign-in")


@pytest.mark.parametrize("page", [page for page in GUARDED if page.method != "GET"], ids=name_of)
def test_a_form_without_its_proof_is_refused(signed_in, page):
    person = signed_in(Role.ADMINISTRATOR)
    for csrf in ("", "x", person.proof()[:-4] + "AAA="):
        assert person.post(path_of(page), csrf=csrf).status_code == 403


@pytest.mark.parametrize("role", Role)
def test_every_role_opens_what_it_may_and_nothing_else(signed_in, role):
    person = signed_in(role)
    for page in GUARDED:
        if isinstance(page.needs, Right) and not may(role, page.needs):
            answer = person.client.open(path_of(page), method=page.method)
            assert answer.status_code == 403, name_of(page)
            assert "role may not" in answer.text
        elif page.method == "GET":
            assert person.get(path_of(page)).status_code not in (401, 403, 500), name_of(page)


def test_somebody_elses_proof_does_not_count(signed_in):
    one, other = signed_in(), signed_in()
    assert one.post("/profile", csrf=other.proof()).status_code == 403
