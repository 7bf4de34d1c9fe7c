"""A newcomer tries it: from the address to a solved ticket in two minutes, with nothing but a keyboard; and with a
browser that has no voice, one that has, and one without a microphone."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.keyboard import pointers_of, tab_to
from tests.browser.served import EMAILS, PASSWORD
from tests.browser.visitors import PATIENCE

SECONDS = 120
"""From the first page to the solved ticket; a promise to people, held here on a machine that does much else."""

NO_SPEECH = """
delete window.SpeechSynthesisUtterance;
Object.defineProperty(window, "speechSynthesis", { value: undefined });
"""
A_VOICE = """
class Utterance { constructor(text) { this.text = text; } }
const synthesis = {
  getVoices: () => [{ name: "Own", lang: "en-GB", localService: true, default: true }],
  speak: (speech) => { setTimeout(() => speech.onstart(), 1); setTimeout(() => speech.onend(), 5); },
  cancel: () => {},
  addEventListener: () => {},
};
Object.defineProperty(window, "speechSynthesis", { value: synthesis });
window.SpeechSynthesisUtterance = Utterance;
"""
NO_MICROPHONE = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"
TYPED = "I have no microphone, please call me back"


def dial(page):
    """From the address that is printed to the phone, and call."""
    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in"))
    tab_to(page, "#to-the-phone")
    page.keyboard.press("Enter")
    expect(page.locator("#phone-go")).to_be_enabled()
    tab_to(page, "#phone-go")
    page.keyboard.press("Enter")


def ask_for_a_message(page):
    """2 for billing, then 1 for a message, each once the line has asked."""
    said, phone = page.locator("[data-said]"), page.locator("#phone")
    expect(said).to_contain_text("For billing")
    page.keyboard.press("2")
    expect(said).to_contain_text(re.compile("message", re.IGNORECASE))
    page.keyboard.press("1")
    expect(phone).to_have_attribute("data-state", "recording")


def speak(page):
    expect(page.locator("[data-message-time]")).to_have_text(re.compile("0:0[2-9]"))
    page.keyboard.press("#")


def type_a_message(page):
    tab_to(page, "#phone-typed")
    page.keyboard.type(TYPED)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def sign_in_to_the_ticket(page):
    """The ticket came by itself, its message stored; open it, and say who one is."""
    ticket = page.locator("#panel-ticket .phone-ticket")
    expect(ticket).to_be_visible()
    expect(ticket).to_contain_text("Message stored")
    tab_to(page, "#panel-ticket .button-primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(EMAILS["agent"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tickets/\d+"))


def play_and_seek(page):
    """The message is heard, and the player goes where one sends it."""
    tab_to(page, "[data-part=play]")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.player-audio').currentTime > 0.2", timeout=PATIENCE)
    tab_to(page, "[data-part=slider]")
    page.keyboard.press("End")
    page.wait_for_function(
        "() => { const one = document.querySelector('.player-audio'); return one.currentTime > one.duration - 1; }",
        timeout=PATIENCE,
    )
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('.player-audio').currentTime < 1.5", timeout=PATIENCE)


def note_and_solve(page):
    tab_to(page, "#field-note")
    page.keyboard.type("Called back, all is well.")
    tab_to(page, "#field-status")
    page.keyboard.press("S")
    expect(page.locator("#field-status")).to_have_value("solved")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ticket-head")).to_contain_text("Solved")
    expect(page.locator(".ticket-note")).to_contain_text("Called back, all is well.")


@pytest.mark.parametrize(
    ("browser_has", "leave_a_message"),
    [("", speak), (NO_SPEECH, speak), (A_VOICE, speak), (NO_MICROPHONE, type_a_message)],
    ids=["no voices", "no speech at all", "a voice", "no microphone"],
)
def test_from_the_address_to_a_solved_ticket_by_keyboard_alone(visitors, browser_has, leave_a_message):
    context = visitors.context(microphone=browser_has != NO_MICROPHONE)
    pointers = pointers_of(context)
    context.add_init_script(browser_has)
    page = context.new_page()
    began = time.monotonic()
    dial(page)
    ask_for_a_message(page)
    leave_a_message(page)
    sign_in_to_the_ticket(page)
    play_and_seek(page)
    note_and_solve(page)
    took = time.monotonic() - began
    assert took < SECONDS, f"{took:.0f} s"
    assert pointers == []


def test_what_was_heard_of_the_call_is_shown_whether_or_not_there_is_a_voice(visitors):
    page = visitors.enter()
    dial(page)
    ask_for_a_message(page)
    assert axe(page) == []
    speak(page)
    expect(page.locator("[data-notice-text]")).to_contain_text("no voice")
    expect(page.locator("[data-said]")).to_contain_text("For billing")


def test_the_keyboards_watch_would_notice_a_pointer(visitors):
    context = visitors.context()
    pointers = pointers_of(context)
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("h1").click()
    assert pointers == ["pointerdown", "mousedown"]
