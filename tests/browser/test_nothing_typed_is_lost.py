"""What is typed is there again: after a reload, a lost sign-in, a crash of the tab, without the server, in another
tab; a note on a ticket, and every field of a call logged by hand."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from tests.browser.served import EMAILS, PASSWORD
from tests.browser.told import ticket_with_a_message

FIRST, MORE = "She wants the old tariff back", ", from May on"
CALL = {
    "#field-number": "+1 415 555 0123",
    "#field-when": "2026-11-20T09:15",
    "#field-duration": "4:30",
    "#field-subject": "Asked for a copy of the contract",
    "#field-note": "Sent it by post.",
}


@pytest.fixture
def ticket(served):
    return ticket_with_a_message(served)


def saved(page):
    return page.locator("[data-saved-for]").first


def write_a_note(page, ticket, text=FIRST):
    page.goto(ticket)
    page.keyboard.press("n")
    expect(page.locator("#field-note")).to_be_focused()
    page.keyboard.type(text)


def note_of(page):
    return page.locator("#field-note")


def draft_on_the_server(served):
    return served.house.rows("select text from draft")


def cut_off(context):
    """Drafts reach the server no more: what is kept from here on, this browser keeps."""
    context.route("**/drafts", lambda route: route.abort())


def crash(page):
    """The renderer dies in the middle of whatever it does, and takes its tab with it."""
    with page.expect_event("crash"), suppress(Error):  # nobody is left to answer
        page.goto("chrome://crash", wait_until="commit")
    page.close()


def test_a_reload_brings_the_note_back_and_saving_it_ends_the_draft(signed_in_page, served, ticket):
    page = signed_in_page("agent")
    write_a_note(page, ticket)
    expect(saved(page)).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    page.reload()
    expect(note_of(page)).to_have_value(FIRST)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ticket-note")).to_contain_text(FIRST)
    expect(note_of(page)).to_have_value("")
    page.reload()
    expect(note_of(page)).to_have_value("")
    assert draft_on_the_server(served) == []


def test_after_a_lost_sign_in_one_signs_in_again_and_goes_on_writing(signed_in_page, served, ticket, watch):
    watch.expect("net::ERR_FAILED")  # what is sent without a sign-in is turned away
    page = signed_in_page("agent")
    write_a_note(page, ticket)
    expect(saved(page)).to_contain_text("Saved")
    page.context.clear_cookies()
    page.keyboard.type(MORE)
    expect(saved(page)).to_contain_text("signed out")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("You were signed out")
    expect(page.get_by_label("note", exact=True)).to_have_value(FIRST + MORE)
    page.locator("main").get_by_role("link", name="Sign in").press("Enter")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(EMAILS["agent"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(ticket))
    expect(note_of(page)).to_have_value(FIRST + MORE)
    page.locator("#save").press("Enter")
    expect(page.locator(".ticket-note")).to_contain_text(FIRST + MORE)
    assert served.house.one("select count(*) from event where type = 'note_added'") == 1


def test_a_crash_without_the_server_loses_no_word(visitors, served, ticket, watch):
    watch.expect("net::ERR_FAILED")
    context = visitors.context("agent")
    page = context.new_page()
    cut_off(context)
    write_a_note(page, ticket)
    expect(saved(page)).to_contain_text("Kept in this browser")
    assert draft_on_the_server(served) == []
    crash(page)
    context.unroute("**/drafts")
    again = context.new_page()
    again.goto(ticket)
    expect(note_of(again)).to_have_value(FIRST)
    expect(saved(again)).to_contain_text("Saved")
    assert draft_on_the_server(served) == [(FIRST,)]


def test_another_browser_finds_what_was_saved(signed_in_page, ticket):
    page = signed_in_page("agent")
    write_a_note(page, ticket)
    expect(saved(page)).to_contain_text("Saved")
    elsewhere = signed_in_page("agent")
    elsewhere.goto(ticket)
    expect(note_of(elsewhere)).to_have_value(FIRST)
    colleague = signed_in_page("colleague")
    colleague.goto(ticket)
    expect(note_of(colleague)).to_have_value("")


def test_two_tabs_write_one_note_and_neither_writes_over_the_other(visitors, served, ticket):
    context = visitors.context("agent")
    one, other = context.new_page(), context.new_page()
    write_a_note(one, ticket, "One")
    other.goto(ticket)
    expect(note_of(other)).to_have_value("One")
    note_of(other).press("End")
    other.keyboard.type(" two")
    expect(note_of(one)).to_have_value("One two")
    note_of(one).press("End")
    one.keyboard.type(" three")
    expect(note_of(other)).to_have_value("One two three")
    expect(saved(one)).to_contain_text("Saved")
    one.keyboard.press("Control+Enter")
    expect(one.locator(".ticket-note")).to_contain_text("One two three")
    expect(note_of(other)).to_have_value("")
    assert served.house.one("select count(*) from event where type = 'note_added'") == 1


def test_what_is_written_while_the_form_is_on_its_way_stays(visitors, served, ticket):
    context = visitors.context("agent")
    one, other = context.new_page(), context.new_page()
    write_a_note(one, ticket, "Sent")
    other.goto(ticket)
    expect(note_of(other)).to_have_value("Sent")
    held = []
    one.route("**" + ticket, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    with one.expect_request(lambda request: request.method == "POST" and request.url.endswith(ticket)):
        one.keyboard.press("Control+Enter")
    note_of(other).press("End")
    other.keyboard.type(", and more")
    expect(saved(other)).to_contain_text("Saved")
    held[0].continue_()
    expect(one.locator(".ticket-note")).to_have_text("Sent")
    expect(note_of(other)).to_have_value("Sent, and more")
    other.reload()
    expect(note_of(other)).to_have_value("Sent, and more")


@pytest.mark.parametrize("befalls", ["a reload", "a crash without the server"])
def test_every_field_of_a_call_logged_by_hand_comes_back(visitors, served, watch, befalls):
    watch.expect("net::ERR_FAILED")
    context = visitors.context("agent")
    page = context.new_page()
    if befalls != "a reload":
        cut_off(context)
    page.goto("/calls/new")
    page.locator("#field-direction-out").check()
    for field, text in CALL.items():
        page.locator(field).fill(text)
    page.locator("#field-department").select_option("billing")
    if befalls == "a reload":
        page.locator("h1").click()
        expect(saved(page)).to_contain_text("Saved")
        page.reload()
    else:
        expect(saved(page)).to_contain_text("Kept in this browser")
        crash(page)
        context.unroute("**/drafts")
        page = context.new_page()
        page.goto("/calls/new")
    for field, text in CALL.items():
        expect(page.locator(field)).to_have_value(text)
    expect(page.locator("#field-direction-out")).to_be_checked()
    expect(page.locator("#field-department")).to_have_value("billing")

    page.locator("#field-note").press("Control+Enter")
    expect(page).to_have_url(re.compile("/calls/(?!new)"))
    assert served.house.one("select direction from call") == "outbound"
    page.goto("/calls/new")
    for field in ("#field-number", "#field-subject", "#field-note"):
        expect(page.locator(field)).to_have_value("")
    expect(page.locator("#field-direction")).to_be_checked()


def test_one_may_start_the_call_afresh(signed_in_page, served):
    page = signed_in_page("agent")
    page.goto("/calls/new")
    afresh = page.get_by_role("button", name="Start afresh")
    expect(afresh).to_be_hidden()
    page.locator("#field-subject").fill("Not this one")
    page.locator("#field-note").focus()
    expect(saved(page)).to_contain_text("Saved")
    afresh.click()
    expect(page.locator("#field-subject")).to_have_value("")
    expect(afresh).to_be_hidden()
    assert draft_on_the_server(served) == []
