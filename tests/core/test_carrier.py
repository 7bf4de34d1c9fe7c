"""What is asked of the carrier, and what its answers are taken for."""

import base64
import json
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.carrier import Carrier, CarrierCall, CarrierRefused, CarrierUnavailable, NotASid, checked_sid
from tests.odd_server import Answer, serving

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "the-token-nobody-may-see"
CALL = "CA00000000000000000000000000000001"


def carrier_at(url: str) -> Carrier:
    return Carrier(account_sid=ACCOUNT, username=ACCOUNT, password=TOKEN, api_url=url)


def place(carrier: Carrier) -> str:
    return carrier.place_call(
        to="+15550100",
        from_="+15550199",
        url="http://here.example/voice/callback?x=1",
        status_callback="http://here.example/voice/status",
        timeout=30,
        machine_detection="Enable",
        fallback_url="http://here.example/voice/fallback",
    )


def answering(status: int, payload: object, **headers: str | None) -> Answer:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_call_is_placed_with_every_address_it_needs() -> None:
    with serving(lambda _: answering(201, {"sid": CALL, "status": "queued"})) as odd:
        assert place(carrier_at(odd.url)) == CALL
    asked = odd.asked[0]
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert parse_qs(asked.body.decode()) == {
        "To": ["+15550100"],
        "From": ["+15550199"],
        "Url": ["http://here.example/voice/callback?x=1"],
        "Method": ["POST"],
        "FallbackUrl": ["http://here.example/voice/fallback"],
        "FallbackMethod": ["POST"],
        "StatusCallback": ["http://here.example/voice/status"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["30"],
        "MachineDetection": ["Enable"],
    }


def test_what_is_not_wanted_is_not_sent() -> None:
    with serving(lambda _: answering(201, {"sid": CALL})) as odd:
        carrier_at(odd.url).place_call(
            to="+1", from_="+2", url="http://a", status_callback="http://b", status_events=["completed"], timeout=5
        )
    assert set(parse_qs(odd.asked[0].body.decode())).isdisjoint({"FallbackUrl", "MachineDetection"})


def test_a_base_address_may_have_a_path() -> None:
    with serving(lambda _: answering(201, {"sid": CALL})) as odd:
        place(carrier_at(odd.url + "/api/laml/"))
    assert odd.asked[0].path == f"/api/laml/2010-04-01/Accounts/{ACCOUNT}/Calls.json"


def test_a_call_is_ended_and_one_that_was_over_is_no_error() -> None:
    over = {"code": 21220, "message": "Call is not in-progress. Cannot redirect.", "status": 400}
    answers = iter([answering(200, {"sid": CALL, "status": "completed"}), answering(400, over)])
    with serving(lambda _: next(answers)) as odd:
        carrier = carrier_at(odd.url)
        assert carrier.hang_up(CALL) is True
        assert carrier.hang_up(CALL) is False
    assert odd.asked[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"
    assert odd.asked[0].body == b"Status=completed"


def test_redirecting_a_call_that_is_over_says_so() -> None:
    with (
        serving(lambda _: answering(400, {"code": 21220, "message": "over"})) as odd,
        pytest.raises(CarrierRefused) as caught,
    ):
        carrier_at(odd.url).redirect(CALL, "http://here.example/next")
    assert caught.value.already_over
    assert parse_qs(odd.asked[0].body.decode()) == {"Url": ["http://here.example/next"], "Method": ["POST"]}


def test_a_call_is_read_with_the_carriers_forms_made_plain() -> None:
    payload = {
        "sid": CALL,
        "status": "completed",
        "direction": "inbound",
        "from": "+15550100",
        "to": "+15550199",
        "parent_call_sid": None,
        "duration": "42",
        "start_time": "Sun, 22 Nov 2026 10:00:00 +0000",
        "end_time": "Sun, 22 Nov 2026 10:00:42 +0000",
    }
    with serving(lambda _: answering(200, payload)) as odd:
        call = carrier_at(odd.url).call(CALL)
    assert (call.sid, call.duration, call.from_, call.is_over) == (CALL, 42, "+15550100", True)
    assert call.started_at is not None
    assert call.started_at.isoformat() == "2026-11-22T10:00:00+00:00"


@pytest.mark.parametrize(
    ("look", "asked_for"),
    [
        (
            lambda carrier: carrier.calls_between(from_="+15550199", to="+15550100"),
            {"From": "+15550199", "To": "+15550100"},
        ),
        (lambda carrier: carrier.calls_below(CALL), {"ParentCallSid": CALL}),
    ],
)
def test_calls_are_looked_up_by_their_numbers_or_by_the_call_above(
    look: Callable[[Carrier], list[CarrierCall]], asked_for: dict[str, str]
) -> None:
    shown = {"sid": "CA02", "status": "no-answer", "parent_call_sid": CALL, "duration": "0"}
    payload = {"calls": [shown | {"date_created": "Sun, 22 Nov 2026 10:00:00 +0000"}], "next_page_uri": None}
    with serving(lambda _: answering(200, payload)) as odd:
        [call] = look(carrier_at(odd.url))
    assert (call.sid, call.parent_sid, call.duration, call.is_over) == ("CA02", CALL, 0, True)
    assert call.created_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    [asked] = odd.asked
    assert {name: parse_qs(urlsplit(asked.path).query)[name] for name in asked_for} == {
        name: [value] for name, value in asked_for.items()
    }


@pytest.mark.parametrize("status", [401, 404])
def test_a_list_that_may_not_be_read_is_refused_by_its_status(status: int) -> None:
    with serving(lambda _: answering(status, {"code": 20003, "message": "to +15550100"})) as odd:
        carrier = carrier_at(odd.url)
        for look in (lambda: carrier.calls_below(CALL), lambda: carrier.numbers()):
            with pytest.raises(CarrierRefused) as refusal:
                look()
            assert refusal.value.status == status
            assert "+15550100" not in str(refusal.value)


def test_a_recording_is_deleted_once_and_its_absence_is_no_error() -> None:
    answers = iter([Answer(204), answering(404, {"code": 20404, "message": "not found"})])
    with serving(lambda _: next(answers)) as odd:
        carrier = carrier_at(odd.url)
        assert carrier.delete_recording("RE01") is True
        assert carrier.delete_recording("RE01") is False
    assert [(a.method, a.path) for a in odd.asked] == [
        ("DELETE", f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE01.json")
    ] * 2


@pytest.mark.parametrize(
    ("code", "question"),
    [
        *((code, "invalid_number") for code in (21211, 21214, 21217)),
        *((code, "not_permitted") for code in (21203, 21215, 21216)),
        (21220, "already_over"),
    ],
)
def test_refusals_are_told_apart_by_the_carriers_code(code: int, question: str) -> None:
    with (
        serving(lambda _: answering(400, {"code": code, "message": "+15550100 is not valid"})) as odd,
        pytest.raises(CarrierRefused) as caught,
    ):
        place(carrier_at(odd.url))
    answers = {name: getattr(caught.value, name) for name in ("invalid_number", "not_permitted", "already_over")}
    assert answers == {name: name == question for name in answers}
    assert caught.value.code == code
    assert "+15550100" in caught.value.message
    assert "15550100" not in str(caught.value)


def test_a_problem_document_is_a_refusal_like_any_other() -> None:
    problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "code": 20003, "detail": "no"}
    with serving(lambda _: answering(403, problem)) as odd, pytest.raises(CarrierRefused) as caught:
        place(carrier_at(odd.url))
    assert (caught.value.status, caught.value.code, caught.value.message) == (403, 20003, "no")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("99999999", 3600.0), ("-5", 0.0), ("soon", None), ("nan", None), (None, None)],
)
def test_too_many_requests_is_for_later_and_was_not_done(header: str | None, seconds: float | None) -> None:
    limited = answering(429, {"code": 20429, "message": "Too Many Requests"}, Retry_After=header)
    with serving(lambda _: limited) as odd, pytest.raises(CarrierUnavailable) as caught:
        place(carrier_at(odd.url))
    assert caught.value.retry_after == seconds
    assert not caught.value.maybe_done
    assert len(odd.asked) == 1


