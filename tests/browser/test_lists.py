"""The list of tickets in a browser: all that match are chosen, changes are taken back, Back finds one's place."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core.clock import utc_now
from people.models import Brand
from tests.browser.axe import axe
from tests.factories.tickets import make_ticket


@pytest.fixture
def many(served):
    """Sixty tickets: more than a page; the numbers as the list shows them."""
    with served.house.session() as session, session.begin():
        brand, now = session.query(Brand).one(), utc_now()
        made = [
            make_ticket(session, brand, subject=f"Matter {n}", created_at=now - timedelta(minutes=n), updated_at=now)
            for n in range(60)
        ]
        return [ticket.number for ticket in made]


def test_all_that_match_are_changed_followed_and_taken_back(signed_in_page, served, many):
    page = signed_in_page("supervisor")
    page.goto("/tickets")
    page.locator("#tick-all").check()
    expect(page.locator("[data-ticked]")).to_have_text("50 ticked")
    expect(page.locator("#select-all")).to_have_text("Select all 60 that match")
    page.locator("#select-all").click()
    expect(page.locator("#everything")).to_contain_text("All 60 tickets that match are selected")
    assert axe(page) == []
    page.locator("#bulk-status").select_option("pending")
    page.locator("#bulk-change").click()
    expect(page.locator("#deed-progress")).to_contain_text("60 tickets changed", timeout=60_000)
    assert axe(page) == []
    page.keyboard.press("z")
    expect(page.locator("#deed-progress")).to_contain_text("Taken back for 60 tickets", timeout=60_000)
    assert served.house.one("select count(*) from ticket where status = 'new'") == 60


def test_a_change_from_the_pane_is_taken_back_by_key_and_the_place_is_kept(signed_in_page, served, many):
    page = signed_in_page("agent")
    page.goto("/tickets")
    for _ in range(30):
        page.keyboard.press("j")
    row = page.locator("tr[data-ticket][aria-selected=true]")
    number = row.get_attribute("data-ticket")
    expect(page.locator("[data-previewed]")).to_have_attribute("data-previewed", number)
    page.locator("#quick-status").select_option("pending")
    expect(page.locator("form.toast")).to_contain_text("Status: Waiting")
    page.locator("body").focus()
    page.keyboard.press("Escape")
    before = page.evaluate("scrollY")
    assert before > 0
    page.keyboard.press("z")
    expect(page.locator("[data-toast]")).to_contain_text("Taken back")
    expect(page.locator(f"#ticket-{number}")).to_contain_text("New")
    expect(page.locator(f"#ticket-{number}")).to_have_attribute("aria-selected", "true")
    page.wait_for_function(f"Math.abs(scrollY - {before}) < 3")


def test_back_from_a_ticket_finds_the_page_the_height_the_row_and_the_ticks(signed_in_page, served, many):
    page = signed_in_page("agent")
    page.goto("/tickets")
    for _ in range(25):
        page.keyboard.press("j")
    page.keyboard.press("x")
    number = page.locator("tr[data-ticket][aria-selected=true]").get_attribute("data-ticket")
    before = page.evaluate("scrollY")
    assert before > 0
    for way in (lambda: page.go_back(), lambda: page.keyboard.press("u")):
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/tickets/{number}")
        way()
        page.wait_for_url("**/tickets")
        expect(page.locator("nav.rail")).to_be_visible()  # a whole page, not the part of one
        expect(page.locator("tr[data-ticket]")).to_have_count(50)
        expect(page.locator(f"#ticket-{number}")).to_have_attribute("aria-selected", "true")
        expect(page.locator(f"#tick-{number}")).to_be_checked()
        page.wait_for_function(f"Math.abs(scrollY - {before}) < 3")


def test_a_view_is_kept_opened_first_and_deleted(signed_in_page, served, many):
    page = signed_in_page("supervisor")
    page.goto("/tickets?assignee=nobody&order=waiting")
    page.locator("#save-view summary").click()
    page.locator("#view-name").fill("Nobody's, oldest first")
    page.locator("#view-shared").check()
    page.locator("#view-first").check()
    assert axe(page) == []
    page.locator("#save-view button").click()
    expect(page.locator(".tickets-saved[aria-current]")).to_contain_text("Nobody's, oldest first")
    agent = signed_in_page("agent")
    agent.goto("/tickets")
    agent.locator(".tickets-saved").click()
    expect(agent.locator("tr[data-ticket]").first).to_have_attribute("data-ticket", str(many[-1]))
    page.goto("/desk")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/tickets?assignee=nobody&order=waiting**")
    page.locator("#view-all-saved").click()
    assert axe(page) == []
    page.locator("[id^=delete-view]").click()
    expect(page.locator(".views-one")).to_have_count(0)


def test_without_scripts_all_that_match_are_changed_and_taken_back(signed_in_page, served, many):
    page = signed_in_page("supervisor", scripts=False)
    page.goto("/tickets")
    page.locator(f"#tick-{many[0]}").check()
    page.locator("#bulk-status").select_option("pending")
    page.locator("#bulk-change").click()
    expect(page.locator("form.toast")).to_contain_text("1 ticket changed")
    page.locator("#undo").click()
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    page.locator(f"#tick-{many[0]}").check()
    page.locator("#select-all").click()
    page.locator("#bulk-assignee").select_option("me")
    page.locator("#bulk-change").click()
    page.wait_for_url("**/tickets/changes/*")
    for _ in range(60):
        if page.locator("#deed-again").count() == 0:
            break
        page.locator("#deed-again").click()
    expect(page.locator("#deed-progress")).to_contain_text("60 tickets changed")
