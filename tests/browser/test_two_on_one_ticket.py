"""Two agents on one ticket: they see each other, a clash is shown with both values, and nothing is overwritten."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.told import ticket_with_a_message


@pytest.fixture
def ticket(served):
    return ticket_with_a_message(served)


@pytest.fixture
def both(signed_in_page, redis_url, ticket):
    """Bruno's and Fatima's pages, both on the ticket."""
    bruno, fatima = signed_in_page("agent"), signed_in_page("colleague")
    bruno.goto(ticket)
    fatima.goto(ticket)
    return bruno, fatima


def present(page):
    return page.locator("[data-presence]")


def test_each_sees_that_the_other_is_there_writes_and_leaves(both):
    bruno, fatima = both
    expect(present(fatima)).to_contain_text("Bruno Keller has this ticket open")
    expect(present(bruno)).to_contain_text("has this ticket open")
    expect(present(bruno)).not_to_contain_text("Bruno")
    assert axe(bruno) == []
    bruno.locator("#field-note").fill("I am on it")
    expect(present(fatima)).to_contain_text("Bruno Keller is writing here")
    bruno.locator("#field-note").fill("")
    expect(present(fatima)).to_contain_text("Bruno Keller has this ticket open")
    bruno.goto("/tickets")
    expect(present(fatima)).to_be_hidden()


def test_a_clash_is_shown_with_both_values_and_nothing_is_overwritten(both, served):
    bruno, fatima = both
    fatima.locator("#field-subject").fill("Her words")
    fatima.locator("#field-priority").select_option("1")
    fatima.locator("#save").click()
    expect(fatima.locator("h1")).to_contain_text("Her words")
    bruno.locator("#field-subject").fill("His words")
    bruno.locator("#field-note").fill("Mine stays.")
    bruno.locator("#save").click()
    expect(bruno.locator("#conflict")).to_be_focused()
    clash = bruno.locator(".ticket-conflict")
    expect(clash).to_contain_text("His words")
    expect(clash).to_contain_text("Her words")
    expect(bruno.locator("#field-note")).to_have_value("Mine stays.")
    assert axe(bruno) == []
    assert served.house.rows("select subject, priority from ticket") == [("Her words", 1)]
    assert served.house.one("select count(*) from event where type = 'note_added'") == 0

    clash.get_by_label(re.compile("Theirs")).check()
    bruno.locator("#save").click()
    expect(bruno.locator(".ticket-note")).to_contain_text("Mine stays.")
    expect(bruno.locator("h1")).to_contain_text("Her words")
    # What only she had touched was never his to change.
    assert served.house.rows("select subject, priority from ticket") == [("Her words", 1)]


def test_whoever_insists_on_their_own_value_gets_it_knowingly(both, served):
    bruno, fatima = both
    fatima.locator("#field-subject").fill("Her words")
    fatima.locator("#save").click()
    expect(fatima.locator("h1")).to_contain_text("Her words")
    bruno.locator("#field-subject").fill("His words")
    bruno.locator("#save").click()
    expect(bruno.locator(".ticket-conflict").get_by_label(re.compile("Yours"))).to_be_checked()
    bruno.locator("#save").click()
    expect(bruno.locator("h1")).to_contain_text("His words")
    assert served.house.one("select subject from ticket") == "His words"


def test_news_of_the_other_are_offered_and_take_nothing_away(both):
    bruno, fatima = both
    bruno.locator("#field-note").fill("Half a")
    fatima.locator("#field-priority").select_option("1")
    fatima.locator("#save").click()
    expect(bruno.locator("[data-ticket-news]")).to_be_visible()
    expect(bruno.locator("#field-note")).to_have_value("Half a")
    expect(bruno.locator(".ticket-head")).not_to_contain_text("Urgent")
    bruno.locator("[data-ticket-news]").click()
    expect(bruno.locator(".ticket-head")).to_contain_text("Urgent")
    expect(bruno.locator("#field-note")).to_have_value("Half a")
