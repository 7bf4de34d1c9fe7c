"""Several tickets changed from the list, and changes taken back, as somebody without scripts does it."""

import re

import pytest

from core.database import transaction
from people.models import Brand, Role
from routing import deeds
from tests.clock import MONDAY_MORNING
from tests.conftest import execute, scalar
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import make_ticket
from tickets.changes import change
from tickets.models import Ticket
from workers.draining import drain
from workers.work import Equipment


@pytest.fixture
def mia(signed_in):
    return signed_in(Role.AGENT, name="Mia Chen")


@pytest.fixture
def sam(signed_in):
    return signed_in(Role.SUPERVISOR, name="Sam")


@pytest.fixture
def made(engine, brand):
    """Make some tickets and return their numbers."""

    def make(count=1, **columns):
        with transaction(engine) as session:
            return [make_ticket(session, brand, **columns).number for _ in range(count)]

    return make


def toast(page) -> tuple[str, str]:
    """What the toast says, and where its button leads."""
    found = re.search(r'data-toast method="post" action="([^"]+)">.*?<span>([^<]+)</span>', page.text)
    return (found[2], found[1]) if found else ("", "")


def test_ticked_tickets_get_what_was_chosen_and_it_can_be_taken_back(mia, made, engine, brand):
    with transaction(engine) as session:
        make_department(session, brand)
    ours = made(2)
    wanted = {"department": "billing", "priority": "1", "add_tags": "vip, late"}
    answer = mia.post("/tickets/changes", {"ticket": [f"{n}.1" for n in ours], "back": "/tickets?status=any", **wanted})
    assert answer.location == "/tickets?status=any"
    assert execute(engine, "select distinct priority, tags, department_id is not null from ticket") == [
        (1, ["vip", "late"], True)
    ]
    said, path = toast(mia.get(answer.location))
    assert said == "2 tickets changed"
    back = mia.post(path, {"back": "/tickets?status=any"})
    assert back.location == "/tickets?status=any"
    assert "Taken back for 2 tickets" in mia.get(back.location).text
    assert execute(engine, "select distinct priority, tags, department_id from ticket") == [(3, [], None)]


def test_a_row_that_somebody_changed_since_the_page_was_made_is_left_alone_and_named(mia, made, engine):
    fine, busy = made(2)
    with transaction(engine) as session:
        ticket = session.query(Ticket).filter_by(number=busy).one()
        change(session, ticket=ticket, actor="system", now=ticket.created_at, subject="Busy")
    page = mia.post("/tickets/changes", {"ticket": [f"{fine}.1", f"{busy}.1"], "status": "pending"})
    assert page.status_code == 422
    assert f"#{busy}: Somebody has changed it since" in page.text
    assert toast(page)[0] == "1 ticket changed"
    assert execute(engine, "select number, status from ticket order by number") == [(fine, "pending"), (busy, "new")]


def test_the_same_form_sent_twice_changes_once(mia, made, engine):
    (number,) = made()
    once = re.search(r'name="once" value="([^"]+)"', mia.get("/tickets").text)[1]
    for _ in range(2):
        mia.post("/tickets/changes", {"ticket": number, "assignee": "me", "once": once})
    assert scalar(engine, "select count(*) from event where type = 'assigned'") == 1
    assert scalar(engine, "select count(*) from deed") == 1


def test_all_that_match_are_chosen_over_all_pages_counted_and_changed_in_the_background(
    sam, made, engine, settings, clock, monkeypatch
):
    monkeypatch.setattr("console.pages.tickets.PAGE", 20)
    made(deeds.AT_ONCE + 5)
    (other,) = made(1, priority=1)
    page = sam.get("/tickets?priority=3")
    assert "Select all that match" in page.text
    assert sam.get("/tickets/matching?priority=3").json == {"count": 55, "said": "Select all 55 that match"}
    chosen = sam.get("/tickets?priority=3&select=all").text
    assert "All 55 tickets that match are selected" in chosen
    assert 'name="all" value="1"' in chosen
    answer = sam.post("/tickets/changes", {"all": "1", "back": "/tickets?priority=3", "status": "pending"})
    followed = answer.location
    assert re.fullmatch(r"/tickets/changes/\d+", followed)
    page = sam.get(followed).text
    assert "0 of 55 tickets so far" in page
    assert "deed-undo" not in page
    drain(Equipment(engine=engine, settings=settings, clock=clock))
    assert "55 tickets changed" in sam.get(followed).text
    assert execute(engine, "select number from ticket where status = 'new'") == [(other,)]
    sam.post(f"{followed}/undo")
    drain(Equipment(engine=engine, settings=settings, clock=clock))
    assert "Taken back for 55 tickets" in sam.get(followed).text
    assert scalar(engine, "select count(*) from ticket where status = 'new'") == 56


