"""The list of tickets: what is asked for stands in the address, and costs little."""

import re
from datetime import timedelta

import pytest

from core.database import transaction
from people.models import Role
from tests.clock import MONDAY_MORNING
from tests.conftest import execute
from tests.factories.people import make_account, make_department
from tests.factories.tickets import make_call, make_customer, make_ticket
from tests.statements import counted

HOUR = timedelta(hours=1)


@pytest.fixture
def mia(signed_in):
    return signed_in(Role.AGENT, name="Mia Chen")


@pytest.fixture
def made(engine, brand):
    """Make a ticket and return its number."""

    def make(**columns):
        with transaction(engine) as session:
            return make_ticket(session, brand, **columns).number

    return make


def numbers(page) -> list[int]:
    return [int(number) for number in re.findall(r'data-ticket="(\d+)"', page.text)]


def test_the_usual_view_is_all_that_is_not_solved_newest_first(mia, made):
    first, second = made(), made(created_at=MONDAY_MORNING + HOUR)
    made(status="solved", outcome="answered")
    page = mia.get("/tickets")
    assert page.status_code == 200
    assert numbers(page) == [second, first]


def test_each_filter_of_the_address_is_a_chip_with_a_way_out(mia, made, engine, brand):
    with transaction(engine) as session:
        billing = make_department(session, brand)
    wanted = made(department_id=billing.id, priority=1, tags=["vip"], assignee_id=mia.account.id, status="open")
    made()
    for query in (
        "department=billing",
        "priority=1",
        "tag=vip",
        "assignee=me",
        f"assignee={mia.account.id}",
        "status=open",
    ):
        page = mia.get(f"/tickets?{query}")
        assert numbers(page) == [wanted], query
        assert 'class="chip-remove"' in page.text
    assert numbers(mia.get("/tickets?assignee=nobody")) != [wanted]
    assert "Status: <strong>Open</strong>" in mia.get("/tickets?status=open").text
    assert "Assigned to: <strong>Mia Chen</strong>" in mia.get(f"/tickets?assignee={mia.account.id}").text


def test_age_and_solved_today_count_from_now_and_from_the_viewers_midnight(mia, made, clock):
    clock.set(MONDAY_MORNING)
    old = made(created_at=MONDAY_MORNING - 5 * HOUR)
    made(created_at=MONDAY_MORNING - 3 * HOUR)
    assert numbers(mia.get("/tickets?age=4h")) == [old]
    today = made(status="solved", outcome="answered", solved_at=MONDAY_MORNING - HOUR)
    made(status="solved", outcome="answered", solved_at=MONDAY_MORNING - 11 * HOUR)
    assert numbers(mia.get("/tickets?status=solved&solved=today")) == [today]


def test_who_searches_searches_solved_tickets_too(mia, made):
    found = made(subject="Refund of a deposit", status="solved", outcome="answered")
    made(subject="Something else")
    assert numbers(mia.get("/tickets?q=deposit")) == [found]
    assert numbers(mia.get(f"/tickets?q=%23{found}")) == [found]


def test_nonsense_in_the_address_is_left_out(mia, made):
    number = made()
    page = mia.get("/tickets?status=odd&order=odd&priority=12&age=odd&after=odd&before=1.odd&solved=odd")
    assert (page.status_code, numbers(page)) == (200, [number])
    assert numbers(mia.get("/tickets?assignee=999999999999999999999&department=odd")) == []


def test_pages_follow_each_other_and_back(mia, made, monkeypatch):
    monkeypatch.setattr("console.pages.tickets.PAGE", 2)
    all_five = [made(created_at=MONDAY_MORNING + n * HOUR) for n in range(5)][::-1]
    seen, address = [], "/tickets"
    while address:
        page = mia.get(address)
        seen += numbers(page)
        address = _link(page, "next")
    assert seen == all_five
    assert numbers(mia.get(_link(page, "prev"))) == all_five[2:4]


def test_a_list_costs_the_same_few_statements_whatever_it_holds(mia, made, engine, brand):
    def cost(path):
        with counted(engine) as statements:
            assert mia.get(path).status_code == 200
        return len(statements)

    nothing = cost("/tickets?status=any")
    with transaction(engine) as session:
        ana = make_customer(session, brand, name="Ana")
        for n in range(60):
            ticket = make_ticket(session, brand, customer_id=ana.id, created_at=MONDAY_MORNING + n * HOUR)
            make_call(session, brand, ticket=ticket)
    full = cost("/tickets?status=any")
    assert full == nothing
    # Five of its own; who is signed in, and of which company, are the door's.
    assert full <= 5 + 2


