"""The states the documentation's pictures show: reached and checked in every run, kept when a run is asked for pictures
(`RB_PICTURES=1 bin/test tests/browser/test_pictures.py`). The data are drawn from a seed and the clock stands still."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from people import seeing
from ringback.demo_past.growing import grow
from tests.browser.pictures import are_asked, picture
from tests.browser.served import serve
from tests.browser.visitors import Visitors
from tests.clock import HandClock

NOW = datetime(2026, 11, 25, 14, 32, 7, tzinfo=UTC)
DAYS = 4
SIGHTS = [("light", 1440), ("dark", 1440)] if are_asked() else [("light", 1440)]
NARROW = [("light", 390), ("dark", 390)] if are_asked() else [("dark", 390)]
"""A state that is reached in one theme is reached in the other: without pictures each width is looked at once."""
UNREAD = 2
PLAYED = "() => document.querySelector('.player-audio').currentTime > 1"
NOTE = "Rang back: the second charge is confirmed, the colleague in accounts takes it from here."


@pytest.fixture
def told(settings, engine, tmp_path):
    """A house with the last days of the demo's past, on a Wednesday afternoon."""
    clock = HandClock(NOW)
    with serve(settings=settings, engine=engine, folder=tmp_path, clock=clock, background=False) as served:
        assert grow(served.house.settings, now=NOW, told=lambda progress: None, days=DAYS, spoken=False)
        served.house.tick()
        served.house.work()
        yield served
    with engine.begin() as connection:
        connection.execute(text("drop schema demo_past cascade"))


@pytest.fixture
def people(browser, told, watch):
    with Visitors(browser, told, watch) as entering:
        yield entering


def enter(people, sight, role=None, *, height=900):
    theme, width = sight
    return people.enter(role, theme=theme, width=width, height=height if width > 600 else 844)


def named(name, sight):
    theme, width = sight
    return "-".join([name, *(["narrow"] if width < 600 else []), *(["dark"] if theme == "dark" else [])])


def everything_seen_but(told, role, *, unread):
    """All tickets were seen by this person, but the newest of those the list shows."""
    house = told.house
    newest = "select id from ticket where created_at < :before order by status in ('new', 'open') desc, created_at desc"
    ids = [id for (id,) in house.rows(newest, before=NOW - timedelta(hours=1))]
    with house.session() as session, session.begin():
        account = told.account(session, role)
        seeing.see(session, account_id=account.id, ticket_ids=ids[unread:], now=house.clock())


def somebody_is_on_the_line(told):
    """Somebody calls again about a matter of this morning, and the call is not over."""
    told.house.rows(
        "update call set ended_at = null, duration = null, status = 'in_progress', started_at = :at where id ="
        " (select c.id from call c join ticket k on k.id = c.ticket_id where c.direction = 'inbound'"
        " and k.created_at < :before and k.status = 'open' order by k.created_at desc limit 1) returning id",
        at=NOW - timedelta(minutes=1),
        before=NOW - timedelta(hours=1),
    )


def drawn(page):
    """The player has its waveform."""
    page.locator(".player[data-drawn]").first.wait_for()


def test_the_documentation_shows_what_is_there(people, told):
    lists(people, told)
    a_ticket(people, told)
    the_house(people, told)
    the_phone(people)


def lists(people, told):
    """A day of work, as whoever does it sees it."""
    everything_seen_but(told, "agent", unread=UNREAD)
    somebody_is_on_the_line(told)
    for sight in SIGHTS + NARROW:
        page = enter(people, sight, "agent")
        page.goto("/tickets?status=any&age=1h")
        expect(page.locator("tr[data-ticket]").nth(13)).to_be_attached()
        assert page.locator("tr.is-unread").count() == UNREAD
        expect(page.locator(".tickets-table .badge-live", has_text="On a call").first).to_be_visible()
        expect(page.locator(".chip").first).to_be_visible()
        if sight in SIGHTS:
            with_message = page.locator("tr[data-ticket]", has_text=re.compile("Urgent|High")).first
            with_message.locator(".tickets-status").click()
            page.locator("[data-previewed]").wait_for()
        picture(page, named("tickets", sight))
    for sight in SIGHTS:
        page = enter(people, sight, "agent")
        page.goto("/desk")
        expect(page.locator("#mine")).to_be_visible()
        assert page.locator("[data-rows] tbody tr").count() > 0
        picture(page, named("desk", sight))
        page.goto("/calls")
        assert page.locator("tr[data-row]").count() > 14
        picture(page, named("calls", sight))
        page.goto("/voicemail")
        drawn(page)
        picture(page, named("voicemail", sight))


def a_ticket(people, told):
    """What happened, its message half heard, while a note is typed."""
    number = told.house.one(
        "select k.number from ticket k join call c on c.ticket_id = k.id join recording r on r.call_id = c.id"
        " where k.department_id = (select id from department where key = 'billing') and k.assignee_id is not null"
        " and r.kind = 'message' and r.state = 'stored' and k.customer_id is not null"
        " order by k.status in ('new', 'open', 'pending') desc, k.created_at desc, r.id limit 1"
    )
    for sight in SIGHTS + NARROW:
        page = enter(people, sight, "agent")
        page.goto(f"/tickets/{number}?status=any")
        drawn(page)
        page.locator("[data-part=play]").first.click()
        page.wait_for_function(PLAYED)
        page.locator("[data-part=play]").first.click()
        page.locator("#field-note").fill(NOTE)
        expect(page.locator("[data-saved-for]")).to_have_text("Saved 14:32:07")
        if sight in SIGHTS:
            page.evaluate("() => window.scrollTo(0, 0)")
        picture(page, named("ticket", sight))
        page.locator("#field-note").fill("")
        expect(page.locator("[data-saved-for]")).not_to_have_text("Saved 14:32:07")


def the_house(people, told):
    """Who calls, when we are open, how things stand."""
    customer = told.house.one(
        "select c.id from customer c join ticket k on k.customer_id = c.id join call l on l.customer_id = c.id"
        " where c.name is not null group by c.id order by count(distinct k.id) desc, count(*) desc, c.id limit 1"
    )
    for sight in SIGHTS:
        page = enter(people, sight, "administrator")
        page.goto(f"/customers/{customer}")
        assert page.locator("#tickets li").count() > 0
        picture(page, named("customer", sight))
        page.goto("/departments/billing")
        expect(page.locator(".badge", has_text="Open")).to_be_visible()
        picture(page, named("hours", sight))
        page.goto("/health")
        assert page.locator(".health-line").count() > 5
        picture(page, named("health", sight))


def the_phone(people):
    """In the middle of a call, its ticket beside it."""
    for sight in SIGHTS + NARROW:
        page = enter(people, sight, height=1000)
        page.goto("/phone")
        page.locator("#phone[data-ready]").wait_for()
        page.locator("#phone-go").click()
        page.locator("[data-said]", has_text="For billing, press 2.").wait_for()
        page.locator("[data-press='2']").click()
        page.locator("[data-said]", has_text="nobody is free").wait_for()
        page.locator("#panel-ticket .badge-live", has_text="On a call").wait_for()
        page.locator("#phone[data-state=listening]").wait_for()
        expect(page.locator("[data-caption]")).to_contain_text(re.compile("press 2|callback"))
        expect(page.locator("#panel-ticket")).to_contain_text("Billing")
        picture(page, named("phone", sight))
        page.locator("#phone-go").click()
        page.locator("#phone[data-state=ended]").wait_for()
