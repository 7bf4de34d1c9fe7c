"""Staff at work on one ticket: nothing typed is lost, nothing of somebody else's is overwritten, and each hears only
what their role may."""

import re

import pytest
from playwright.sync_api import expect

MESSAGE = """
story: leaves a message
lines:
  - press: "2"
  - press: "1"
  - record: my invoice is wrong
  - press: "#"
"""


@pytest.fixture
def ticket(served):
    """The path of a ticket with a message that is stored."""
    house = served.house
    house.story(MESSAGE)
    house.work()
    return f"/tickets/{house.one('select number from ticket')}"


def saved(page):
    return page.locator("[data-saved-for]").first


def test_a_note_begun_is_there_again_after_a_reload_and_a_lost_sign_in(served, signed_in_page, ticket, watch):
    watch.expect("net::ERR_FAILED")  # what is sent without a sign-in is turned away
    page = signed_in_page("agent")
    page.goto(ticket)
    page.keyboard.press("n")
    expect(page.locator("#field-note")).to_be_focused()
    page.keyboard.type("She wants the old tariff back")
    expect(saved(page)).to_contain_text("Saved")
    page.reload()
    expect(page.locator("#field-note")).to_have_value("She wants the old tariff back")

    page.locator("#field-note").press("End")
    page.context.clear_cookies()
    page.keyboard.type(", from May")
    expect(saved(page)).to_contain_text("signed out")
    page.context.add_cookies([served.cookie("agent")])
    page.reload()
    expect(page.locator("#field-note")).to_have_value("She wants the old tariff back, from May")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ticket-note")).to_contain_text("She wants the old tariff back, from May")
    expect(page.locator("#field-note")).to_have_value("")
    page.reload()
    expect(page.locator("#field-note")).to_have_value("")


def test_two_on_one_ticket_see_the_clash_and_choose(served, signed_in_page, ticket):
    mine, hers = signed_in_page("agent"), signed_in_page("colleague")
    mine.goto(ticket)
    hers.goto(ticket)
    hers.locator("#field-subject").fill("Her words")
    hers.locator("#save").click()
    expect(hers.locator("h1")).to_contain_text("Her words")
    mine.locator("#field-subject").fill("My words")
    mine.locator("#save").click()
    expect(mine.locator("#conflict")).to_be_visible()
    clash = mine.locator(".ticket-conflict")
    expect(clash).to_contain_text("My words")
    expect(clash).to_contain_text("Her words")
    assert served.house.one("select subject from ticket") == "Her words"
    clash.get_by_label(re.compile("Theirs")).check()
    mine.locator("#save").click()
    expect(mine.locator("h1")).to_contain_text("Her words")
    assert served.house.one("select subject from ticket") == "Her words"


def test_a_recording_is_for_those_who_may_and_each_listening_is_written_down(served, visitors, ticket):
    path = f"/recordings/{served.house.one('select min(id) from recording')}/audio"
    stranger = visitors.context()
    answer = stranger.request.get(path, max_redirects=0)
    assert answer.status in (303, 401, 403)
    assert "audio" not in answer.headers["content-type"]
    assert served.house.one("select count(*) from recording_play") == 0
    agent = visitors.context("agent")
    assert agent.request.get(path).headers["content-type"].startswith("audio/")
    assert served.house.one("select count(*) from recording_play") == 1