def test_a_row_tells_number_caller_subject_and_what_was_chosen(mia, made, engine, brand):
    with transaction(engine) as session:
        ana = make_customer(session, brand, name="Ana <Petrov>")
    number = made(subject="No dial tone", customer_id=ana.id, priority=1)
    page = mia.get("/tickets")
    assert f'href="/tickets/{number}"' in page.text
    assert "Ana &lt;Petrov&gt;" in page.text
    assert "Urgent" in page.text
    mia.post("/tickets/columns", {"column": ["tags"], "back": "/tickets?status=any"})
    page = mia.get("/tickets")
    assert "Urgent</span></span>" not in page.text
    assert re.findall(r'<th scope="col" class="tickets-(\w+)"', page.text) == ["tags"]


def test_columns_come_back_to_the_list_they_were_chosen_on_and_nowhere_else(mia):
    assert mia.post("/tickets/columns", {"back": "/tickets?status=any"}).location == "/tickets?status=any"
    assert mia.post("/tickets/columns", {"back": "https://elsewhere.example/tickets"}).location == "/tickets"


def test_what_is_new_to_me_is_bold_until_i_open_it(mia, made, signed_in):
    number = made()
    assert 'class="is-unread"' in mia.get("/tickets").text
    mia.get(f"/tickets/{number}")
    assert 'class="is-unread"' not in mia.get("/tickets").text
    assert 'class="is-unread"' in signed_in().get("/tickets").text


def test_views_tell_how_much_is_in_them(mia, made):
    made(assignee_id=mia.account.id, status="open")
    made()
    page = mia.get("/tickets").text
    counts = dict(re.findall(r'id="view-(\w+)".*?<span class="count">([^<]+)</span>', page))
    assert counts == {"mine": "1", "unassigned": "1", "new": "1", "all": "2", "solved": "0"}


def test_no_match_says_which_filter_to_take_away(mia, made):
    made()
    page = mia.get("/tickets?tag=vip")
    assert "No ticket matches" in page.text
    assert 'href="/tickets"' in page.text
    assert "Without Tag: vip" in page.text


def test_no_tickets_at_all_points_to_the_demo_line(mia):
    page = mia.get("/tickets").text
    assert "No tickets here" in page
    assert 'href="/phone"' in page


def test_ticked_tickets_are_taken_and_solved_at_once(mia, made, engine):
    ours = [made(), made()]
    other = made()
    done = mia.post(
        "/tickets/changes", {"ticket": ours, "assignee": "me", "status": "solved", "back": "/tickets?order=waiting"}
    )
    assert (done.status_code, done.location) == (303, "/tickets?order=waiting")
    rows = execute(engine, "select number, status, assignee_id from ticket order by number")
    assert rows == [(ours[0], "solved", mia.account.id), (ours[1], "solved", mia.account.id), (other, "new", None)]


def test_of_the_ticked_those_refused_are_named_and_the_others_done(mia, made, engine):
    fine, closed = made(), made(status="closed", outcome="answered")
    page = mia.post("/tickets/changes", {"ticket": [fine, closed], "assignee": "me"})
    assert page.status_code == 422
    assert f"#{closed}: The ticket is closed" in page.text
    assert execute(engine, f"select status, assignee_id from ticket where number = {fine}") == [
        ("open", mia.account.id)
    ]


def test_an_agent_takes_but_does_not_give(mia, made, engine, brand, signed_in):
    number = made()
    with transaction(engine) as session:
        ben = make_account(session, brand, name="Ben")
    page = mia.post("/tickets/changes", {"ticket": [number], "assignee": ben.id})
    assert "A supervisor assigns tickets to others" in page.text
    signed_in(Role.SUPERVISOR).post("/tickets/changes", {"ticket": [number], "assignee": ben.id})
    assert execute(engine, "select assignee_id from ticket") == [(ben.id,)]


def test_ticked_tickets_can_be_marked_as_read(mia, made):
    number = made()
    mia.post("/tickets/seen", {"ticket": [number]})
    assert 'class="is-unread"' not in mia.get("/tickets").text


def test_a_reviewer_reads_and_ticks_nothing(signed_in, made):
    made()
    rosa = signed_in(Role.REVIEWER)
    page = rosa.get("/tickets").text
    assert 'type="checkbox" name="ticket"' not in page
    assert rosa.post("/tickets/changes", {"status": "solved"}).status_code == 403


def test_a_brand_shows_no_ticket_of_another(mia, engine):
    from tests.factories.people import make_brand

    with transaction(engine) as session:
        make_ticket(session, make_brand(session))
    assert numbers(mia.get("/tickets?status=any")) == []


def _link(page, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page.text)
    return found[1].replace("&amp;", "&") if found else ""
