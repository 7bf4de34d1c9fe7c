"""What the carrier's lists are taken for, and what is asked of a carrier that is slow to give them."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from core.carrier import Carrier, CarrierRefused, CarrierUnavailable
from core.carrier_lists import PAUSE, TRIES, CarrierLists
from tests.odd_server import Answer, serving

ACCOUNT = "AC00000000000000000000000000000001"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CALL = {
    "account_sid": ACCOUNT,
    "sid": "CA1",
    "status": "no-answer",
    "direction": "inbound",
    "from": "anonymous",
    "to": "+14155550199",
    "parent_call_sid": None,
    "duration": "0",
    "end_time": "Mon, 23 Nov 2026 09:00:00 +0000",
}


def lists_at(url, slept):
    carrier = Carrier(account_sid=ACCOUNT, username=ACCOUNT, password="t" * 32, api_url=url)
    return CarrierLists(carrier, page=2, sleep=slept.append)


def calls_of(url, slept):
    pages = lists_at(url, slept).calls(ACCOUNT, since=NOW - timedelta(hours=26), until=NOW)
    return [call for page in pages for call in page]


def answering(payload, status=200, **headers):
    return Answer(
        status, json.dumps(payload).encode(), {name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_a_line_is_read_as_the_carrier_writes_it():
    with serving(lambda _: answering({"calls": [CALL], "next_page_uri": None})) as odd:
        [call] = calls_of(odd.url, [])
    assert (call.sid, call.status, call.duration, call.ended_at) == ("CA1", "no-answer", 0, NOW - timedelta(hours=1))
    [asked] = odd.asked
    assert urlsplit(asked.path).path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert parse_qs(urlsplit(asked.path).query) == {
        "StartTime>": ["2026-11-22T08:00:00Z"],
        "StartTime<": ["2026-11-23T10:00:00Z"],
        "PageSize": ["2"],
    }


def test_the_next_page_is_asked_for_after_a_pause_and_only_of_the_same_list():
    def answer(asked):
        if "PageToken=x" in asked.path:
            return answering({"calls": [{**CALL, "sid": "CA2"}], "next_page_uri": None})
        return answering({"calls": [CALL], "next_page_uri": "/elsewhere/Accounts/Secrets.json?PageSize=2&PageToken=x"})

    slept = []
    with serving(answer) as odd:
        assert [call.sid for call in calls_of(odd.url, slept)] == ["CA1", "CA2"]
    assert odd.asked[1].path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json?PageSize=2&PageToken=x"
    assert slept == [PAUSE]


def test_a_busy_carrier_is_waited_for_as_it_says_and_at_last_given_up():
    slept = []
    with serving(lambda _: answering({}, 429, Retry_After="7")) as odd, pytest.raises(CarrierUnavailable):
        calls_of(odd.url, slept)
    assert len(odd.asked) == TRIES
    assert slept == [7.0] * (TRIES - 1)


def test_one_that_asks_for_a_long_wait_is_not_waited_for():
    slept = []
    with serving(lambda _: answering({}, 503, Retry_After="900")) as odd, pytest.raises(CarrierUnavailable):
        calls_of(odd.url, slept)
    assert (len(odd.asked), slept) == (1, [])


def test_an_account_that_our_credentials_do_not_open_is_refused_at_once():
    with serving(lambda _: answering({"code": 20003}, 401)) as odd, pytest.raises(CarrierRefused):
        calls_of(odd.url, [])
    assert len(odd.asked) == 1


@pytest.mark.parametrize("payload", [[], {"calls": None}, {"calls": [{}]}, {"calls": [{**CALL, "end_time": "soon"}]}])
def test_nonsense_is_taken_for_a_carrier_in_trouble(payload):
    with serving(lambda _: answering(payload)) as odd, pytest.raises(CarrierUnavailable):
        calls_of(odd.url, [])


def test_a_recording_that_goes_on_has_no_length():
    shown = {"account_sid": ACCOUNT, "sid": "RE1", "call_sid": None, "duration": "-1", "status": "processing"}
    with serving(lambda _: answering({"recordings": [shown], "next_page_uri": ""})) as odd:
        pages = lists_at(odd.url, []).recordings(ACCOUNT, since=NOW - timedelta(hours=1), until=NOW)
        [[recording]] = list(pages)
    assert (recording.call_sid, recording.duration, recording.changed_at) == ("", None, None)
