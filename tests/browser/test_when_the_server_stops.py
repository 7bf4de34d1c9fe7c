"""Live pages when their server stops: each says since when it knows nothing, and recovers alone, without a reload."""

import re

import pytest
from playwright.sync_api import expect

from core.clock import utc_now
from people.models import Account, Brand
from tests.browser.served import EMAILS, serve
from tests.browser.visitors import PATIENCE
from tests.factories.tickets import make_event, make_ticket

CLOCK = re.compile(r"\d\d:\d\d:\d\d")


@pytest.fixture
def served(settings, engine, tmp_path):
    """A house whose pages have a stream."""
    with serve(settings=settings, engine=engine, folder=tmp_path, stream=True) as house:
        yield house


@pytest.fixture(autouse=True)
def _nobody_answers(watch):
    """What a browser says of a server that is not there."""
    watch.expect("net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|FAILED)")


def happen(served, *, owner=None):
    """Something new: a ticket with an event; its number."""
    with served.house.session() as session, session.begin():
        brand, now = session.query(Brand).one(), utc_now()
        assignee = session.query(Account).filter_by(email=EMAILS[owner]).one().id if owner else None
        status = "open" if owner else "new"
        ticket = make_ticket(
            session,
            brand,
            created_at=now,
            updated_at=now,
            subject="Rang meanwhile",
            assignee_id=assignee,
            status=status,
        )
        make_event(session, brand, ticket_id=ticket.id, happened_at=now)
        return ticket.number


def live(page):
    return page.locator("#live-mark")


def mark_the_page(page):
    """So that a reload would be noticed: what a script left is gone after one."""
    page.evaluate("() => { window.same = true; }")


def is_the_same(page):
    return page.evaluate("() => window.same === true")


@pytest.mark.parametrize(("path", "role"), [("/tickets", "agent"), ("/desk", "agent"), ("/health", "administrator")])
def test_a_page_says_since_when_it_is_cut_off_and_comes_back_alone(visitors, served, path, role):
    page = visitors.enter(role)
    page.goto(path)
    expect(live(page)).to_have_text("Live")
    mark_the_page(page)
    stale = page.locator("[data-stale]")
    expect(stale).to_be_hidden()

    served.house.web.stop()
    expect(live(page)).to_have_attribute("data-state", "away")
    expect(live(page)).to_contain_text("Not live since")
    expect(live(page)).to_contain_text(CLOCK)
    expect(stale).to_be_visible()
    expect(stale).to_contain_text("Not refreshed since")
    expect(stale).to_contain_text(CLOCK)

    happen(served, owner="agent")
    served.house.web.start()
    expect(live(page)).to_have_text("Live")
    expect(stale).to_be_hidden()
    if path == "/desk":
        expect(page.locator("#desk")).to_contain_text("Rang meanwhile")
    if path == "/tickets":
        expect(page.locator("[data-news]")).to_have_text("1 new · show")
    assert is_the_same(page)


def test_without_its_stream_a_page_asks_every_few_seconds_and_finds_the_stream_again(visitors, served):
    page = visitors.enter("agent")
    page.goto("/tickets")
    expect(live(page)).to_have_text("Live")
    mark_the_page(page)

    served.stream.stop()
    expect(live(page)).to_have_text("Every 10 s")
    expect(page.locator("[data-stale]")).to_be_hidden()
    happen(served)
    expect(page.locator("[data-news]")).to_have_text("1 new · show")

    served.stream.start(served.house.settings)
    expect(live(page)).to_have_text("Live", timeout=3 * PATIENCE)  # it asks less and less often
    happen(served)
    expect(page.locator("[data-news]")).to_have_text("2 new · show")
    assert is_the_same(page)


def test_somebody_signed_out_elsewhere_is_told(visitors, served):
    page = visitors.enter("agent")
    page.goto("/tickets")
    expect(live(page)).to_have_text("Live")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    expect(live(page)).to_have_text("Signed out")
    page.context.add_cookies(cookies)
    expect(live(page)).to_have_text("Live")
