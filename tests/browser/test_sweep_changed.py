"""Pages after something changed on them: rows swapped, values saved, clashes, news, lost connections. The focus is
never on nothing, it is seen and not covered, and nobody is shut out by what came."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.catalogue import NAMED
from tests.browser.forced import forced_faults
from tests.browser.looking import lost_focus
from tests.browser.swept import both_themes

HINT = "detail => document.body.dispatchEvent(new CustomEvent('ringback:hint', { bubbles: true, detail }))"
LATER = 10**9


def right(page, *, focus=True):
    """Nobody is shut out, in either theme or with forced colours, and the focus is where it can be seen."""
    found = lost_focus(page) if focus else []
    found += both_themes(page)
    page.emulate_media(forced_colors="active")
    found += forced_faults(page)
    page.emulate_media(forced_colors="none")
    assert not found, "\n".join(found)


@pytest.fixture
def tickets(sweep):
    """The list of tickets of a supervisor, at its second row, which is shown beside it."""
    page, _ = sweep.open("supervisor", "/tickets?status=any&order=newest")
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.locator("tr[data-ticket]").nth(1)
    expect(page.locator(f"[data-previewed='{row.get_attribute('data-ticket')}']")).to_be_visible()
    return page


def test_the_next_ticket_is_shown_beside_the_list(tickets):
    expect(tickets.locator("tr[aria-selected=true] .tickets-subject")).to_be_focused()
    right(tickets)


def test_a_field_is_saved_beside_the_list(tickets):
    number = tickets.locator("[data-previewed]").get_attribute("data-previewed")
    was = tickets.locator("[data-previewed]").get_attribute("data-version")
    tickets.keyboard.press("d")
    expect(tickets.locator("#quick-department")).to_be_focused()
    other = tickets.locator("#quick-department option:not(:checked)").last.get_attribute("value")
    tickets.locator("#quick-department").select_option(other)
    expect(tickets.locator(f"[data-previewed='{number}']:not([data-version='{was}'])")).to_be_visible()
    expect(tickets.locator("#quick-department")).to_be_focused()
    right(tickets)


def test_a_field_is_refused_beside_the_list(tickets):
    tickets.keyboard.press("d")
    choice = tickets.locator("#quick-department")
    choice.evaluate("(el) => { el.options[1].value = 'no-such'; el.selectedIndex = el.selectedIndex === 1 ? 0 : 1; }")
    choice.evaluate("(el) => { el.options[1].selected = true; }")
    choice.dispatch_event("change")
    expect(tickets.locator("#preview").get_by_role("alert")).to_be_visible()
    right(tickets)


def test_tickets_are_ticked(tickets):
    tickets.keyboard.press("x")
    expect(tickets.locator("#bulk")).to_be_visible()
    right(tickets)


def test_news_of_a_list_waits_to_be_asked_for(tickets):
    number = int(tickets.locator("tr[data-ticket]").first.get_attribute("data-ticket"))
    tickets.evaluate(HINT, {"kind": "ticket", "id": number, "version": LATER, "event": LATER})
    expect(tickets.locator("[data-news]")).to_be_visible()
    right(tickets)


def test_a_part_that_was_not_refreshed_says_since_when(tickets, sweep):
    sweep.watch.expect("net::ERR_FAILED|Failed to fetch")
    tickets.route("**/preview*", lambda route: route.abort())
    tickets.keyboard.press("j")
    try:
        expect(tickets.locator("[data-stale]").first).to_be_visible()
        right(tickets)
    finally:
        tickets.unroute("**/preview*")


@pytest.mark.parametrize("state", ["poll", "away", "out"])
def test_how_live_a_page_is(state, sweep):
    sweep.watch.expect("net::ERR_FAILED")
    page = sweep.page("agent")
    answers = {"poll": None, "away": lambda route: route.abort(), "out": lambda route: route.fulfill(status=401)}
    if answers[state]:
        page.route("**/live/*", answers[state])
    try:
        page.goto("/desk")
        expect(page.locator("#live-mark")).to_have_attribute("data-state", state)
        right(page, focus=False)
    finally:
        page.unroute_all()


def test_a_message_is_taken(sweep):
    page, _ = sweep.open("agent", "/voicemail")
    page.keyboard.press("j")
    message = page.locator("[data-message][data-here]")
    expect(message).to_be_focused()
    right(page)
    page.keyboard.press("a")
    expect(page.locator(".message-foot", has_text="You have it").first).to_be_visible()
    right(page)


def test_a_message_is_dealt_with(sweep):
    page, _ = sweep.open("supervisor", "/voicemail")
    before = page.locator("[data-message]").count()
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("[data-message]")).to_have_count(before - 1)
    expect(page.locator("#toasts")).not_to_be_empty()
    right(page)


def test_who_calls_is_looked_up_by_itself(sweep):
    page, _ = sweep.open("agent", "/calls/new")
    page.locator("#field-number").fill("+1 202 555 0170")
    page.keyboard.press("Tab")
    expect(page.locator("#known")).to_contain_text("Several share this number")
    right(page)


def test_a_note_is_saved_as_it_is_typed(sweep):
    number = sweep.served.house.one(NAMED["of a customer"])
    page, _ = sweep.open("supervisor", f"/tickets/{number}")
    page.locator("#field-note").press_sequentially("Begun")
    expect(page.locator("[data-saved-for]").first).to_contain_text("Saved")
    right(page)


def test_a_note_that_could_not_be_saved_says_so(sweep):
    sweep.watch.expect("net::ERR_FAILED")
    number = sweep.served.house.one(NAMED["of a customer"])
    page, _ = sweep.open("administrator", f"/tickets/{number}")
    page.route("**/drafts", lambda route: route.abort())
    try:
        page.locator("#field-note").press_sequentially("Lost?")
        expect(page.locator("[data-saved-for][data-bad]").first).to_be_visible()
        right(page)
    finally:
        page.unroute_all()
        page.evaluate("localStorage.clear()")


def test_news_of_a_ticket_waits_to_be_asked_for(sweep):
    number = sweep.served.house.one(NAMED["on the line"])
    page, _ = sweep.open("agent", f"/tickets/{number}")
    page.evaluate(HINT, {"kind": "ticket", "id": number, "version": LATER, "event": LATER})
    expect(page.locator("[data-ticket-news]")).to_be_visible()
    right(page, focus=False)


def test_a_clash_shows_both_values(sweep):
    number = sweep.served.house.one(NAMED["on the line"])
    page, _ = sweep.open("supervisor", f"/tickets/{number}")
    page.locator("input[name=was_subject]").evaluate("(el) => { el.value = 'What it never was'; }")
    page.locator("#field-subject").fill("Mine")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#conflict")).to_be_focused()
    expect(page.locator(".ticket-conflict")).to_contain_text("Is on the line")
    right(page)


def test_what_was_saved_is_told(sweep):
    page, _ = sweep.open("reviewer", "/profile")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    right(page, focus=False)


def test_another_theme_is_chosen(sweep):
    page, _ = sweep.open("administrator", "/desk")
    switch = page.locator("[data-theme-switch] button")
    for theme in ("light", "dark", "system"):
        switch.focus()
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        expect(switch).to_have_attribute("aria-label", re.compile("Theme"))
        right(page)
