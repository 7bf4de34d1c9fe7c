"""The browser's call is a real one: signed webhooks, a turn for each, a ticket, and the recording it left."""

import math
from array import array

import pytest

from core.storage import from_settings
from ringback.demo_line import NUMBER
from simulator import audio
from simulator.story_file import read_story
from simulator.story_run import SignedHttp, run_story

SAID = audio.to_wav(array("h", (round(7000 * math.sin(place / 9)) for place in range(20000))))


def test_a_message_spoken_into_the_browser_is_what_is_later_heard(house, browser):
    browser.dial()
    heard = browser.until("asks")
    assert "thank you for calling" in heard[0]
    browser.does(keys="2")
    browser.until("asks")
    browser.does(keys="1")
    browser.until("records")
    left = browser.send("POST", browser.path("messages?end=%23"), data=SAID, content_type="audio/wav")
    assert left.status_code == 202
    browser.until("ended")
    assert house.carrier.idle()
    house.work()
    [(state, key, call)] = house.rows("select state, storage_key, call_id from recording")
    assert state == "stored"
    with from_settings(house.settings).open(key) as kept:
        assert b"".join(kept) == SAID
    assert house.one("select outcome from call where id = :id", id=call) == "message_left"


def test_the_call_was_made_of_signed_webhooks_and_nothing_sealed_is_shown(house, browser):
    browser.dial(when="sunday")
    browser.until("asks")
    browser.does(keys="2")
    browser.until("asks")
    seen = browser.beside()
    assert (seen["last"], seen["settled"]) == (2, False)
    assert "/voice/incoming" in seen["seen"]
    assert "Digits=2" in seen["seen"]
    assert "&lt;Gather input=" in seen["seen"]
    exchanges = house.carrier.wire.sent
    assert all(sent.answer and sent.answer.status == 200 for sent in exchanges)
    secrets = {value for sent in exchanges for name, value in sent.webhook.params if name == "RingbackAtSignature"}
    pockets = {url.partition("k=")[2].partition("&")[0] for sent in exchanges if "k=" in (url := sent.webhook.url)}
    assert secrets
    assert not [secret for secret in secrets | pockets if secret and secret in seen["seen"]]
    assert browser.beside(after=2)["seen"] == ""


def test_the_flow_lights_the_step_where_the_call_stands(browser):
    browser.dial()
    browser.until("asks")
    assert lit(browser.beside()["flow"]) == "choose"
    browser.does(words="billing")
    browser.until("asks")
    flow = browser.beside()["flow"]
    assert lit(flow) == "nobody-there"
    assert "flow-passed" in flow.partition('<strong translate="no">welcome</strong>')[0]
    browser.send("DELETE", browser.path())
    browser.until("ended")
    assert lit(browser.beside()["flow"]) is None


def test_the_ticket_comes_by_itself_and_only_this_calls_own(house, browser):
    browser.dial()
    browser.until("asks")
    assert browser.beside()["number"] is None
    browser.does(keys="1")
    browser.until("asks")
    first = browser.beside()["number"]
    assert first == house.one("select number from ticket")
    browser.send("DELETE", browser.path())
    browser.until("ended")
    browser.dial()
    browser.until("asks")
    assert browser.beside()["number"] is None
    browser.does(keys="2")
    browser.until("asks")
    browser.does(keys="1")
    browser.until("records")
    browser.does(message="please call me back", end="#")
    browser.until("ended")
    assert house.carrier.idle()
    before = browser.beside()
    assert "on its way" in before["ticket"]
    house.work()
    after = browser.beside()
    assert after["settled"]
    assert after["number"] != first
    assert "Message stored" in after["ticket"]


def test_a_noisy_line_makes_the_system_doubt_what_was_said(browser):
    browser.dial(line="noisy")
    browser.until("asks")
    browser.does(words="billing")
    assert "billing" in " ".join(browser.until("asks")).casefold()
    assert "Confidence=0.55" in browser.beside()["seen"]
    assert lit(browser.beside()["flow"]) == "choose"


@pytest.mark.parametrize(("when", "told"), [("now", False), ("sunday", True)])
def test_a_call_on_sunday_night_hears_that_nobody_is_there(browser, when, told):
    assert bool(browser.dial(when=when)["at"]) is told
    browser.until("asks")
    browser.does(keys="2")
    assert ("closed" in " ".join(browser.until("asks"))) is told


def test_a_customer_with_an_open_ticket_is_known_by_their_number(house, browser):
    browser.dial(who="regular")
    browser.until("asks")
    browser.does(keys="2")
    browser.until("asks")
    number = browser.beside()["number"]
    page = browser.client.get("/phone").get_data(as_text=True)
    assert f"Has an open ticket · #{number}" in page
    browser.dial(who="open_ticket")
    browser.until("asks")
    browser.does(keys="4")
    heard = " ".join(browser.until("asks", "ended"))
    assert " ".join(str(number)) in heard.replace(",", "")


def test_a_withheld_number_calls_nobody_by_name(house, browser):
    assert browser.dial(who="withheld")["from"] == "anonymous"
    browser.until("asks")
    assert house.one("select withheld from call")


def test_a_call_is_placed_again_the_same_way(house, browser):
    first = browser.dial(when="sunday", line="noisy")
    browser.until("asks")
    again = browser.dial(again=browser.handle)
    assert (again["from"], again["at"]) == (first["from"], first["at"])
    browser.until("asks")
    browser.does(words="billing")
    browser.until("asks")
    assert "Confidence=0.55" in browser.beside()["seen"]


def test_a_call_is_saved_as_a_story_that_can_be_told_again(house, browser):
    browser.dial(when="sunday")
    browser.until("asks")
    browser.does(keys="2")
    browser.until("asks")
    browser.does(keys="1")
    browser.until("records")
    browser.send("POST", browser.path("messages?end=hangup&words=my+fridge"), data=SAID, content_type="audio/wav")
    browser.until("ended")
    answer = browser.client.get(browser.path("story?name=Sunday: my fridge"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sunday-my-fridge.yaml"'
    story = read_story(answer.get_data(as_text=True))
    assert story.name == "Sunday: my fridge"
    assert [str(line) for line in story.lines if not str(line).startswith("hears")] == [
        "presses 2",
        "presses 1",
        "leaves the message 'my fridge'",
    ]
    assert run_story(story, SignedHttp(house.carrier, number=NUMBER)).failure is None


def lit(flow: str) -> str | None:
    return (
        flow.partition('aria-current="step"')[2].partition('<strong translate="no">')[2].partition("</strong>")[0]
        or None
    )
