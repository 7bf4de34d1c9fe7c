"""Every webhook under whatever may come: signed oddities are answered, everything else is refused, nothing breaks.

A caller's webhook answers TwiML whatever it is sent. Behind that answer a fault of ours could hide, so the log is
read too: while the database is well, nothing may fail, and nothing may be kept for later.
"""

from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from ivr.callbacks import CONTROLS, NEWS
from ivr.forms import STATUSES
from ivr.signatures import MAX_BODY, sign
from ringback.app import create_app, shut
from ringback.installation import brand_for
from simulator import twiml
from tests.clock import HandClock
from tests.conftest import EMPTY, settings_for
from tests.fuzz.wild import ODD, examples, texts
from tests.ivr.conftest import WHO, Door, action

STEERING = ("/voice/incoming", "/voice/turn", "/voice/fallback", "/voice/goodbye", *CONTROLS)
TELLING = ("/voice/status", "/voice/recording", *NEWS)
OURS = {"webhook_failed", "not_kept", "database_away", "journaled", "directory_unreadable"}
"""What the log says when something failed here."""

FIELDS = {
    **WHO,
    "CallSid": "CAfuzz",
    "AccountSid": "ACfuzz",
    "ParentCallSid": "CAparent",
    "CallStatus": "completed",
    "SequenceNumber": "3",
    "CallDuration": "12",
    "Timestamp": "Mon, 23 Nov 2026 10:00:00 +0000",
    "Digits": "2",
    "SpeechResult": "billing please",
    "Confidence": "0.9",
    "RecordingSid": "REfuzz",
    "RecordingStatus": "completed",
    "RecordingDuration": "7",
    "RecordingChannels": "1",
    "RecordingUrl": "https://api.example/REfuzz",
    "RecordingSource": "RecordVerb",
    "StirVerstat": "TN-Validation-Passed-A",
    "AnsweredBy": "human",
    "DialCallStatus": "completed",
    "DialCallSid": "CAdial",
    "SipResponseCode": "486",
    "ErrorUrl": "https://calls.example/voice/turn?k=1",
    "ErrorCode": "11200",
    "RingbackAt": "2026-11-23T10:00:00Z",
    "RingbackAtSignature": "x",
}
ALWAYS = {"CallSid", "AccountSid", *WHO}
forms = st.builds(
    lambda more, dropped, odd: {name: FIELDS[name] for name in (ALWAYS | more) - dropped} | odd,
    st.sets(st.sampled_from(sorted(FIELDS))),
    st.sets(st.sampled_from(sorted(FIELDS)), max_size=1),
    st.dictionaries(st.sampled_from(sorted(FIELDS)), texts | st.sampled_from(sorted(STATUSES)), max_size=4)
    | st.dictionaries(texts, texts, max_size=3),
)
"""A real form with something missing, something more, and something odd."""
queries = st.dictionaries(
    st.sampled_from(["t", "f", "r", "s", "l", "k", "m", "n", "part", "attempt", "ticket", "again", "leg"]) | texts,
    texts | st.integers(0, 9).map(str) | st.sampled_from(["main", "choose", "en", "agent", "customer"]),
    max_size=6,
).map(urlencode)


@pytest.fixture(scope="module")
def door(servers, _shared_engine, tmp_path_factory):
    settings = settings_for(servers, tmp_path_factory.mktemp("fuzz"))
    with _shared_engine.begin() as connection:
        connection.execute(EMPTY)
    with Session(_shared_engine) as session, session.begin():
        brand_for(session, settings)
    app = create_app(settings, clock=HandClock())
    yield Door(app, settings)
    shut(app)


@pytest.fixture(scope="module")
def standing(door):
    """The query of a call that waits for an answer: sealed, and ours."""
    answer = door.press(door.incoming(sid="CAfuzz"), "2", sid="CAfuzz")
    return urlsplit(action(answer)).query


def send(door, path, query, form, *, kind="application/x-www-form-urlencoded", signed=True, body=None):
    url = door.settings.public_url + path + (f"?{query}" if query else "")
    signature = sign(url, form.items(), door.settings.twilio_auth_tokens[0])
    with capture_logs() as said:
        answer = door.client.post(
            path + (f"?{query}" if query else ""),
            data=urlencode(form) if body is None else body,
            content_type=kind,
            headers={"X-Twilio-Signature": signature} if signed else {},
        )
    assert "Traceback" not in answer.get_data(as_text=True)
    return answer, [line for line in said if line["event"] in OURS]


def test_every_path_is_tried(door):
    assert {*STEERING, *TELLING} == {rule.rule for rule in door.app.url_map.iter_rules() if "/voice/" in rule.rule}


@examples(100)
@given(path=st.sampled_from(STEERING), query=queries, form=forms, stands=st.booleans())
def test_a_caller_hears_something_whatever_is_signed(door, standing, path, query, form, stands):
    answer, faults = send(door, path, standing if stands else query, form)
    assert answer.status_code == 200
    twiml.read(answer.get_data())
    assert faults == []


@examples(60)
@given(path=st.sampled_from(TELLING), query=queries, form=forms)
def test_news_are_taken_or_refused_whatever_is_signed(door, path, query, form):
    answer, faults = send(door, path, query, form)
    assert answer.status_code in (204, 400)
    assert answer.get_data() == b""
    assert faults == []


bodies = st.binary(max_size=300) | st.sampled_from(
    [b"x" * (MAX_BODY + 1), b"a=1&" * 500, b"\xff\xfe", b"%ff=%ff", b"a=%ed%a0%80", b"{}", b"=&=&", b"&" * 60_000]
)
kinds = st.sampled_from(["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "", *ODD[:4]])


@examples(60)
@given(path=st.sampled_from([*STEERING, *TELLING]), query=queries, body=bodies, kind=kinds, signed=st.booleans())
def test_what_nobody_signed_is_refused(door, path, query, body, kind, signed):
    kind = kind.replace("\n", "").replace("\x00", "")
    answer, faults = send(door, path, query, {"not": "this"}, body=body, kind=kind, signed=signed)
    assert answer.status_code in (400, 403, 413, 415)
    assert answer.get_data() == b""
    assert faults == []
