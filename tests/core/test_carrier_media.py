"""Audio from the carrier: from where, with whose credentials, and how it may break off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.carrier import Carrier, CarrierRefused, CarrierUnavailable, MediaNotReady
from core.carrier_http import CarrierHttp, is_loopback
from core.carrier_media import CHUNK, MEDIA_HOSTS, _allowed
from tests.odd_server import Answer, Asked, serving

ACCOUNT = "AC01"
MEDIA = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE01.wav"
TWILIO = CarrierHttp("https://api.twilio.com")


def carrier_at(url: str) -> Carrier:
    return Carrier(account_sid=ACCOUNT, username=ACCOUNT, password="token", api_url=url)


def test_audio_is_streamed_with_credentials_from_an_address_of_our_own() -> None:
    body = bytes(range(256)) * 2000
    with (
        serving(lambda _: Answer(body=body, headers={"Content-Type": "audio/X-WAV; x=1"})) as odd,
        carrier_at(odd.url).open_media("RE01") as media,
    ):
        assert (media.content_type, media.content_length, media.channels) == ("audio/x-wav", 512_000, 2)
        chunks = list(media)
    assert b"".join(chunks) == body
    assert max(map(len, chunks)) <= CHUNK
    assert odd.asked[0].path == f"{MEDIA}?RequestedChannels=2"
    assert odd.asked[0].headers["authorization"].startswith("Basic ")
    assert odd.asked[0].headers["accept-encoding"] == "identity"


def test_a_subaccounts_audio_is_asked_for_under_its_own_name() -> None:
    with serving(lambda _: Answer(body=b"RIFF")) as odd:
        carrier_at(odd.url).open_media("RE01", 1, account_sid="AC77").close()
        carrier_at(odd.url).delete_recording("RE01", account_sid="AC77")
    assert [asked.path for asked in odd.asked] == [
        "/2010-04-01/Accounts/AC77/Recordings/RE01.wav?RequestedChannels=1",
        "/2010-04-01/Accounts/AC77/Recordings/RE01.json",
    ]


def test_one_channel_is_taken_where_two_are_not_to_be_had() -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(400) if asked.path.endswith("=2") else Answer(body=b"RIFF")

    with serving(answer) as odd, carrier_at(odd.url).open_media("RE01", channels=2) as media:
        assert media.channels == 1
        assert b"".join(media) == b"RIFF"
    assert [asked.path[-1] for asked in odd.asked] == ["2", "1"]


def test_a_bad_request_for_one_channel_is_not_asked_again() -> None:
    with serving(lambda _: Answer(400)) as odd:
        with pytest.raises(CarrierRefused):
            carrier_at(odd.url).open_media("RE01", channels=1)
        assert len(odd.asked) == 1
        with pytest.raises(CarrierRefused):
            carrier_at(odd.url).open_media("RE01")
        assert len(odd.asked) == 3


@pytest.mark.parametrize("status", [404, 202])
def test_audio_that_is_not_there_may_come(status: int) -> None:
    with serving(lambda _: Answer(status)) as odd, pytest.raises(MediaNotReady):
        carrier_at(odd.url).open_media("RE01")


@pytest.mark.parametrize("status", [401, 403, 410, 204])
def test_audio_refused_is_refused(status: int) -> None:
    with serving(lambda _: Answer(status)) as odd, pytest.raises(CarrierRefused) as caught:
        carrier_at(odd.url).open_media("RE01")
    assert caught.value.status == status


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_carrier_in_trouble_is_asked_later(status: int) -> None:
    with (
        serving(lambda _: Answer(status, headers={"Retry-After": "9"})) as odd,
        pytest.raises(CarrierUnavailable) as caught,
    ):
        carrier_at(odd.url).open_media("RE01")
    assert caught.value.retry_after == 9


def test_audio_that_breaks_off_is_no_end() -> None:
    with (
        serving(lambda _: Answer(body=bytes(300_000), cut=150_000)) as odd,
        carrier_at(odd.url).open_media("RE01") as media,
        pytest.raises(CarrierUnavailable),
    ):
        list(media)


def test_a_redirect_is_followed_without_credentials() -> None:
    with (
        serving(lambda _: Answer(body=b"RIFF")) as store,
        serving(lambda _: Answer(302, headers={"Location": f"{store.url}/kept?sig=1"})) as odd,
        carrier_at(odd.url).open_media("RE01") as media,
    ):
        assert b"".join(media) == b"RIFF"
    assert store.asked[0].path == "/kept?sig=1"
    assert "authorization" not in store.asked[0].headers
    assert "cookie" not in store.asked[0].headers


def test_not_even_the_users_netrc_is_sent_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine localhost login me password mine\nmachine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with (
        serving(lambda _: Answer(body=b"RIFF")) as store,
        serving(lambda _: Answer(302, headers={"Location": store.url})) as odd,
    ):
        carrier = carrier_at(odd.url)
        carrier._http.session.trust_env = True
        carrier.open_media("RE01").close()
    assert "authorization" not in store.asked[0].headers


def test_redirects_come_to_an_end() -> None:
    with (
        serving(lambda asked: Answer(302, headers={"Location": asked.path + "x"})) as odd,
        pytest.raises(CarrierRefused),
    ):
        carrier_at(odd.url).open_media("RE01")
    assert len(odd.asked) == 4
    assert all("authorization" not in asked.headers for asked in odd.asked[1:])


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.1/x",
        "https://evil.example/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "http://me:you@127.0.0.1/",
    ],
)
def test_the_demos_carrier_redirects_to_this_machine_only(location: str) -> None:
    with serving(lambda _: Answer(302, headers={"Location": location})) as odd, pytest.raises(CarrierRefused):
        carrier_at(odd.url).open_media("RE01")
    assert len(odd.asked) == 1


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.twilio.com/x", True),
        ("https://media.twiliocdn.com/AC01/x?sig=1", True),
        ("https://api.ie1.twilio.com:443/x", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/x", True),
        ("http://api.twilio.com/x", False),
        ("https://twilio.com.evil.example/x", False),
        ("https://eviltwilio.com/x", False),
        ("https://bucket.s3.amazonaws.com/x", False),
        ("https://x.s3-external-1.amazonaws.com/x", False),
        ("https://media.twiliocdn.com:8443/x", False),
        ("https://media.twiliocdn.com:99999/x", False),
        ("https://user@media.twiliocdn.com/x", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("http://127.0.0.1/x", False),
        ("https://127.0.0.1/x", False),
        ("https://localhost/x", False),
        ("https://[::1]/x", False),
        ("https:///x", False),
        ("https://evil.example\\.twilio.com/x", False),
        ("https://evil.example\\@media.twiliocdn.com/x", False),
        ("https://evil.example%2f.twilio.com/x", False),
        ("https://evil.example\t.twilio.com/x", False),
    ],
)
def test_a_real_carrier_redirects_to_a_short_list_of_hosts_by_https_only(url: str, allowed: bool) -> None:
    assert _allowed(TWILIO, url, MEDIA_HOSTS) is allowed


@given(st.text(max_size=60) | st.text("htps:/.@\\twiliocdm#?%[]", max_size=40))
def test_no_odd_address_is_allowed_or_breaks_the_check(text: str) -> None:
    for url in (text, f"https://{text}", f"https://evil.example/{text}", f"https://evil.example#{text}"):
        if _allowed(TWILIO, url, MEDIA_HOSTS):
            host = url.removeprefix("https://").partition("/")[0].partition("?")[0].partition("#")[0].lower()
            assert host.removesuffix(":443").removesuffix(":").endswith((".twilio.com", ".twiliocdn.com"))


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), (None, False)],
)
def test_this_machine_is_known_by_its_names(host: str | None, loopback: bool) -> None:
    assert is_loopback(host) is loopback