def test_a_count_stops_where_changing_stops(sam, made, monkeypatch):
    monkeypatch.setattr("console.pages.tickets.MOST", 3)
    made(5)
    assert sam.get("/tickets/matching").json["said"] == "Select the first 3 of more than 3 that match"


def test_what_was_refused_of_many_is_named_with_its_reason(mia, sam, made, engine, settings, clock):
    made(deeds.AT_ONCE)
    (hers,) = made(1, assignee_id=sam.account.id, status="open")
    answer = mia.post("/tickets/changes", {"all": "1", "back": "/tickets", "assignee": "nobody"})
    drain(Equipment(engine=engine, settings=settings, clock=clock))
    page = mia.get(answer.location).text
    assert "1 could not be changed" in page
    assert f'href="/tickets/{hers}"' in page
    assert "Only a supervisor takes a ticket from somebody else" in page


def test_others_see_what_somebody_did_and_do_not_take_it_back(mia, sam, made, engine):
    (number,) = made()
    answer = mia.post("/tickets/changes", {"ticket": number, "assignee": "me"})
    _said, path = toast(mia.get(answer.location))
    page = sam.get(path.removesuffix("/undo")).text
    assert "Mia Chen" in page
    assert "deed-undo" not in page
    assert sam.post(path).status_code == 422
    assert scalar(engine, "select assignee_id from ticket") == mia.account.id


def test_a_brand_sees_nothing_of_another(mia, made, engine):
    with transaction(engine) as session:
        other = make_account(session, make_brand(session))
        ticket = make_ticket(session, session.get_one(Brand, other.brand_id))
        deed, _ = deeds.do_to(
            session, by=other, once="o", wish={"priority": 1}, chosen=[deeds.Chosen(ticket.number)], now=MONDAY_MORNING
        )
    assert mia.get(f"/tickets/changes/{deed.id}").status_code == 404
    assert mia.post(f"/tickets/changes/{deed.id}/undo").status_code == 404


def test_one_field_changed_on_a_ticket_can_be_taken_back(mia, made, engine):
    (number,) = made()
    answer = mia.post(f"/tickets/{number}", {"was_assignee": "", "assignee": str(mia.account.id)})
    said, path = toast(mia.get(answer.location))
    assert said == "Assigned to Mia Chen"
    back = mia.post(path, {"back": f"/tickets/{number}"})
    assert back.location == f"/tickets/{number}"
    assert execute(engine, "select status, assignee_id from ticket") == [("new", None)]
    assert "took a change back" in mia.get(back.location).text


def test_what_somebody_changed_since_is_not_taken_back_and_the_page_says_so(mia, sam, made, engine):
    (number,) = made()
    answer = mia.post(f"/tickets/{number}/quick", {"status": "pending"})
    said, path = toast(mia.get(answer.location))
    assert said == "Status: Waiting"
    sam.post(f"/tickets/{number}", {"was_priority": "3", "priority": "1"})
    stays = mia.get(mia.post(path, {"back": "/tickets"}).location).text
    assert "Not taken back" in stays
    assert "Somebody has changed it since" in stays
    assert execute(engine, "select status, priority from ticket") == [("pending", 1)]
    assert mia.post(path).status_code == 422


def test_a_change_from_the_pane_brings_its_undo_with_the_fragment(mia, made):
    (number,) = made()
    answer = mia.post(f"/tickets/{number}/quick", {"status": "pending"}, fragment=True)
    assert '"text": "Status: Waiting", "undo": ' in answer.headers["HX-Trigger"]


def test_what_comes_back_leads_nowhere_else(mia, made):
    (number,) = made()
    answer = mia.post("/tickets/changes", {"ticket": number, "assignee": "me", "back": "https://elsewhere.example"})
    assert answer.location == "/tickets"
    _said, path = toast(mia.get("/tickets"))
    assert mia.post(path, {"back": "//elsewhere.example"}).location == "/tickets"


def test_a_ticket_leads_back_to_the_page_of_the_list_it_was_opened_from(mia, made, monkeypatch):
    monkeypatch.setattr("console.pages.tickets.PAGE", 2)
    made(5)
    second = re.search(r'rel="next" href="([^"]+)"', mia.get("/tickets").text)[1]
    opened = re.search(r'tickets-subject" id="open-\d+" href="([^"]+)"', mia.get(second).text)[1]
    assert f'href="{second}" id="back-to-list"' in mia.get(opened.replace("&amp;", "&")).text
