import json
import urllib.error
import urllib.request
from base64 import b64encode
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from simulator import audio
from simulator.behaviours import Behaviour
from simulator.carrier import Carrier
from simulator.person import HangUp, Input, Message, Passive, Prompt, RecordPrompt
from tests.simulator.conftest import NUMBER, START, LocalHttp
from tests.simulator.product import Product, nothing

AGENT = "+14155550123"


class Talker(Passive):
    def records(self, prompt: RecordPrompt) -> Message:
        return Message("please call me", end="#")


def leave_message(carrier: Carrier, product: Product) -> str:
    product.answers["/voice"] = '<Record action="/left" recordingStatusCallback="/recording"/>'
    product.answers["/left"] = "<Hangup/>"
    carrier.call_in(from_="+14155550100", to=NUMBER, person=Talker())
    return list(carrier.store.recordings)[-1]


def refused(client: Client, **fields: object) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as error:
        client.calls.create(**fields)  # type: ignore[arg-type]
    return error.value


def test_a_created_call_is_queued_and_then_performed(client: Client, carrier: Carrier, product: Product) -> None:
    product.answers["/out"] = "<Say>Hello.</Say>"
    made = client.calls.create(
        to=AGENT,
        from_=NUMBER,
        url=product.url + "/out",
        status_callback=product.url + "/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        machine_detection="Enable",
        timeout=25,
    )
    assert (made.status, made.direction, made.to, made._from) == ("queued", "outbound-api", AGENT, NUMBER)
    assert carrier.idle()
    over = client.calls(made.sid or "").fetch()
    assert (over.status, over.answered_by) == ("completed", "human")
    assert over.duration is not None
    assert over.duration.isdigit()
    assert over.date_created == START
    assert len(product.forms("/status")) == 4


