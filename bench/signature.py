"""Checking a signature and parsing the form, against twilio-python's validator on werkzeug's form."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from werkzeug.wrappers import Request

from bench.measuring import row, seconds_each
from ivr.signatures import sign, verify

TOKEN, BASE, PATH, QUERY = "0123456789abcdef", "https://example.com", "/voice/turn", "t=1&f=main&s=choose"
FORM = {
    "AccountSid": "AC" + "0" * 32, "ApiVersion": "2010-04-01", "CallSid": "CA" + "0" * 32, "CallStatus": "in-progress",
    "Called": "+14155550199", "CalledCity": "SAN FRANCISCO", "CalledCountry": "US", "CalledState": "CA",
    "CalledZip": "94103", "Caller": "+14155550100", "CallerCity": "SAN FRANCISCO", "CallerCountry": "US",
    "CallerState": "CA", "CallerZip": "94105", "Digits": "2", "Direction": "inbound", "FinishedOnKey": "",
    "From": "+14155550100", "FromCity": "SAN FRANCISCO", "FromCountry": "US", "FromState": "CA", "FromZip": "94105",
    "StirVerstat": "TN-Validation-Passed-A", "To": "+14155550199", "ToCity": "SAN FRANCISCO", "ToCountry": "US",
    "ToState": "CA", "ToZip": "94103", "msg": "Gather End", "CallToken": "x" * 300,
}  # fmt: skip
"""A webhook as the carrier sends it: about 1.1 kB."""


def run() -> Iterator[str]:
    """One signed webhook: verdict and form."""
    body, url = urlencode(FORM).encode(), f"{BASE}{PATH}?{QUERY}"
    signature, validator = sign(url, list(FORM.items()), TOKEN), RequestValidator(TOKEN)
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded",
               "CONTENT_LENGTH": str(len(body))}  # fmt: skip

    def ours() -> dict[str, str]:
        return verify(base=BASE, path=PATH, query=QUERY, body=body, content_type=environ["CONTENT_TYPE"],
                      signature=signature, tokens=(TOKEN,)).form()  # fmt: skip

    def library() -> dict[str, str]:
        form = Request({**environ, "wsgi.input": BytesIO(body)}).form
        if not validator.validate(url, form, signature):
            raise AssertionError("the library does not agree")
        return form.to_dict()

    if ours() != library():
        raise AssertionError("the two forms differ")
    mine, theirs = seconds_each(ours, library)
    yield row("signature: verdict and form", mine, theirs, of="RequestValidator + form", goal=3)
