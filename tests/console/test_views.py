"""Saved views: a list under a name, one's own or everybody's, counted, renamed, deleted, opened first."""

import re

import pytest

from core.database import transaction
from people.models import Role
from tests.factories.people import make_brand
from tests.factories.tickets import make_ticket
from tests.statements import counted


@pytest.fixture
def mia(signed_in):
    return signed_in(Role.AGENT, name="Mia Chen")


@pytest.fixture
def sam(signed_in):
    return signed_in(Role.SUPERVISOR, name="Sam")


@pytest.fixture
def made(engine, brand):
    def make(**columns):
        with transaction(engine) as session:
            return make_ticket(session, brand, **columns).number

    return make


def saved(page) -> dict[str, tuple[str, str]]:
    """Name → address and count of the saved views beside the list."""
    found = re.findall(
        r'<a href="([^"]+)" id="view-\d+" class="tickets-saved".*?<span class="tickets-tab">(.*?)</span> '
        r'<span class="count">([^<]+)<',
        page.text,
    )
    return {
        re.sub(r"<svg.*?</svg>", "", name).strip(): (path.replace("&amp;", "&"), count) for path, name, count in found
    }


def test_filters_order_and_columns_are_kept_under_a_name_with_a_count(mia, made):
    made(priority=1)
    made(priority=1)
    made()
    mia.post("/tickets/columns", {"column": ["tags", "opened"], "back": "/tickets"})
    mia.post("/tickets/views", {"name": " Urgent  ones ", "back": "/tickets?priority=1&order=waiting"})
    path, count = saved(mia.get("/tickets"))["Urgent ones"]
    assert count == "2"
    mia.post("/tickets/columns", {"column": ["status"], "back": "/tickets"})
    page = mia.get(path)
    assert len(re.findall(r"<tr id=", page.text)) == 2
    assert re.findall(r'<th scope="col" class="tickets-(\w+)"', page.text) == ["tags", "opened"]
    assert "Waiting longest" in page.text
    assert re.search(r'id="view-\d+" class="tickets-saved" aria-current="page"', page.text)


def test_a_name_saved_again_stands_for_the_new_list(mia, made):
    for query in ("priority=1", "priority=2"):
        mia.post("/tickets/views", {"name": "Mine", "back": f"/tickets?{query}"})
    assert [path for path, _count in saved(mia.get("/tickets")).values()] == [
        "/tickets?priority=2&columns=assignee.priority.status.opened"
    ]


def test_only_who_may_share_shares_and_everybody_of_the_brand_sees_it(mia, sam, signed_in, engine):
    mia.post("/tickets/views", {"name": "For me", "back": "/tickets?priority=1", "shared": "1"})
    sam.post("/tickets/views", {"name": "For all", "back": "/tickets?priority=2", "shared": "1"})
    assert list(saved(sam.get("/tickets"))) == ["For all"]
    assert list(saved(mia.get("/tickets"))) == ["For me", "For all"]
    with transaction(engine) as session:
        session.query(type(mia.account)).filter_by(id=mia.account.id).update({"brand_id": make_brand(session).id})
    assert list(saved(mia.get("/tickets"))) == ["For me"]


def test_views_are_renamed_and_deleted_by_whoever_may(mia, sam):
    mia.post("/tickets/views", {"name": "Mine", "back": "/tickets?priority=1"})
    sam.post("/tickets/views", {"name": "All", "back": "/tickets?priority=2", "shared": "1"})
    ids = dict(re.findall(r'id="open-view-(\d+)"><strong>([^<]+)<', mia.get("/tickets/views").text))
    mine, shared = (id for name in ("Mine", "All") for id, other in ids.items() if other == name)
    assert mia.post(f"/tickets/views/{shared}/delete").status_code == 404
    assert sam.post(f"/tickets/views/{mine}", {"name": "Theirs"}).status_code == 404
    page = mia.post(f"/tickets/views/{mine}", {"name": "  "})
    assert page.status_code == 422
    assert "It has no name" in page.text
    mia.post(f"/tickets/views/{mine}", {"name": "Better"})
    assert list(saved(mia.get("/tickets"))) == ["Better", "All"]
    mia.post(f"/tickets/views/{mine}/delete")
    assert list(saved(mia.get("/tickets"))) == ["All"]


def test_tickets_opens_with_the_view_one_chose_and_with_all_once_it_is_gone(mia):
    mia.post("/tickets/views", {"name": "Mine", "back": "/tickets?priority=1&order=waiting", "first": "1"})
    rail = re.search(r'<a href="(/tickets\?view=\d+)"', mia.get("/desk").text)[1]
    opened = mia.get(rail)
    assert (opened.status_code, opened.location) == (
        303,
        "/tickets?priority=1&order=waiting&columns=assignee.priority.status.opened",
    )
    id = rail.rpartition("=")[2]
    mia.post(f"/tickets/views/{id}/delete")
    assert 'href="/tickets"' in mia.get("/desk").text
    assert mia.get(rail).location == "/tickets"
    mia.post("/tickets/views/first", {"view": "mine"})
    assert mia.get("/tickets?view=mine").location == "/tickets?assignee=me"


def test_without_a_name_nothing_is_kept_and_the_page_says_so(mia):
    page = mia.post("/tickets/views", {"name": " ", "back": "/tickets?priority=1"})
    assert (page.status_code, "It has no name" in page.text) == (422, True)
    assert saved(mia.get("/tickets")) == {}


def test_counts_are_bounded_and_not_made_anew_each_time(mia, made, clock, monkeypatch):
    mia.post("/tickets/views", {"name": "Urgent", "back": "/tickets?priority=1"})
    assert saved(mia.get("/tickets"))["Urgent"][1] == "0"
    made(priority=1)
    assert saved(mia.get("/tickets"))["Urgent"][1] == "0"
    clock.move(seconds=16)
    assert saved(mia.get("/tickets"))["Urgent"][1] == "1"
    for _ in range(100):
        made(priority=1)
    clock.move(seconds=16)
    assert saved(mia.get("/tickets"))["Urgent"][1] == "99+"


def test_a_list_costs_the_same_with_many_views_as_with_none(mia, engine, clock):
    def cost():
        clock.move(seconds=16)
        with counted(engine) as statements:
            mia.get("/tickets")
        return len(statements)

    none = cost()
    for n in range(12):
        mia.post("/tickets/views", {"name": f"View {n}", "back": f"/tickets?tag=t{n}"})
    assert cost() == none


def test_no_more_than_some_are_kept(mia, monkeypatch):
    monkeypatch.setattr("people.saved_views.MOST_OWN", 2)
    for n in range(3):
        page = mia.post("/tickets/views", {"name": f"View {n}", "back": f"/tickets?tag=t{n}"})
    assert (page.status_code, "Delete one first" in page.text or "delete one first" in page.text) == (422, True)
    assert len(saved(mia.get("/tickets"))) == 2