def test_calls_are_listed_newest_first_filtered_and_in_pages(
    client: Client, carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = "<Hangup/>"
    for last in range(5):
        carrier.call_in(from_=f"+1415555010{last}", to=NUMBER, person=Passive())
    assert [call._from for call in client.calls.list(page_size=2)] == [f"+1415555010{last}" for last in (4, 3, 2, 1, 0)]
    assert len(client.calls.list(from_="+14155550101")) == 1
    assert len(client.calls.list(status="completed", limit=3)) == 3
    assert client.calls.list(status="busy") == []
    assert client.calls.list(start_time_after=START + timedelta(days=1)) == []
    assert len(client.calls.list(start_time_before=START + timedelta(days=1))) == 5


def test_wrong_orders_are_refused_with_the_carriers_numbers(client: Client, product: Product) -> None:
    url = product.url + "/out"
    assert refused(client, to="555", from_=NUMBER, url=url).code == 21211
    assert refused(client, to=AGENT, from_="+442071838750", url=url).code == 21210
    assert refused(client, to=AGENT, from_=NUMBER).code == 21205
    assert refused(client, to=AGENT, from_=NUMBER, url="nowhere").code == 21205
    assert refused(client, to=AGENT, from_=NUMBER, url=url, send_digits="x").code == 21206
    assert refused(client, to=AGENT, from_=NUMBER, twiml="<Response><Shout/></Response>").code == 12200
    assert refused(client, to=AGENT, from_=NUMBER, twiml=f"<Response><!--{'a' * 4000}--></Response>").code == 32018
    assert refused(client, to="", from_=NUMBER, url=url).code == 21201


def test_without_the_right_credentials_nothing_is_told(carrier: Carrier, api: str) -> None:
    stranger = Client(carrier.account_sid, "wrong", http_client=LocalHttp(api))
    error = refused(stranger, to=AGENT, from_=NUMBER, twiml="<Response/>")
    assert (error.status, error.code) == (401, 20003)


def test_an_api_key_will_do_as_well(carrier: Carrier, api: str) -> None:
    carrier.api_keys["SK" + "0" * 32] = "secret"
    keyed = Client("SK" + "0" * 32, "secret", carrier.account_sid, http_client=LocalHttp(api))
    assert keyed.calls.list() == []
    assert keyed.api.v2010.accounts(carrier.account_sid).fetch().status == "active"


def test_another_account_and_an_unknown_call_are_not_found(client: Client, carrier: Carrier, api: str) -> None:
    with pytest.raises(TwilioRestException) as error:
        client.calls("CA" + "0" * 32).fetch()
    assert (error.value.status, error.value.code) == (404, 20404)


def test_a_call_that_is_over_can_be_neither_ended_nor_redirected(
    client: Client, carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = "<Hangup/>"
    call = carrier.call_in(from_="+14155550100", to=NUMBER, person=Passive())
    for change in ({"status": "completed"}, {"twiml": "<Response/>"}):
        with pytest.raises(TwilioRestException) as error:
            client.calls(call.sid).update(**change)  # type: ignore[arg-type]
        assert (error.value.status, error.value.code) == (400, 21220)


def test_a_ringing_call_can_be_canceled(client: Client, carrier: Carrier, product: Product) -> None:
    def cancel(form: dict[str, str]) -> object:
        if form["CallStatus"] == "ringing":
            client.calls(form["CallSid"]).update(status="canceled")
        return nothing()

    product.answers["/progress"] = cancel
    made = client.calls.create(
        to=AGENT,
        from_=NUMBER,
        url=product.url + "/out",
        status_callback=product.url + "/progress",
        status_callback_event=["ringing", "completed"],
    )
    assert carrier.idle()
    assert client.calls(made.sid or "").fetch().status == "canceled"
    assert [form["CallStatus"] for form in product.forms("/progress")] == ["ringing", "canceled"]


class Redirecting(Passive):
    """While the line listens, something else happens to the call."""

    def __init__(self, happens: object) -> None:
        super().__init__()
        self._happens = happens

    def asked(self, prompt: Prompt) -> Input:
        assert callable(self._happens)
        self._happens()
        return HangUp()


def test_a_call_in_progress_can_be_sent_elsewhere_and_ended(client: Client, carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Gather><Say>Which?</Say></Gather>"
    product.answers["/elsewhere"] = "<Say>You are elsewhere.</Say><Gather/>"

    def move() -> None:
        [sid] = carrier.legs
        if len(product.forms("/elsewhere")):
            client.calls(sid).update(status="completed")
        else:
            client.calls(sid).update(url=product.url + "/elsewhere")

    person = Redirecting(move)
    call = carrier.call_in(from_="+14155550100", to=NUMBER, person=person)
    assert person.heard == ["Which?", "You are elsewhere."]
    assert (call.status, call.ended_by) == ("completed", "line")


def test_a_recording_is_started_paused_and_stopped_on_a_call_in_progress(
    client: Client, carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = "<Gather/><Say>First.</Say><Gather/><Say>Second.</Say><Gather/><Say>Third.</Say>"
    moves = iter(["start", "pause", "stop"])
    started: list[str] = []

    class Recorded(Passive):
        def asked(self, prompt: Prompt) -> Input:
            [sid] = carrier.legs
            move = next(moves)
            if move == "start":
                made = client.calls(sid).recordings.create(
                    recording_channels="dual",
                    recording_status_callback=product.url + "/recording",
                    recording_status_callback_event=["in-progress completed"],
                )
                started.append(made.sid or "")
            elif move == "pause":
                paused = client.calls(sid).recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip")
                assert paused.status == "paused"
            else:
                client.calls(sid).recordings(started[0]).update(status="in-progress")
                client.calls(sid).recordings(started[0]).update(status="stopped")
            return super().asked(prompt)

    carrier.call_in(from_="+14155550100", to=NUMBER, person=Recorded())
    made = carrier.store.recordings[started[0]]
    assert (made.words, made.status, made.channels, made.source) == ("First.", "completed", 2, "StartCallRecordingAPI")
    assert [form["RecordingStatus"] for form in product.forms("/recording")] == ["in-progress", "completed"]


def media(carrier: Carrier, api: str, path: str, **headers: str) -> tuple[int, bytes, str]:
    user = b64encode(f"{carrier.account_sid}:{carrier.auth_token}".encode()).decode()
    wanted = urllib.request.Request(
        f"{api}/2010-04-01/Accounts/{carrier.account_sid}/Recordings/{path}",
        headers={"Authorization": f"Basic {user}", **headers},
    )
    try:
        with urllib.request.urlopen(wanted) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers["Content-Type"]


def test_a_recordings_sound_is_exactly_what_was_said(carrier: Carrier, product: Product, api: str) -> None:
    sid = leave_message(carrier, product)
    expected = audio.to_wav(carrier.speaker.say("please call me"))
    assert media(carrier, api, f"{sid}.wav") == (200, expected, "audio/x-wav")
    assert media(carrier, api, sid)[1] == expected
    status, part, _ = media(carrier, api, f"{sid}.wav", Range="bytes=10-19")
    assert (status, part) == (206, expected[10:20])


def test_what_a_recording_does_not_have_is_refused_honestly(carrier: Carrier, product: Product, api: str) -> None:
    sid = leave_message(carrier, product)
    assert media(carrier, api, f"{sid}.mp3")[0] == 400
    assert media(carrier, api, f"{sid}.wav?RequestedChannels=2")[0] == 400
    assert media(carrier, api, f"{sid}.wav?RequestedChannels=1")[0] == 200
    assert media(carrier, api, "RE" + "0" * 32 + ".wav")[0] == 404


def test_a_deleted_recording_leaves_its_metadata_for_those_who_ask(
    client: Client, carrier: Carrier, product: Product, api: str
) -> None:
    sid = leave_message(carrier, product)
    assert client.recordings(sid).fetch().duration == str(carrier.store.recordings[sid].seconds)
    assert [made.sid for made in client.recordings.list()] == [sid]
    assert client.recordings(sid).delete() is True
    assert client.recordings.list() == []
    assert [made.status for made in client.recordings.list(include_soft_deleted=True)] == ["deleted"]
    assert client.recordings(sid).fetch(include_soft_deleted=True).status == "deleted"
    assert media(carrier, api, f"{sid}.wav")[0] == 404
    with pytest.raises(TwilioRestException) as error:
        client.recordings(sid).delete()
    assert error.value.status == 404


def test_the_recordings_of_one_call_are_found_by_it(client: Client, carrier: Carrier, product: Product) -> None:
    first, second = leave_message(carrier, product), leave_message(carrier, product)
    call_sid = carrier.store.recordings[first].call_sid
    assert [made.sid for made in client.calls(call_sid).recordings.list()] == [first]
    assert {made.sid for made in client.recordings.list()} == {first, second}


def test_numbers_can_be_listed_pointed_elsewhere_and_bought(client: Client, carrier: Carrier) -> None:
    [number] = client.incoming_phone_numbers.list(phone_number=NUMBER)
    changed = client.incoming_phone_numbers(number.sid or "").update(
        voice_url="https://example.com/voice/incoming", voice_fallback_url="", friendly_name="Support"
    )
    assert (changed.voice_url, changed.voice_fallback_url) == ("https://example.com/voice/incoming", "")
    assert carrier.store.number(NUMBER) is not None
    bought = client.incoming_phone_numbers.create(phone_number="+442071838750", voice_url="https://example.com/uk")
    assert carrier.store.number("+442071838750") is not None
    with pytest.raises(TwilioRestException) as error:
        client.incoming_phone_numbers(bought.sid or "").update(voice_url="", voice_fallback_url="https://example.com/f")
    assert error.value.code == 21405


def test_a_callers_number_may_be_shown_with_the_token_of_their_call(
    client: Client, carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = product.answers["/out"] = "<Hangup/>"
    carrier.call_in(from_="+14155550100", to=NUMBER, person=Passive())
    token = product.forms("/voice")[0]["CallToken"]
    made = client.calls.create(to=AGENT, from_="+14155550100", url=product.url + "/out", call_token=token)
    assert made._from == "+14155550100"
    assert refused(client, to=AGENT, from_="+14155550111", url=product.url + "/out", call_token=token).code == 21210
    assert carrier.idle()


def test_a_busy_phone_shows_as_busy(client: Client, carrier: Carrier, product: Product) -> None:
    carrier.phones.set(AGENT, Behaviour("busy"))
    made = client.calls.create(to=AGENT, from_=NUMBER, url=product.url + "/out")
    assert carrier.idle()
    assert client.calls(made.sid or "").fetch().status == "busy"


def test_an_error_has_the_carriers_shape(carrier: Carrier, api: str) -> None:
    status, body, _ = media(carrier, api, "RE" + "0" * 32 + ".json")
    assert status == 404
    assert json.loads(body)["more_info"] == "https://www.twilio.com/docs/errors/20404"
    assert set(json.loads(body)) == {"code", "message", "more_info", "status"}
