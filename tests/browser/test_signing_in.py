"""Getting in and out: by keyboard, with a slip, without scripts, and in two places at once."""

import re

from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.served import EMAILS, PASSWORD


def sign_in(page, *, role="agent", password=PASSWORD):
    """Fill the form by keyboard alone: the first field has the focus already."""
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(EMAILS[role])
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_by_keyboard_one_gets_in_and_to_the_page_asked_for(page):
    page.goto("/profile")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    sign_in(page)
    expect(page).to_have_url(re.compile("/profile$"))
    expect(page.get_by_role("banner")).to_contain_text("Bruno Keller")


def test_a_wrong_password_is_said_and_what_was_typed_stays(page):
    page.goto("/sign-in")
    sign_in(page, password="not the right one")
    expect(page.get_by_role("alert")).to_contain_text("password is wrong")
    expect(page.get_by_label("E-mail address")).to_have_value(EMAILS["agent"])
    expect(page.get_by_label("Password")).to_have_value("")
    assert axe(page) == []


def test_without_scripts_one_gets_in_and_out(visitors):
    page = visitors.enter(scripts=False)
    page.goto("/profile")
    page.get_by_label("E-mail address").fill(EMAILS["supervisor"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/profile$"))
    page.get_by_text("Sam Whitfield").first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto("/profile")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_no_script_reads_the_session(page):
    page.goto("/sign-in?next=/profile")
    sign_in(page)
    expect(page).to_have_url(re.compile("/profile$"))
    assert "session" in {cookie["name"].removeprefix("rb_") for cookie in page.context.cookies()}
    assert "session" not in page.evaluate("() => document.cookie")