def test_a_moment_to_come_back_at_is_understood_too() -> None:
    past = answering(503, b"", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
    with serving(lambda _: past) as odd, pytest.raises(CarrierUnavailable) as caught:
        place(carrier_at(odd.url))
    assert caught.value.retry_after == 0.0
    assert caught.value.maybe_done


@pytest.mark.parametrize(
    "answer",
    [
        answering(201, b"<html>Welcome to the hotel's network</html>"),
        answering(201, []),
        answering(201, {}),
        answering(201, {"sid": None}),
        answering(201, {"sid": "../../etc"}),
        answering(200, b""),
        Answer(201, b'{"sid": "CA1", ', {"Content-Length": "500"}, cut=15),
        Answer(201, b"", {"Content-Length": "500"}, cut=0),
    ],
)
def test_a_nonsense_answer_to_a_placed_call_may_have_placed_it(answer: Answer) -> None:
    with serving(lambda _: answer) as odd, pytest.raises(CarrierUnavailable) as caught:
        place(carrier_at(odd.url))
    assert caught.value.maybe_done
    assert len(odd.asked) == 1


def test_a_carrier_that_cannot_be_reached_has_done_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(CarrierUnavailable) as caught:
        place(carrier_at(f"http://127.0.0.1:{port}"))
    assert not caught.value.maybe_done


def test_a_rest_interface_that_redirects_is_not_followed() -> None:
    with (
        serving(lambda _: answering(200, {"sid": CALL})) as other,
        serving(lambda _: Answer(307, headers={"Location": other.url})) as odd,
        pytest.raises(CarrierRefused),
    ):
        place(carrier_at(odd.url))
    assert other.asked == []


@pytest.mark.parametrize("sid", ["", "a", "../Calls", "RE1/../x", "RE1?x", "RE 1", "RE1\n", "ä" * 5, "R" * 65, "RE.1"])
def test_an_id_that_would_change_the_address_is_refused_before_anything_is_asked(sid: str) -> None:
    with serving(lambda _: answering(200, {})) as odd:
        carrier = carrier_at(odd.url)
        for verb in (carrier.hang_up, carrier.call, carrier.delete_recording, carrier.open_media):
            with pytest.raises(NotASid):
                verb(sid)
        with pytest.raises(NotASid):
            carrier.redirect(sid, "http://x")
        with pytest.raises(NotASid):
            Carrier(account_sid=sid, username="a", password="b", api_url=odd.url)
    assert odd.asked == []


@given(st.from_regex(r"[A-Za-z0-9:_-]{2,64}", fullmatch=True))
def test_other_carriers_ids_are_taken_as_they_are(sid: str) -> None:
    assert checked_sid(sid) == sid


def test_nothing_is_logged_and_nothing_shown_that_is_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(lambda _: answering(201, {"sid": CALL})) as odd:
        carrier = carrier_at(odd.url)
        place(carrier)
    said = caplog.text + repr(carrier) + str(carrier)
    assert TOKEN not in said
    assert "15550100" not in said


@dataclass(frozen=True)
class Settings:
    twilio_account_sid: str | None = ACCOUNT
    twilio_auth_tokens: tuple[str, ...] = ("newest", "older")
    twilio_api_key: str | None = None
    twilio_api_secret: str | None = None
    twilio_api_url: str = "https://api.twilio.com"


def test_the_settings_give_the_newest_token_or_the_key() -> None:
    assert Carrier.from_settings(Settings())._auth == (ACCOUNT, "newest")
    keyed = Settings(twilio_api_key="SK01", twilio_api_secret="hush")
    assert Carrier.from_settings(keyed)._auth == ("SK01", "hush")
    assert Carrier.from_settings(keyed).account_sid == ACCOUNT
