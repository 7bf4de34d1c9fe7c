"""Who is really calling: our check against the carrier's own library, and every trap of it closed."""

import hashlib
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.signatures import MAX_BODY, Refused, sign, verify

TOKEN = "12345"
FORM = "application/x-www-form-urlencoded"
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
forms = st.lists(st.tuples(names, names), max_size=8)


def check(pairs, *, url="https://example.com/voice/incoming", signature=None, token=TOKEN, tokens=(TOKEN,), **changed):
    base, _, rest = url.partition("/voice")
    path, _, query = ("/voice" + rest).partition("?")
    request = {
        "base": base,
        "path": path,
        "query": query,
        "body": urlencode(pairs).encode(),
        "content_type": FORM,
        "signature": sign(url, pairs, token) if signature is None else signature,
        "tokens": tokens,
    }
    return verify(**{**request, **changed})


def refused(*args, **changed):
    with pytest.raises(Refused) as refusal:
        check(*args, **changed)
    return refusal.value.status


def test_the_carriers_own_example_holds():
    pairs = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]
    assert sign("https://example.com/myapp.php?foo=1&bar=2", pairs, TOKEN) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@given(pairs=forms)
def test_what_the_carriers_library_signs_we_accept(pairs):
    url = "https://example.com/voice/turn?t=1&s=menu"
    signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(pairs))
    assert check(pairs, url=url, signature=signature).pairs == tuple(pairs)


@given(pairs=forms, flip=st.integers(min_value=0, max_value=26))
def test_our_verdict_is_the_librarys(pairs, flip):
    url = "https://example.com/voice/turn?t=1"
    signature = sign(url, pairs, TOKEN)
    signature = signature[:flip] + ("A" if signature[flip] != "A" else "B") + signature[flip + 1 :]
    assert RequestValidator(TOKEN).validate(url, MultiDict(pairs), signature) is False
    assert refused(pairs, url=url, signature=signature) == 403


def test_a_repeated_name_counts_with_all_its_values():
    pairs = [("A", "2"), ("A", "1"), ("A", "2")]
    signature = RequestValidator(TOKEN).compute_signature("https://example.com/voice/incoming", MultiDict(pairs))
    assert check(pairs, signature=signature).form() == {"A": "2"}


def test_empty_values_are_kept():
    assert check([("Digits", ""), ("E", "")]).form() == {"Digits": "", "E": ""}


def test_a_changed_value_is_refused():
    signature = sign("https://example.com/voice/incoming", [("To", "+1")], TOKEN)
    assert refused([("To", "+2")], signature=signature) == 403


@pytest.mark.parametrize("signature", ["", "é", "0", "=" * 28])
def test_a_missing_or_senseless_signature_is_refused(signature):
    assert refused([("To", "+1")], signature=signature) == 403


def test_no_signature_header_is_refused():
    with pytest.raises(Refused) as refusal:
        verify(base="https://e.com", path="/voice/incoming", query="", body=b"", content_type=FORM, signature=None,
               tokens=(TOKEN,))  # fmt: skip
    assert refusal.value.status == 403


def test_while_rotating_either_token_is_good_and_a_third_is_not():
    assert check([("A", "1")], token="old", tokens=("new", "old"))
    assert check([("A", "1")], token="new", tokens=("new", "old"))
    assert refused([("A", "1")], token="other", tokens=("new", "old")) == 403


def test_no_token_configured_lets_nobody_in():
    assert refused([("A", "1")], tokens=()) == 403


class TestTheAddress:
    def test_over_https_the_port_may_be_dropped(self):
        signature = sign("https://example.com/voice/incoming", [], TOKEN)
        assert check([], url="https://example.com:8443/voice/incoming", signature=signature)

    def test_over_http_the_port_is_kept(self):
        assert check([], url="http://127.0.0.1:8000/voice/incoming")

    def test_the_schemes_own_port_may_be_written_out(self):
        signature = sign("https://example.com:443/voice/incoming", [], TOKEN)
        assert check([], signature=signature)

    def test_userinfo_is_not_signed(self):
        signature = sign("https://example.com/voice/incoming", [], TOKEN)
        assert check([], url="https://user:pass@example.com/voice/incoming", signature=signature)

    def test_another_host_is_refused(self):
        assert refused([], signature=sign("https://evil.example/voice/incoming", [], TOKEN)) == 403

    def test_the_query_counts_as_it_was_sent(self):
        url = "https://example.com/voice/turn?a=%2B1&b=x+y"
        assert check([], url=url)
        assert refused([], url=url.replace("%2B1", "+1"), signature=sign(url, [], TOKEN)) == 403

    def test_another_path_is_refused(self):
        assert refused([], signature=sign("https://example.com/voice/status", [], TOKEN)) == 403


class TestJson:
    body = json.dumps({"CallSid": "CA1"}).encode()

    def send(self, *, query, body=None, signed_query=None):
        url = "https://example.com/voice/status?" + (query if signed_query is None else signed_query)
        return verify(
            base="https://example.com", path="/voice/status", query=query, body=self.body if body is None else body,
            content_type="application/json", signature=sign(url, [], TOKEN), tokens=(TOKEN,),
        )  # fmt: skip

    def test_a_body_with_its_digest_is_accepted(self):
        assert self.send(query="bodySHA256=" + hashlib.sha256(self.body).hexdigest()).pairs == ()

    def test_another_body_under_a_good_address_is_refused(self):
        with pytest.raises(Refused) as refusal:
            self.send(query="bodySHA256=" + hashlib.sha256(self.body).hexdigest(), body=b'{"CallSid":"CA2"}')
        assert refusal.value.status == 403

    def test_a_body_without_a_digest_is_refused(self):
        with pytest.raises(Refused) as refusal:
            self.send(query="x=1")
        assert refusal.value.status == 403

    def test_two_digests_are_refused(self):
        good = "bodySHA256=" + hashlib.sha256(self.body).hexdigest()
        with pytest.raises(Refused):
            self.send(query=good + "&bodySHA256=" + "0" * 64)


class TestBadInput:
    def test_an_oversize_body_is_413(self):
        assert refused([], body=b"A=" + b"x" * MAX_BODY) == 413

    @pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/xml", ""])
    def test_another_content_type_is_415(self, kind):
        assert refused([("A", "1")], content_type=kind) == 415

    def test_bytes_that_are_not_utf8_are_400(self):
        assert refused([], body=b"A=\xff\xfe") == 400

    def test_percent_bytes_that_are_not_utf8_are_400(self):
        assert refused([], body=b"A=%ff") == 400

    def test_thousands_of_fields_are_400(self):
        assert refused([], body="&".join(f"a{n}=1" for n in range(2000)).encode()) == 400

    @given(body=st.binary(max_size=200), kind=st.sampled_from([FORM, "application/json", "text/html", ""]),
           query=st.text(max_size=40), signature=st.text(max_size=40))  # fmt: skip
    def test_nothing_unsigned_is_believed_and_nothing_crashes(self, body, kind, query, signature):
        with pytest.raises(Refused):
            verify(base="https://e.com", path="/voice/incoming", query=quote(query), body=body, content_type=kind,
                   signature=signature, tokens=(TOKEN,))  # fmt: skip
