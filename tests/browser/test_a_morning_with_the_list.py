"""A supervisor's morning with the list, in one go: filter it, keep the view, change all of it across its pages, take
that back, open a ticket far down and come Back to the same place of a whole page."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core.clock import utc_now
from people.models import Brand
from tests.browser.visitors import PATIENCE
from tests.factories.tickets import make_ticket

URGENT, OTHERS = 70, 5


@pytest.fixture
def _many(served):
    """More than a page of urgent tickets, and a few others."""
    with served.house.session() as session, session.begin():
        brand, now = session.query(Brand).one(), utc_now()
        for n in range(URGENT + OTHERS):
            at, priority = now - timedelta(minutes=n), 1 if n < URGENT else 3
            make_ticket(session, brand, subject=f"Matter {n}", priority=priority, created_at=at, updated_at=at)


def states(served):
    return dict(served.house.rows("select status, count(*) from ticket group by status"))


@pytest.mark.usefixtures("_many")
def test_filter_keep_change_undo_and_come_back(signed_in_page, served):
    page = signed_in_page("supervisor")
    page.goto("/tickets")
    page.keyboard.press("f")
    page.locator("#filter-priority").select_option("1")
    page.locator("#filter").get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("priority=1"))
    expect(page.locator("#chips")).to_contain_text("Urgent")

    page.locator("#save-view summary").click()
    page.locator("#view-name").fill("Urgent ones")
    page.locator("#save-view button").click()
    view = page.locator(".tickets-saved[aria-current]")
    expect(view).to_contain_text("Urgent ones")
    expect(view).to_contain_text(str(URGENT))

    page.locator("#tick-all").check()
    page.locator("#select-all").click()
    expect(page.locator("#everything")).to_contain_text(f"All {URGENT} tickets that match")
    page.locator("#bulk-status").select_option("on_hold")
    page.locator("#bulk-change").click()
    progress = page.locator("#deed-progress")
    expect(progress).to_contain_text(f"{URGENT} tickets changed", timeout=3 * PATIENCE)
    assert states(served) == {"on_hold": URGENT, "new": OTHERS}
    page.locator("#deed-undo").click()
    expect(progress).to_contain_text(f"Taken back for {URGENT} tickets", timeout=3 * PATIENCE)
    assert states(served) == {"new": URGENT + OTHERS}

    page.goto("/tickets")
    page.locator(".tickets-saved", has_text="Urgent ones").click()
    expect(page.locator("tr[data-ticket]")).to_have_count(50)
    page.get_by_role("link", name="Next page").click()
    rows = page.locator("tr[data-ticket]")
    expect(rows).to_have_count(URGENT - 50)
    listed, address = rows.evaluate_all("(all) => all.map((one) => one.id)"), page.url
    rows.last.scroll_into_view_if_needed()
    height = page.evaluate("scrollY")
    assert height > 0
    rows.nth(URGENT - 52).locator("a").first.click()
    expect(page.locator(".ticket-head")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(address)
    expect(page.locator("nav.rail")).to_be_visible()
    assert rows.evaluate_all("(all) => all.map((one) => one.id)") == listed
    page.wait_for_function(f"Math.abs(scrollY - {height}) < 3")
