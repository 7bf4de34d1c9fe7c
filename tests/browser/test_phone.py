"""The demo's phone in a browser: by keys alone, with a microphone and without, with a voice and without."""

import math
import re
from array import array

import pytest

from simulator import audio
from tests.browser.axe import axe

LONG = 30_000
SAID = audio.to_wav(array("h", (round(7000 * math.sin(place / 9)) for place in range(16000))))
VOICE = """
window.spoken = [];
class Utterance { constructor(text) { this.text = text; } }
const synthesis = {
  getVoices: () => [{ name: "Own", lang: "en-GB", localService: true, default: true }],
  speak: (speech) => {
    window.spoken.push(speech.text);
    setTimeout(() => speech.onstart(), 1);
    setTimeout(() => speech.onend(), 5);
  },
  cancel: () => {},
  addEventListener: () => {},
};
Object.defineProperty(window, "speechSynthesis", { value: synthesis });
window.SpeechSynthesisUtterance = Utterance;
"""
DUMB = VOICE.replace("setTimeout(() => speech.onstart(), 1);", "").replace("setTimeout(() => speech.onend(), 5);", "")


def opened(page, *, init: str = ""):
    if init:
        page.add_init_script(init)
    page.goto("/phone")
    page.locator("#phone[data-ready]").wait_for()
    return page


def until(page, state: str) -> None:
    page.locator(f"#phone[data-state={state}]").wait_for(timeout=LONG)


def call_and_ask_for_a_message(page) -> None:
    page.locator("#phone-go").focus()
    page.keyboard.press("Enter")
    until(page, "speaking")
    page.keyboard.press("2")
    until(page, "listening")
    page.keyboard.press("1")
    until(page, "recording")


def ticket_of(page) -> int:
    page.locator("#panel-ticket .badge-ok", has_text="Message stored").wait_for(timeout=LONG)
    return int(page.locator("[data-ticket-number]").inner_text().lstrip("#"))


def stored(served) -> bytes:
    from core.storage import from_settings

    key = served.house.one("select storage_key from recording where state = 'stored'")
    with from_settings(served.house.settings).open(key) as kept:
        return b"".join(kept)


def test_a_newcomer_leaves_a_spoken_message_by_keys_alone(page, served):
    call_and_ask_for_a_message(opened(page))
    page.locator("[data-message-live]").wait_for()
    page.locator("[data-message-time]", has_text=re.compile("0:0[2-9]")).wait_for(timeout=LONG)
    page.keyboard.press("#")
    until(page, "ended")
    assert ticket_of(page) == served.house.one("select number from ticket")
    samples = audio.telephone(stored(served))
    assert len(samples) > audio.RATE
    assert math.sqrt(sum(sample * sample for sample in samples) / len(samples)) > 300
    assert "no voice" in page.locator("[data-notice-text]").inner_text()


def test_a_sound_file_is_the_recording_byte_for_byte(visitors, served):
    page = opened(visitors.enter(microphone=False))
    call_and_ask_for_a_message(page)
    page.locator("#phone-file").set_input_files({"name": "said.wav", "mimeType": "audio/wav", "buffer": SAID})
    until(page, "ended")
    ticket_of(page)
    assert stored(served) == SAID


def test_without_a_microphone_a_typed_message_still_ends_in_a_ticket(visitors, served):
    page = opened(visitors.enter(microphone=False), init="delete Navigator.prototype.mediaDevices;")
    call_and_ask_for_a_message(page)
    page.locator("#phone-typed").fill("please call me about my bill")
    page.get_by_role("button", name="Leave what I typed").click()
    until(page, "ended")
    ticket_of(page)
    assert "please call me about my bill" in page.locator("[data-said]").inner_text()


def test_a_voice_of_the_machine_speaks_a_sentence_at_a_time(page):
    opened(page, init=VOICE)
    page.locator("#phone-go").click()
    until(page, "listening")
    spoken = page.evaluate("window.spoken")
    assert spoken[:2] == [
        "Hello, and thank you for calling.",
        "This call may be recorded, so that nothing you tell us is lost.",
    ]
    assert page.locator("[data-notice]").is_hidden()


def test_a_voice_that_never_starts_does_not_hang_the_call(page):
    opened(page, init=DUMB)
    page.locator("#phone-go").click()
    page.locator("[data-notice-text]", has_text="Your browser has no voice; showing captions.").wait_for(timeout=LONG)
    page.locator("[data-press='1']").click()
    page.locator("[data-said]", has_text="OK, technical support.").wait_for(timeout=LONG)


def test_words_typed_on_a_noisy_line_are_asked_back_and_the_call_is_told_again(page):
    opened(page)
    page.locator("#field-line").select_option("noisy")
    page.locator("#phone-go").click()
    until(page, "speaking")
    page.locator("#phone-words").fill("billing")
    page.locator("#phone-words").press("Enter")
    page.locator("[data-said]", has_text="billing").wait_for()
    until(page, "listening")
    page.locator("#tab-seen").click()
    page.locator("#panel-seen", has_text="Confidence=0.55").wait_for(timeout=LONG)
    page.locator("#phone-go").click()
    until(page, "ended")
    with page.expect_download() as got:
        page.get_by_role("link", name="Save as story").click()
    assert got.value.suggested_filename == "billing-hung-up.yaml"
    page.get_by_role("button", name="Call again the same way").click()
    until(page, "ringing")
    until(page, "ended")
    assert "Caller\nbilling" in page.locator("[data-said]").inner_text()


def test_the_phone_reads_without_scripts(visitors):
    page = visitors.enter(scripts=False)
    page.goto("/phone")
    # The browser of the tests runs no scripts, yet does not show what is for browsers without them.
    assert "bin/ringback call" in page.content()
    assert page.get_by_text("take-message").is_visible()
    assert page.locator("#phone-go").is_disabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out_while_a_call_is_on(visitors, theme):
    page = opened(visitors.enter(theme=theme))
    assert axe(page) == []
    call_and_ask_for_a_message(page)
    assert axe(page) == []
    page.keyboard.press("#")
    until(page, "ended")
    ticket_of(page)
    for tab in ("seen", "flow", "ticket"):
        page.locator(f"#tab-{tab}").click()
        assert axe(page) == [], tab
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
