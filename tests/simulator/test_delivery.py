from itertools import permutations
from pathlib import Path

import pytest
from flask import Response

from simulator.carrier import Carrier
from simulator.delivery import Delivery, Held, Twice, Wire
from simulator.foresight import overtaking
from simulator.person import Message, Passive, RecordPrompt
from simulator.speech import Speaker
from simulator.store import Store
from simulator.webhooks import Overrides, Poster, Webhook, WebhookFailed, overrides
from tests.simulator.conftest import NUMBER, START
from tests.simulator.product import Product, nothing

TOKEN = "0123456789abcdef0123456789abcdef"


class Talker(Passive):
    def records(self, prompt: RecordPrompt) -> Message:
        return Message("please call me", end="#")


def a_carrier(product: Product, delivery: type[Held] | type[Twice]) -> Carrier:
    def policy(wire: Wire) -> Delivery:
        return delivery(wire)

    carrier = Carrier(auth_token=TOKEN, now=lambda: START, speaker=Speaker(spoken=False), seed=1, delivery=policy)
    carrier.add_number(NUMBER, voice_url=product.url + "/voice", status_callback=product.url + "/status")
    product.answers["/voice"] = (
        '<Record action="/left" recordingStatusCallback="/recording"'
        ' recordingStatusCallbackEvent="in-progress completed"/>'
    )
    product.answers["/left"] = "<Say>Thank you.</Say>"
    return carrier


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_held_callbacks_arrive_in_any_order_asked_for(product: Product, order: tuple[int, ...]) -> None:
    carrier = a_carrier(product, Held)
    carrier.call_in(from_="+14155550100", to=NUMBER, person=Talker())
    delivery = carrier.delivery
    assert isinstance(delivery, Held)
    names = ["in-progress", "completed", "end"]
    assert product.paths() == ["/voice", "/left"]
    assert [webhook.kind for webhook in delivery.waiting] == ["recording-status", "recording-status", "call-status"]
    delivery.release(order)
    arrived = [form.get("RecordingStatus") or "end" for path, form in product.asked if path not in ("/voice", "/left")]
    assert arrived == [names[place] for place in order]
    assert delivery.waiting == ()


def test_a_held_callback_can_be_lost_or_repeated(product: Product) -> None:
    carrier = a_carrier(product, Held)
    carrier.call_in(from_="+14155550100", to=NUMBER, person=Talker())
    assert isinstance(carrier.delivery, Held)
    carrier.delivery.release([2, 2])
    assert product.paths() == ["/voice", "/left", "/status", "/status"]


def test_twice_posts_everything_twice_with_one_token_and_goes_on_with_the_first_answer(product: Product) -> None:
    carrier = a_carrier(product, Twice)
    product.answers["/left"] = ["<Say>First.</Say>", "<Say>Second.</Say>"]
    person = Talker()
    carrier.call_in(from_="+14155550100", to=NUMBER, person=person)
    assert product.paths() == [
        path for path in ("/voice", "/recording", "/left", "/recording", "/status") for _ in range(2)
    ]
    tokens = [headers["I-Twilio-Idempotency-Token"] for headers in product.headers]
    assert tokens[0::2] == tokens[1::2]
    assert len(set(tokens)) == 5
    assert "First." in person.heard
    assert isinstance(carrier.delivery, Twice)
    [differing] = carrier.delivery.disagreements
    assert b"First" in differing.first
    assert b"Second" in differing.second


def test_a_recording_can_overtake_its_call(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = '<Record action="/left" recordingStatusCallback="/recording"/>'
    product.answers["/left"] = "<Hangup/>"
    foreseen = overtaking(carrier, callback=product.url + "/recording", words="call me back")
    call = carrier.call_in(from_="+14155550100", to=NUMBER, person=Talker(), foreseen=foreseen)
    assert product.paths() == ["/recording", "/voice", "/left", "/status"]
    early, left = product.forms("/recording")[0], product.forms("/left")[0]
    assert early["CallSid"] == call.sid
    assert early["RecordingSid"] == left["RecordingSid"]


def test_overrides_are_read_from_the_fragment_and_wrong_ones_ignored() -> None:
    assert overrides("http://h/x") == Overrides()
    assert overrides("http://h/x#ct=300&rt=900&tt=2000&rc=3&rp=5xx,rt") == Overrides(
        0.3, 0.9, 2.0, 3, frozenset({"5xx", "rt"})
    )
    assert overrides("http://h/x#rc=9&ct=1&rp=never&sni=n&e=dublin") == Overrides()


def test_a_failed_answer_is_repeated_only_where_the_address_asks_for_it(product: Product) -> None:
    poster = Poster(TOKEN)
    product.answers["/odd"] = [nothing_but(500), nothing_but(500), nothing()]
    with pytest.raises(WebhookFailed) as failed:
        poster.post(Webhook(product.url + "/odd", (), "voice"))
    assert failed.value.code == 11200
    assert poster.post(Webhook(product.url + "/odd#rc=2&rp=5xx", (), "voice")).status == 204
    assert len(product.asked) == 3


def test_nobody_listening_is_a_connection_failure() -> None:
    with pytest.raises(WebhookFailed) as failed:
        Poster(TOKEN).post(Webhook("http://127.0.0.1:9/x#ct=500&tt=1000", (), "voice"))
    assert failed.value.code == 11205


def test_with_get_the_parameters_are_in_the_signed_address(product: Product) -> None:
    product.answers["/odd"] = nothing()
    Poster(TOKEN).post(Webhook(product.url + "/odd?a=1", (("Digits", "2 3"),), "voice", method="GET"))
    assert product.forms("/odd") == [{"a": "1", "Digits": "2 3"}]


def test_calls_and_recordings_outlive_a_restart(product: Product, tmp_path: Path) -> None:
    carrier = Carrier(auth_token=TOKEN, speaker=Speaker(spoken=False), state_dir=tmp_path, now=lambda: START)
    carrier.add_number(NUMBER, voice_url=product.url + "/voice", status_callback=product.url + "/status")
    product.answers["/voice"] = '<Record action="/left" recordingStatusCallback="/recording"/>'
    product.answers["/left"] = "<Hangup/>"
    call = carrier.call_in(from_="+14155550100", to=NUMBER, person=Talker())
    [made] = carrier.store.recordings.values()
    again = Store(tmp_path)
    assert again.calls[call.sid] == call
    assert again.recordings[made.sid] == made
    assert again.sound(made.sid) == carrier.wav(made.sid)
    assert again.number(NUMBER) == carrier.store.number(NUMBER)


def nothing_but(status: int) -> Response:
    answer = nothing()
    answer.status_code = status
    return answer
