"""Tickets in a browser: worked through by keys, nothing typed is lost, nothing moves under the pointer."""

import pytest
from playwright.sync_api import expect

from core.clock import utc_now
from people.models import Brand
from tests.browser.axe import axe
from tests.factories.tickets import make_ticket
from tickets.changes import change
from tickets.models import Ticket


@pytest.fixture
def three(served):
    """Three tickets, the newest first, as the list shows them."""
    with served.house.session() as session, session.begin():
        brand = session.query(Brand).one()
        now = utc_now()
        made = [make_ticket(session, brand, subject=f"Matter {n}", created_at=now, updated_at=now) for n in range(3)]
        return [ticket.number for ticket in reversed(made)]


def test_a_list_is_worked_through_by_keys_alone(signed_in_page, served, three):
    page = signed_in_page("agent")
    page.goto("/tickets")
    expect(page.locator("#preview")).to_contain_text("Choose a ticket")
    page.keyboard.press("j")
    expect(page.locator("#preview")).to_contain_text(f"#{three[0]}")
    page.keyboard.press("j")
    expect(page.locator("#preview")).to_contain_text(f"#{three[1]}")
    page.keyboard.press("x")
    expect(page.locator(f"#tick-{three[1]}")).to_be_checked()
    expect(page.locator("#bulk")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("s")
    expect(page.locator("#quick-status")).to_be_focused()
    page.locator("#quick-status").select_option("pending")
    expect(page.locator(f"#ticket-{three[1]}")).to_contain_text("Waiting")
    order = page.locator("tr[data-ticket]").evaluate_all("rows => rows.map((row) => Number(row.dataset.ticket))")
    assert order == three
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("#filter")).to_have_attribute("open", "")
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{three[0]}")
    page.keyboard.press("]")
    page.wait_for_url(f"**/tickets/{three[1]}")


def test_news_waits_to_be_asked_for(signed_in_page, served, three):
    page = signed_in_page("agent")
    page.goto("/tickets")
    expect(page.locator("tr[data-ticket]")).to_have_count(3)
    with served.house.session() as session, session.begin():
        ticket = session.query(Ticket).filter_by(number=three[2]).one()
        change(session, ticket=ticket, actor="system", now=utc_now(), subject="Changed elsewhere")
        version = ticket.version
    page.evaluate(
        "detail => document.body.dispatchEvent(new CustomEvent('ringback:hint', { bubbles: true, detail }))",
        {"kind": "ticket", "id": three[2], "version": version, "event": 99},
    )
    expect(page.locator("[data-news]")).to_have_text("1 updated · show")
    expect(page.locator(f"#ticket-{three[2]}")).not_to_contain_text("Changed elsewhere")
    page.locator("[data-news]").click()
    expect(page.locator(f"#ticket-{three[2]}")).to_contain_text("Changed elsewhere")


def test_without_scripts_filters_and_the_form_work(signed_in_page, served, three):
    page = signed_in_page("agent", scripts=False)
    page.goto("/tickets")
    page.locator("#filter summary").click()
    page.locator("#filter-assignee").select_option("nobody")
    page.locator("#filter button").click()
    expect(page.locator("tr[data-ticket]")).to_have_count(3)
    page.locator(f"#open-{three[0]}").click()
    page.locator("#field-note").fill("Written without scripts.")
    page.locator("#save").click()
    expect(page.locator(".ticket-note")).to_contain_text("Written without scripts.")
