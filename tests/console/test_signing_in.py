"""Signing in, out and back, links, and what a page shows of itself."""

import dataclasses
import re

import pytest
from flask import Flask

from console.door import register
from console.parts import Parts
from core.database import transaction
from people import drafts, links, passwords, sign_ins, stream_tickets
from people.models import Role
from people.sign_in_models import LinkPurpose
from tests.conftest import scalar
from tests.console.conftest import Person
from tests.factories.people import make_account

WORDS = "four quiet grey horses"


@pytest.fixture
def mia(engine, brand):
    with transaction(engine) as session:
        return make_account(session, brand, email="mia@example.com", name="Mia", password=passwords.hashed(WORDS))


def sign_in(person, *, email="mia@example.com", password=WORDS, to=""):
    return person.post("/sign-in", {"email": email, "password": password, "next": to})


def test_the_right_password_opens_the_door_and_leads_back(stranger, mia):
    answer = sign_in(stranger, email=" MIA@example.com", to="/profile?x=1")
    assert (answer.status_code, answer.location) == (303, "/profile?x=1")
    cookie = stranger.client.get_cookie("rb_session")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert "Mia" in stranger.get("/profile").text


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", "/sign-out"]
)
def test_no_link_leads_out_of_the_house(stranger, mia, to):
    assert sign_in(stranger, to=to).location == "/"


def test_a_wrong_password_and_an_unknown_address_look_the_same(stranger, mia):
    answers = [sign_in(stranger, password="wrong"), sign_in(stranger, email="nobody@example.com")]
    assert {answer.status_code for answer in answers} == {422}
    shown = [re.search(r'role="alert".*?<div>(.*?)</div>', answer.text, re.S)[1] for answer in answers]
    assert shown[0] == shown[1]


def test_after_five_failures_even_the_right_password_waits(stranger, mia, clock):
    for _ in range(5):
        assert sign_in(stranger, password="wrong").status_code == 422
    locked = sign_in(stranger)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) > 800
    clock.move(minutes=16)
    assert sign_in(stranger).status_code == 303


def test_signing_out_ends_it_for_whoever_has_the_cookie(stranger, mia):
    sign_in(stranger)
    stolen = stranger.client.get_cookie("rb_session").value
    stranger.account = mia
    assert stranger.post("/sign-out").location == "/sign-in"
    stranger.client.set_cookie("rb_session", stolen)
    assert stranger.get("/profile").status_code == 303


def test_a_link_gives_a_password_once_and_ends_other_sign_ins(app, engine, stranger, mia, clock):
    with transaction(engine) as session:
        sign_ins.begin(session, account=mia, now=clock())
        text = links.make(session, account=mia, purpose=LinkPurpose.RESET, now=clock()).text
    assert "Mia" in stranger.get(f"/link/{text}").text
    different = stranger.post(f"/link/{text}", {"password": WORDS + "!", "again": "other"})
    assert different.status_code == 422
    weak = stranger.post(f"/link/{text}", {"password": "short", "again": "short"})
    assert (weak.status_code, "fewer than 12 characters" in weak.text) == (422, True)
    new = {"password": WORDS + "!", "again": WORDS + "!"}
    assert stranger.post(f"/link/{text}", new).status_code == 303
    assert stranger.post(f"/link/{text}", new).status_code == 404
    with transaction(engine) as session:
        assert sign_ins.of_account(session, account_id=mia.id, now=clock()) == []
    assert sign_in(stranger, password=WORDS + "!").status_code == 303


def test_a_form_sent_after_the_sign_in_ended_shows_what_was_typed(signed_in, clock):
    person = signed_in()
    proof = person.proof()
    clock.move(hours=12)
    answer = person.post("/drafts", {"place": "ticket:1:note", "text": "Kept <b>words</b>"}, csrf=proof)
    assert answer.status_code == 401
    assert "Kept &lt;b&gt;words&lt;/b&gt;" in answer.text
    assert proof not in answer.text


def test_theme_and_zone_are_remembered(signed_in):
    person = signed_in()
    assert person.post("/profile", {"theme": "dark", "zone": "Asia/Tokyo", "letter_keys": "on"}).status_code == 303
    page = person.get("/profile").text
    assert 'data-theme="dark"' in page
    assert 'value="Asia/Tokyo"' in page
    assert person.post("/profile", {"zone": "Middle/Earth"}).status_code == 422


