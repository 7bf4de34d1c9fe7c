"""Seven tabs of one person: all answer, one holds the stream for all, and another takes over when it goes."""

import re

import pytest
from playwright.sync_api import expect

from core.clock import utc_now
from people.models import Brand
from tests.browser.served import serve
from tests.browser.waiting import until
from tests.factories.tickets import make_event, make_ticket

TABS = 7
HIDE = """
() => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


@pytest.fixture
def served(settings, engine, tmp_path):
    """A house whose pages have a stream."""
    with serve(settings=settings, engine=engine, folder=tmp_path, stream=True) as house:
        yield house


@pytest.fixture
def context(visitors):
    """One person's browser; what it asked the stream for is in `context.streams`."""
    made = visitors.context("agent")
    made.streams = []
    made.on("request", lambda request: made.streams.append(request.frame.page) if "/hints?" in request.url else None)
    return made


@pytest.fixture
def tabs(context):
    """All open on the list, one after the other, as a person opens them."""
    return [opened(context) for _ in range(TABS)]


def opened(context, path="/tickets"):
    tab = context.new_page()
    tab.goto(path)
    expect(tab.locator("#live-mark")).to_have_text("Live")
    return tab


def happen(served):
    """A new ticket comes about."""
    with served.house.session() as session, session.begin():
        brand, now = session.query(Brand).one(), utc_now()
        ticket = make_ticket(session, brand, created_at=now, updated_at=now)
        make_event(session, brand, ticket_id=ticket.id, happened_at=now)


def one_stream(served, tab):
    """On a busy machine the browser may have opened a second connection to be quicker: it is soon given up."""
    until(tab, lambda: served.stream.connections() == 1)


def test_all_seven_answer_and_share_one_stream(served, context, tabs):
    assert len(context.streams) == 1
    one_stream(served, tabs[0])
    happen(served)
    for tab in tabs:
        expect(tab.locator("[data-news]")).to_have_text("1 new · show")
    # With a stream each, browsers would let the seventh wait for ever: they open six connections to a host.
    for tab in tabs:
        tab.locator("[data-news]").click()
        expect(tab.locator("tr[data-ticket]")).to_have_count(1)
        expect(tab.locator("#live-mark")).to_have_text("Live")
    one_stream(served, tabs[0])


def test_another_takes_over_when_the_tab_with_the_stream_is_closed(served, context, tabs):
    [leader] = context.streams
    leader.close()
    others = [tab for tab in tabs if tab is not leader]
    assert len(others) == TABS - 1
    until(others[0], lambda: len(context.streams) == 2)
    one_stream(served, others[0])
    assert context.streams[1] in others
    happen(served)
    for tab in others:
        expect(tab.locator("[data-news]")).to_have_text("1 new · show")
        expect(tab.locator("#live-mark")).to_have_text("Live")


def test_a_hidden_tab_hears_at_once_and_by_the_stream(served, context, tabs):
    for tab in tabs:
        tab.evaluate(HIDE)
        # Only the stream may tell: what is polled is held back.
        tab.route(re.compile("/live/changes"), lambda route: None)
    happen(served)
    for tab in tabs:
        expect(tab.locator("[data-news]")).to_have_text("1 new · show")
    assert len(context.streams) == 1
    one_stream(served, tabs[0])


def test_two_people_have_a_stream_each(served, context, visitors):
    own = opened(context)
    opened(visitors.context("colleague"))
    until(own, lambda: served.stream.connections() == 2)
