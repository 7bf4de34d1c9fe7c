"""Each lie a carrier can be told to tell, and that the same seed tells the same ones again."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import fields

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from simulator.carrier import Carrier
from simulator.lies import CARELESS, HONEST, HOSTILE, PRESETS, Lies, only
from simulator.lying import Lying
from simulator.person import Message, Passive, RecordPrompt
from simulator.server import Server
from simulator.speech import Speaker
from simulator.webhooks import Poster, Webhook, WebhookFailed
from tests.simulator.conftest import NUMBER, START
from tests.simulator.product import Product, nothing

TOKEN = "0123456789abcdef0123456789abcdef"
Opened = Callable[..., Carrier]


class Talker(Passive):
    def records(self, prompt: RecordPrompt) -> Message:
        return Message("please call me", end="#")


@pytest.fixture
def opened(product: Product) -> Iterator[Opened]:
    """A carrier that lies as told, with a call that leaves a message."""
    carriers: list[Carrier] = []
    product.answers["/voice"] = (
        '<Record action="/left" recordingStatusCallback="/recording"'
        ' recordingStatusCallbackEvent="in-progress completed"/>'
    )
    product.answers["/left"] = "<Say>Thank you.</Say>"
    product.answers["/fallback"] = "<Say>Sorry.</Say>"

    def opening(lies: Lies, *, seed: int = 1, overrides: str = "") -> Carrier:
        made = Carrier(auth_token=TOKEN, now=lambda: START, speaker=Speaker(spoken=False), seed=seed, lies=lies)
        made.add_number(
            NUMBER,
            voice_url=product.url + "/voice" + overrides,
            voice_fallback_url=product.url + "/fallback",
            status_callback=product.url + "/status",
        )
        carriers.append(made)
        return made

    yield opening
    for carrier in carriers:
        carrier.close()


def called(carrier: Carrier, number: int | None = None) -> Talker:
    person = Talker()
    carrier.call_in(from_="+14155550100", to=NUMBER, person=person, number=number)
    return person


def test_an_honest_carrier_tells_none(opened: Opened, product: Product) -> None:
    carrier = opened(HONEST)
    called(carrier)
    assert product.paths() == ["/voice", "/recording", "/left", "/recording", "/status"]
    assert carrier.liar.told == ()


def test_a_lost_callback_never_comes_but_what_steers_does(opened: Opened, product: Product) -> None:
    carrier = opened(only(lost=1))
    person = called(carrier)
    carrier.lying.settle()
    assert product.paths() == ["/voice", "/left"]
    assert "Thank you." in person.heard
    assert [(told.call, told.what, told.lie) for told in carrier.liar.told] == [
        (1, "recording-status", "lost"),
        (1, "recording-status", "lost"),
        (1, "call-status", "lost"),
    ]


def test_a_duplicate_comes_twice_with_one_token(opened: Opened, product: Product) -> None:
    carrier = opened(only(duplicate=1))
    called(carrier)
    assert sorted(product.paths()) == sorted(["/voice", "/recording", "/left", "/recording", "/status"] * 2)
    tokens = [headers["I-Twilio-Idempotency-Token"] for headers in product.headers]
    assert all(tokens.count(token) == 2 for token in tokens)
    assert carrier.lying.disagreements == []


def test_a_duplicate_answered_otherwise_is_a_disagreement(opened: Opened, product: Product) -> None:
    counted = itertools.count()
    product.answers["/left"] = lambda form: f"<Say>Answer {next(counted)}.</Say>"
    carrier = opened(only(duplicate=1))
    called(carrier)
    assert [each.webhook.url.rpartition("/")[2] for each in carrier.lying.disagreements] == ["left"]


def test_a_swapped_callback_follows_the_next_one(opened: Opened, product: Product) -> None:
    # With every callback waiting for another there is none to wait for: they go at the latest when it is settled.
    for seed in range(100):
        product.asked.clear()
        carrier = opened(only(swapped=0.5), seed=seed)
        called(carrier)
        if [told.what for told in carrier.liar.told] == ["recording-status"]:
            break
    carrier.lying.settle()
    states = [form.get("RecordingStatus", path) for path, form in product.asked]
    assert sorted(states) == sorted(["/voice", "in-progress", "/left", "completed", "/status"])
    assert states != ["/voice", "in-progress", "/left", "completed", "/status"]


def test_a_late_callback_comes_by_itself_and_settling_does_not_wait_for_it(opened: Opened, product: Product) -> None:
    carrier = opened(only(late=1, longest=0.05))
    called(carrier)
    until = time.monotonic() + 20
    while len(product.asked) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    assert sorted(product.paths()) == sorted(["/voice", "/left", "/recording", "/recording", "/status"])
    product.asked.clear()
    patient = opened(only(late=1, longest=3600))
    called(patient)
    assert product.paths() == ["/voice", "/left"]
    patient.lying.settle()
    assert sorted(product.paths()[2:]) == ["/recording", "/recording", "/status"]


@pytest.mark.parametrize(
    ("lie", "arrives", "code"),
    [
        ("unreachable", False, 11205),
        ("throttled", False, 11200),
        ("timed_out", True, 11200),
        ("cut_answer", True, 11200),
    ],
)
def test_what_steers_meets_an_obstacle_and_the_fallback_is_asked_once(
    opened: Opened, product: Product, lie: str, arrives: bool, code: int
) -> None:
    carrier = opened(only(**{lie: 1}), overrides="#rc=0")
    person = called(carrier)
    assert ("/voice" in product.paths()) is arrives
    [call] = carrier.store.calls.values()
    assert [problem.code for problem in call.problems] == [code]
    assert person.heard == ["Sorry."]
    assert product.paths().count("/fallback") == 1


def test_half_a_request_arrives_and_breaks_off(opened: Opened, product: Product) -> None:
    carrier = opened(only(cut_request=1))
    called(carrier)
    assert [problem.code for problem in next(iter(carrier.store.calls.values())).problems] == [11200]
    # The product's server sees the beginning of a body, whose signature cannot hold.
    assert set(product.forged) <= {"/voice", "/fallback", "/status"}
    product.forged.clear()


def test_a_gateway_fails_before_or_after_the_request_arrived(opened: Opened, product: Product) -> None:
    carrier = opened(only(gateway=1))
    for _ in range(12):
        called(carrier)
    assert 0 < product.paths().count("/voice") < 12


def obstructed(carrier: Carrier, url: str, tries: int = 40) -> list[bool]:
    """Whether each of so many webhooks was answered, in spite of what they met."""
    poster = Poster(TOKEN, road=carrier.liar.road)
    answered = []
    for nth in range(tries):
        try:
            poster.post(Webhook(url, (), "voice", number=1, nth=nth))
            answered.append(True)
        except WebhookFailed:
            answered.append(False)
    poster.close()
    return answered


@pytest.mark.parametrize(
    ("lie", "policy"),
    [("unreachable", "ct"), ("throttled", "4xx"), ("gateway", "5xx"), ("cut_request", "rt"), ("timed_out", "rt")],
)
def test_a_failure_is_retried_where_the_overrides_say_so(
    opened: Opened, product: Product, lie: str, policy: str
) -> None:
    product.answers["/odd"] = nothing()
    carrier = opened(only(**{lie: 0.5}))
    never = obstructed(carrier, product.url + "/odd#rc=0")
    retried = obstructed(carrier, product.url + f"/odd#rc=5&rp={policy}&rt=500")
    everything = obstructed(carrier, product.url + "/odd#rc=5&rp=all&rt=500")
    other = obstructed(carrier, product.url + f"/odd#rc=5&rp={'5xx' if policy != '5xx' else '4xx'}&rt=500")
    assert 5 < never.count(False) < 35
    assert retried.count(False) < 5
    assert everything == retried
    assert other == never
    product.forged.clear()


def test_by_default_only_a_connection_is_tried_again_and_once(opened: Opened, product: Product) -> None:
    product.answers["/odd"] = nothing()
    assert obstructed(opened(only(unreachable=0.5)), product.url + "/odd").count(False) < 20
    for lie in ("throttled", "gateway", "timed_out"):
        plain = obstructed(opened(only(**{lie: 0.5})), product.url + "/odd")
        assert plain == obstructed(opened(only(**{lie: 0.5})), product.url + "/odd#rc=0")


def test_half_an_answer_is_never_asked_for_again(opened: Opened, product: Product) -> None:
    product.answers["/odd"] = nothing()
    assert obstructed(opened(only(cut_answer=1)), product.url + "/odd#rc=5&rp=all", tries=3) == [False] * 3
    assert len(product.asked) == 3


def test_a_time_out_uses_up_the_time_that_retries_have(opened: Opened, product: Product) -> None:
    product.answers["/odd"] = nothing()
    carrier = opened(only(timed_out=1))
    obstructed(carrier, product.url + "/odd#rc=5&rp=rt&rt=4000&tt=10000", tries=1)
    assert len(product.asked) == 3


# Recordings and REST.


@pytest.fixture
def served(opened: Opened) -> Iterator[Callable[[Lies], tuple[Carrier, str]]]:
    servers: list[Server] = []

    def serving(lies: Lies) -> tuple[Carrier, str]:
        carrier = opened(lies)
        server = Server(carrier)
        server.start()
        carrier.api_url = server.url
        servers.append(server)
        return carrier, f"{server.url}/2010-04-01/Accounts/{carrier.account_sid}"

    yield serving
    for server in servers:
        server.close()


def sound(carrier: Carrier, base: str) -> requests.Response:
    [made] = carrier.store.recordings.values()
    return requests.get(f"{base}/Recordings/{made.sid}.wav", auth=(carrier.account_sid, carrier.auth_token), timeout=20)


def test_a_late_recording_is_not_found_a_few_times_and_then_whole(served) -> None:
    carrier, base = served(only(recording_late=1, most_asks=3))
    called(carrier)
    answers = [sound(carrier, base) for _ in range(4)]
    codes = [answer.status_code for answer in answers]
    assert codes[0] == 404
    assert codes == sorted(codes, reverse=True)
    assert codes[-1] == 200
    [made] = carrier.store.recordings.values()
    assert answers[-1].content == carrier.wav(made.sid)


def test_a_short_recording_breaks_off_and_a_corrupt_one_is_no_sound_until_they_are_whole(served) -> None:
    carrier, base = served(only(recording_short=1, most_asks=1))
    called(carrier)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        sound(carrier, base)
    assert sound(carrier, base).content.startswith(b"RIFF")
    carrier, base = served(only(recording_corrupt=1, most_asks=1))
    called(carrier)
    assert sound(carrier, base).content.startswith(b"<html>")
    assert sound(carrier, base).content.startswith(b"RIFF")


def test_some_recordings_never_come_and_some_are_always_broken(served) -> None:
    carrier, base = served(only(recording_never=1))
    called(carrier)
    assert [sound(carrier, base).status_code for _ in range(6)] == [404] * 6
    carrier, base = served(only(recording_broken=1))
    called(carrier)
    for _ in range(6):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            sound(carrier, base)


def asked(carrier: Carrier, base: str) -> requests.Response:
    order = {"To": "+14155550123", "From": NUMBER, "Twiml": "<Response><Hangup/></Response>"}
    return requests.post(f"{base}/Calls.json", order, auth=(carrier.account_sid, carrier.auth_token), timeout=20)


def test_rest_is_busy_or_fails_before_or_after_it_did_what_was_asked(served) -> None:
    carrier, base = served(only(rest_busy=1))
    busy = asked(carrier, base)
    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (429, 20429, "1")
    assert not carrier.store.calls
    carrier, base = served(only(rest_fails=1))
    assert asked(carrier, base).status_code == 503
    assert not carrier.store.calls
    carrier, base = served(only(rest_fails_late=1))
    assert asked(carrier, base).status_code == 503
    assert len(carrier.store.calls) == 1


def test_rest_falls_silent_although_it_did_what_was_asked(served) -> None:
    carrier, base = served(only(rest_silent=1))
    with pytest.raises(requests.exceptions.ConnectionError):
        asked(carrier, base)
    assert len(carrier.store.calls) == 1


def test_calls_and_recordings_of_lost_webhooks_are_listed_truthfully(served) -> None:
    carrier, base = served(only(lost=1))
    for _ in range(3):
        called(carrier)
    auth = (carrier.account_sid, carrier.auth_token)
    found = requests.get(f"{base}/Calls.json?StartTime>=2026-11-22&PageSize=2", auth=auth, timeout=20).json()
    more = requests.get(base.partition("/2010")[0] + found["next_page_uri"], auth=auth, timeout=20).json()
    listed = [call["sid"] for call in (*found["calls"], *more["calls"])]
    assert sorted(listed) == sorted(carrier.store.calls)
    assert {call["status"] for call in found["calls"]} == {"completed"}
    recordings = requests.get(f"{base}/Recordings.json?DateCreated>=2026-11-22", auth=auth, timeout=20).json()
    assert {each["sid"] for each in recordings["recordings"]} == set(carrier.store.recordings)
    first = listed[0]
    own = requests.get(f"{base}/Calls/{first}/Recordings.json", auth=auth, timeout=20).json()["recordings"]
    assert [each["call_sid"] for each in own] == [first]
    none = requests.get(f"{base}/Calls.json?StartTime>=2026-11-24", auth=auth, timeout=20).json()["calls"]
    assert none == []


# The policy and its seed.


def test_the_same_seed_tells_the_same_lies_of_a_call_whatever_the_order(opened: Opened, product: Product) -> None:
    def told(order: list[int], seed: int = 5) -> dict[int, list[tuple[str, str]]]:
        carrier = opened(HOSTILE, seed=seed)
        for number in order:
            called(carrier, number)
        carrier.lying.settle()
        product.forged.clear()
        return {
            number: [(each.what, each.lie) for each in carrier.liar.told if each.call == number] for number in order
        }

    one, other = told([1, 2, 3, 4, 5, 6]), told([6, 3, 1, 5, 2, 4])
    assert one == other
    assert any(one.values())
    assert told([1, 2, 3, 4, 5, 6], seed=6) != one


@given(st.sampled_from([field.name for field in fields(Lies)]), st.floats(-5, 5))
def test_a_policy_takes_chances_only(name: str, value: float) -> None:
    measure = name in ("longest", "most_asks")
    if value < 0 or (value > 1 and not measure):
        with pytest.raises(ValueError, match=name):
            Lies(**{name: value})
    else:
        assert getattr(Lies(**{name: value}), name) == value


def test_presets_go_from_honest_to_hostile() -> None:
    assert PRESETS["honest"].honest
    for field in fields(Lies):
        if field.name not in ("longest", "most_asks"):
            assert 0 < getattr(CARELESS, field.name) < getattr(HOSTILE, field.name)


def test_hundreds_of_hostile_calls_all_end(opened: Opened, product: Product) -> None:
    carrier = opened(HOSTILE)
    for _ in range(150):
        called(carrier)
    assert isinstance(carrier.delivery, Lying)
    carrier.lying.settle()
    assert {call.status for call in carrier.store.calls.values()} == {"completed"}
    assert {told.lie for told in carrier.liar.told} >= {
        *("lost", "swapped", "late", "duplicate", "unreachable", "cut_request", "throttled", "gateway", "timed_out"),
        *("cut_answer", "recording_late", "recording_short", "recording_corrupt"),
    }
    product.forged.clear()
