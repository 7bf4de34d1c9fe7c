"""Without scripts every page reads and every form works: a call told from the terminal becomes a ticket, is heard,
answered and solved, and a call is logged by hand."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.served import EMAILS, PASSWORD
from tests.browser.told import ticket_with_a_message

PAGES = {
    "agent": ("/desk", "/tickets", "/calls", "/calls/new", "/voicemail", "/customers", "/profile"),
    "administrator": ("/departments", "/people", "/people/new", "/numbers", "/health"),
}


@pytest.fixture
def ticket(served):
    return ticket_with_a_message(served)


@pytest.fixture
def page(visitors):
    return visitors.enter("agent", scripts=False)


@pytest.mark.parametrize(("role", "path"), [(role, path) for role, paths in PAGES.items() for path in paths])
def test_the_page_reads(visitors, ticket, role, path):
    page = visitors.enter(role, scripts=False)
    answer = page.goto(path)
    assert answer.status == 200
    expect(page.locator("h1")).to_be_visible()
    assert len(page.locator("main").inner_text()) > 40
    # What only a script can fill in or take away is not shown.
    expect(
        page.locator("#live-mark, [data-news], [data-stale], [data-presence]").locator("visible=true")
    ).to_have_count(0)


def test_the_demo_ends_in_a_solved_ticket(visitors, served):
    page = visitors.enter(scripts=False)
    answer = page.goto("/phone")
    expect(page.locator("main")).to_contain_text("2, then 1: leave a message for billing")
    expect(page.locator("#phone-go")).to_be_disabled()
    assert re.search("<noscript>.*bin/ringback call.*</noscript>", answer.text(), re.DOTALL)
    path = ticket_with_a_message(served)  # as that command would

    page.goto("/tickets")
    page.get_by_label("E-mail address").fill(EMAILS["agent"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("tr[data-ticket] a").first.click()
    expect(page).to_have_url(re.compile(path))
    expect(page.locator("audio[controls]")).to_be_visible()
    page.locator("#field-note").fill("Called back, all is well.")
    page.locator("#field-status").select_option("solved")
    page.locator("#save").click()
    expect(page.locator(".ticket-note")).to_contain_text("Called back, all is well.")
    expect(page.locator(".ticket-head")).to_contain_text("Solved")


def test_a_call_is_logged_by_hand_after_its_number_was_looked_up(page, served, ticket):
    page.goto("/calls/new")
    page.locator("#field-number").fill(served.house.one("select from_number from call"))
    page.locator("#look-up").click()
    page.locator(f"#field-ticket-{served.house.one('select number from ticket')}").check()
    page.locator("#field-duration").fill("4:30")
    page.locator("#field-note").fill("She called my desk.")
    page.get_by_role("button", name="Log the call").click()
    expect(page).to_have_url(re.compile("/calls/(?!new)"))
    page.goto(ticket)
    expect(page.locator(".ticket-story")).to_contain_text("She called my desk.")


def test_a_form_that_is_refused_says_so_and_keeps_what_was_typed(page):
    page.goto("/calls/new")
    page.locator("#field-subject").fill("Asked for the contract")
    page.locator("#field-duration").fill("a while")
    page.get_by_role("button", name="Log the call").click()
    expect(page.get_by_role("alert")).to_contain_text("Give minutes")
    expect(page.locator("#field-subject")).to_have_value("Asked for the contract")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("#field-duration")).to_be_focused()


def test_a_list_is_filtered_and_what_is_ticked_is_changed(page, served, ticket):
    number = served.house.one("select number from ticket")
    page.goto("/tickets")
    page.locator("#filter summary").click()
    page.locator("#filter-department").select_option("billing")
    page.locator("#filter").get_by_role("button").click()
    expect(page).to_have_url(re.compile("department=billing"))
    page.locator(f"#tick-{number}").check()
    page.locator("#bulk-status").select_option("pending")
    page.locator("#bulk-change").click()
    expect(page.locator(f"#ticket-{number}")).to_contain_text("Waiting")
