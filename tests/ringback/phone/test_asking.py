"""Whoever may open the demo may call: but only with a form of ours, not too often, and never on another's call."""

from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.limits import Limit, TooOftenError
from ringback.app import create_app, shut
from ringback.phone.handles import Handles, Held, UnknownHandleError
from ringback.phone.inputs import InputError, typed
from ringback.phone.pages import NOUN
from simulator import audio
from simulator.handset import Done

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HELD = Held(sid="CA1", caller="anonymous", line="noisy")


def test_outside_demo_mode_there_is_no_phone(settings, engine, clock):
    app = create_app(replace(settings, demo=False), clock=clock)
    client = app.test_client()
    for page in NOUN.pages:
        path = page.path.replace("<handle>", "x")
        assert client.open(path, method=page.method).status_code == 404, path
    shut(app)


def test_the_page_reads_without_scripts_and_without_a_simulator(browser):
    page = browser.client.get("/phone").get_data(as_text=True)
    assert "bin/ringback call" in page
    assert "take-message" in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_a_call_needs_the_proof_of_our_own_page(browser):
    for method, path in (("POST", "/phone/calls"), ("POST", "/phone/calls/x/inputs"), ("DELETE", "/phone/calls/x")):
        assert browser.client.open(path, method=method, json={}).status_code == 403


@pytest.mark.parametrize("choice", [{"who": "president"}, {"when": "yesterday"}, {"line": "golden"}, {"who": None}])
def test_only_what_is_offered_can_be_chosen(browser, choice):
    answer = browser.send("POST", "/phone/calls", json={"who": "stranger", "when": "now", "line": "normal"} | choice)
    assert (answer.status_code, answer.json["field"]) == (409, next(iter(choice)))


def test_a_call_of_nobody_and_a_handle_that_was_touched_are_not_known(browser):
    browser.dial()
    for handle in ("x", browser.handle[:-2] + "zz", Handles(["other" * 8]).seal(HELD)):
        for path in ("news", "beside", "story"):
            answer = browser.client.get(f"/phone/calls/{handle}/{path}")
            assert (answer.status_code, "Call again" in answer.json["problem"]) == (404, True)


def test_a_carrier_that_is_away_is_told_as_such(house, browser):
    from simulator.client import RemoteDesk

    booth = house.app.extensions["console"].parts.more["phone"]
    house.app.extensions["console"].parts.more["phone"] = replace(booth, desk=RemoteDesk("http://127.0.0.1:9", "x"))
    answer = browser.send("POST", "/phone/calls", json={"who": "stranger", "when": "now", "line": "normal"})
    assert (answer.status_code, "bin/run" in answer.json["problem"]) == (503, True)


def test_a_sound_that_is_no_telephone_audio_is_refused(browser):
    browser.dial()
    browser.until("asks")
    answer = browser.send("POST", browser.path("messages"), data=b"RIFFxxxx", content_type="audio/wav")
    assert (answer.status_code, answer.json["problem"].startswith("no WAV file")) == (400, True)
    answer = browser.send("POST", browser.path("messages"), data=bytes(6_000_000), content_type="audio/wav")
    assert answer.status_code == 413
    five_minutes = audio.to_wav(array("h", bytes(2 * 300 * audio.RATE)))
    answer = browser.send("POST", browser.path("messages"), data=five_minutes, content_type="audio/wav")
    assert answer.status_code == 202


def test_one_address_may_not_call_without_end(browser):
    for _ in range(20):
        browser.dial()
    answer = browser.send("POST", "/phone/calls", json={"who": "stranger", "when": "now", "line": "normal"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


def test_calls_are_counted_by_address_and_forgotten_after_a_minute():
    limit = Limit(most=2)
    for address in ("a", "a", "b"):
        limit.count(address, now=NOW)
    with pytest.raises(TooOftenError) as refused:
        limit.count("a", now=NOW + timedelta(seconds=20))
    assert refused.value.seconds == 40
    limit.count("b", now=NOW + timedelta(seconds=20))
    limit.count("a", now=NOW + timedelta(seconds=61))


@pytest.mark.parametrize(
    ("fields", "done"),
    [
        ({"keys": "12#"}, Done(keys="12#")),
        ({"words": " my\x00 bill "}, Done(words="my  bill", confidence=0.55)),
        ({"message": "call me", "end": "#"}, Done(message="call me", end="#")),
        ({"silence": True}, Done()),
    ],
)
def test_what_the_caller_does_is_understood(fields, done):
    assert typed(fields, HELD) == done


@pytest.mark.parametrize(
    "fields",
    [{}, [], "keys", {"keys": ""}, {"keys": "2a"}, {"keys": "1" * 41}, {"words": "a" * 1001},
     {"keys": "1", "words": "x"}, {"message": "x", "end": "##"}, {"message": "x", "end": 3}],
)  # fmt: skip
def test_what_cannot_be_done_on_a_phone_is_refused(fields):
    with pytest.raises(InputError):
        typed(fields, HELD)


def test_a_handle_opens_with_every_key_in_force_and_no_other():
    old, new = "old" * 11, "new" * 11
    handle = Handles([old]).seal(HELD)
    assert Handles([new, old]).open(handle) == HELD
    with pytest.raises(UnknownHandleError):
        Handles([new]).open(handle)