def test_pages_bring_their_headers(signed_in):
    headers = signed_in(Role.AGENT).get("/profile").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert "HX-Request-Type" in headers["Vary"]


def test_unknown_addresses_get_a_page_that_helps(signed_in, stranger):
    for person in (signed_in(), stranger):
        answer = person.get("/nowhere")
        assert answer.status_code == 404
        assert "There is no page at this address" in answer.text


def test_a_fragment_is_the_page_without_its_frame(signed_in):
    person = signed_in()
    part, whole = person.get("/profile", fragment=True).text, person.get("/profile").text
    assert "<html" in whole
    assert "<html" not in part
    assert "<h1>Profile" in part


def test_pages_are_packed_for_browsers_that_unpack(signed_in):
    packed = signed_in().get("/profile", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"


def test_two_people_never_share_a_browser_by_mistake(app, engine, mia, stranger):
    sign_in(stranger)
    assert Person(app.test_client()).get("/profile").status_code == 303


def test_the_demos_passwords_are_shown_at_this_machine_only(app, settings, stranger):
    settings.data.mkdir(parents=True, exist_ok=True)
    (settings.data / "demo-sign-ins.txt").write_text("agent nora@example.com secret-word\n")
    assert "secret-word" in stranger.get("/sign-in").text
    for headers in ({"Host": "demo.example.org"}, {"X-Forwarded-For": "192.0.2.1"}, {"Via": "1.1 tunnel"}):
        assert "secret-word" not in stranger.get("/sign-in", headers=headers).text
    assert "secret-word" not in stranger.client.get("/sign-in", environ_base={"REMOTE_ADDR": "192.0.2.1"}).text


def test_a_word_told_is_told_once_and_cannot_be_made_up(signed_in):
    person = signed_in()
    person.post("/profile", {"theme": "dark"})
    assert "data-toast>Saved" in person.get("/profile").text
    assert "data-toast" not in person.get("/profile").text
    person.client.set_cookie("rb_told", '["Call this number", ""]')
    assert "Call this number" not in person.get("/profile").text


def test_a_draft_is_saved_as_typed_and_says_when(signed_in, engine):
    person = signed_in()
    answer = person.post("/drafts", {"place": "ticket:1:note", "text": "So far"})
    assert answer.json["saved"] == "10:00:00"
    with transaction(engine) as session:
        assert drafts.find(session, account_id=person.account.id, place="ticket:1:note").text == "So far"
    assert person.post("/drafts", {"place": "", "text": "So far"}).status_code == 422


def test_the_stream_is_opened_with_a_ticket_of_ones_own(signed_in, settings, clock):
    person = signed_in()
    told = person.get("/live/ticket").json
    assert told["url"].startswith(f"{settings.stream_url}/hints?ticket=")
    ticket = stream_tickets.read(told["url"].split("ticket=")[1], keys=settings.secret_keys, now=clock())
    assert (ticket.account_id, ticket.brand_id) == (person.account.id, person.account.brand_id)
    assert person.get("/live/changes?after=nonsense").json == {"after": 0, "hints": []}


def test_after_five_links_the_next_one_waits_and_nobody_sees_the_difference(engine, settings, brand, clock, mia):
    mailing = dataclasses.replace(settings, smtp_url="smtp://127.0.0.1:1")
    app = Flask("tests", static_folder=None)
    register(app, Parts(settings=mailing, engine=engine, clock=clock, storage=lambda: None))
    stranger = Person(app.test_client())
    proof = stranger.proof()
    answers = [stranger.post("/forgotten", {"email": "mia@example.com"}, csrf=proof) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {200}
    jobs = "select count(*) from outbox where job = 'send_link'"
    assert scalar(engine, jobs) == 5
    clock.move(minutes=14)
    stranger.post("/forgotten", {"email": "mia@example.com"}, csrf=proof)
    assert scalar(engine, jobs) == 5
    clock.move(minutes=2)
    stranger.post("/forgotten", {"email": "mia@example.com"}, csrf=proof)
    assert scalar(engine, jobs) == 6
