"""A newcomer tries it: from the phone to a solved ticket, with nothing but a keyboard; and what is left of that without
a microphone, and without scripts."""

import re

from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.pictures import picture
from tests.browser.served import EMAILS, PASSWORD
from tests.browser.visitors import PATIENCE

MOST_TABS = 60


def tab_to(page, selector):
    """Press Tab until the element has the focus."""
    for _ in range(MOST_TABS):
        if page.locator(selector).first.evaluate("(el) => el === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")


def call(page):
    """Open the phone and dial, by keyboard."""
    page.goto("/phone")
    expect(page.locator("#phone-go")).to_be_enabled()
    tab_to(page, "#phone-go")
    page.keyboard.press("Enter")


def press_when_asked(page, key, question):
    """Press a key once the line has said this."""
    expect(page.locator("[data-said]")).to_contain_text(question)
    page.keyboard.press(key)


def ask_for_a_message(page):
    press_when_asked(page, "2", "For billing")
    press_when_asked(page, "1", re.compile("leave a message|message", re.IGNORECASE))
    expect(page.locator("#phone")).to_have_attribute("data-state", "recording")


def ticket_beside(page):
    """The ticket as it appears by itself, its message stored."""
    ticket = page.locator("#panel-ticket .phone-ticket")
    expect(ticket).to_be_visible()
    expect(ticket).to_contain_text("Message stored")
    return ticket


def test_from_the_phone_to_a_solved_ticket_by_keyboard_alone(visitors):
    page = visitors.enter()
    call(page)
    ask_for_a_message(page)
    expect(page.locator("[data-message-time]")).to_have_text(re.compile("0:0[2-9]"))
    assert axe(page) == []
    page.keyboard.press("#")
    ticket_beside(page)
    picture(page, "phone-with-ticket")

    tab_to(page, "#panel-ticket .button-primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.keyboard.type(EMAILS["agent"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tickets/\d+"))

    audio = page.locator(".player-audio")
    tab_to(page, "[data-part=play]")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.player-audio').currentTime > 0.2", timeout=PATIENCE)
    tab_to(page, "[data-part=slider]")
    page.keyboard.press("End")
    page.wait_for_function(
        "() => { const one = document.querySelector('.player-audio'); return one.currentTime > one.duration - 1; }"
    )
    assert audio.evaluate("(one) => one.duration") > 1.5

    tab_to(page, "#field-note")
    page.keyboard.type("Called back, all is well.")
    tab_to(page, "#field-status")
    page.keyboard.press("S")
    expect(page.locator("#field-status")).to_have_value("solved")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ticket-head")).to_contain_text("Solved")
    expect(page.locator(".ticket-note")).to_contain_text("Called back, all is well.")


def test_without_a_microphone_a_typed_message_becomes_a_ticket(visitors):
    page = visitors.enter(microphone=False)
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    call(page)
    ask_for_a_message(page)
    page.get_by_label("Or type it").fill("I have no microphone")
    page.get_by_role("button", name="Leave what I typed").click()
    ticket_beside(page)


def test_without_scripts_the_phone_page_reads_and_says_how_to_call(visitors):
    page = visitors.enter(scripts=False)
    answer = page.goto("/phone")
    expect(page.locator("main")).to_contain_text("2, then 1: leave a message for billing")
    expect(page.locator("#phone-go")).to_be_disabled()
    assert re.search("<noscript>.*bin/ringback call.*</noscript>", answer.text(), re.DOTALL)
