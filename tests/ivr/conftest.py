"""The carrier's door with a database behind it, called as the carrier calls: signed."""

import dataclasses
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy.orm import Session

from ivr.signatures import sign
from ringback.app import create_app, shut
from ringback.installation import brand_for

WHO = {"From": "+14155550100", "To": "+14155550199", "Direction": "inbound"}


class Door:
    """Posts signed webhooks and reads the answers."""

    def __init__(self, app, settings):
        self.app, self.settings, self.client = app, settings, app.test_client()
        self.account = settings.twilio_account_sid

    def post(self, url, *, sid="CA1", token=None, headers=None, body=None, content_type=None, **form):
        pairs = list(({"AccountSid": self.account, "CallSid": sid} | WHO | form).items())
        address = (url if url.startswith("http") else self.settings.public_url + url).partition("#")[0]
        signature = sign(address, pairs if body is None else [], token or self.settings.twilio_auth_tokens[0])
        parts = urlsplit(address)
        return self.client.post(
            parts.path + (f"?{parts.query}" if parts.query else ""),
            data=urlencode(pairs) if body is None else body,
            content_type=content_type or "application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature} if headers is None else headers,
        )

    def incoming(self, **form):
        return self.post("/voice/incoming", CallStatus="ringing", **form)

    def press(self, answer, digits, **form):
        return self.post(action(answer), Digits=digits, **form)


def action(answer):
    """The URL an answer waits at."""
    for element in fromstring(answer.get_data()).iter():
        if element.tag in ("Gather", "Record"):
            return element.get("action")
    raise AssertionError(answer.get_data(as_text=True))


def spoken(answer):
    """All that an answer says, as one text."""
    return " ".join(element.text or "" for element in fromstring(answer.get_data()).iter("Say"))


@pytest.fixture
def door(engine, settings, clock):
    with Session(engine) as session, session.begin():
        brand_for(session, settings)
    app = create_app(settings, clock=clock)
    yield Door(app, settings)
    shut(app)


@pytest.fixture
def closed_door(engine, settings, clock):
    """The same, not in demo mode: opening hours count."""
    real = dataclasses.replace(settings, demo=False)
    with Session(engine) as session, session.begin():
        brand_for(session, real)
    app = create_app(real, clock=clock)
    yield Door(app, real)
    shut(app)
