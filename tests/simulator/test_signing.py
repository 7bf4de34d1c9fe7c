from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from simulator.signing import sign, sign_time, signed_url

TOKEN = "12345"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675310"),
    ("Digits", "1234"),
    ("From", "+14158675310"),
    ("To", "+18005551212"),
]


def test_the_carriers_own_example_comes_out_as_published() -> None:
    assert sign("https://example.com/myapp.php?foo=1&bar=2", FORM, TOKEN) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=8),
    st.sampled_from(
        ["http://h.example:8080/x", "http://h.example/x?a=1", "https://h.example/x", "https://h.example/y?q="]
    ),
)
def test_any_form_is_signed_as_the_carriers_library_signs_it(form: list[tuple[str, str]], url: str) -> None:
    params: dict[str, list[str]] = {}
    for name, value in form:
        params.setdefault(name, []).append(value)

    class Multi(dict):  # type: ignore[type-arg]
        def getlist(self, name: str) -> list[str]:
            return params[name]

    assert sign(url, form, TOKEN) == RequestValidator(TOKEN).compute_signature(url, Multi(params))
    assert RequestValidator(TOKEN).validate(url, Multi(params), sign(url, form, TOKEN))


def test_over_https_the_port_is_not_signed_and_over_http_it_is() -> None:
    assert signed_url("https://h.example:8443/x") == "https://h.example/x"
    assert signed_url("http://h.example:8080/x") == "http://h.example:8080/x"


def test_user_password_and_fragment_are_not_signed() -> None:
    assert signed_url("https://me:secret@h.example/x?a=1#rc=2&rt=500") == "https://h.example/x?a=1"


def test_a_trailing_question_mark_is_signed_as_configured() -> None:
    assert signed_url("https://h.example/x?") == "https://h.example/x?"


def test_a_pretended_time_is_bound_to_its_call() -> None:
    at = "2026-11-23T10:00:00Z"
    assert sign_time("CA1", at, TOKEN) != sign_time("CA2", at, TOKEN)
    assert len(sign_time("CA1", at, TOKEN)) == 64
