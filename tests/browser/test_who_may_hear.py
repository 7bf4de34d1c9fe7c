"""A recording is heard by those who may, through a session and a right; each listening is written down."""

import pytest
from playwright.sync_api import expect

from people import rights
from people.models import Role
from people.rights import Right, may
from tests.browser.served import EMAILS
from tests.browser.told import ticket_with_a_message

ROLES = {"agent": Role.AGENT, "reviewer": Role.REVIEWER, "supervisor": Role.SUPERVISOR} | {
    "administrator": Role.ADMINISTRATOR
}


@pytest.fixture
def ticket(served):
    return ticket_with_a_message(served)


@pytest.fixture
def audio(served, ticket):
    return f"/recordings/{served.house.one('select id from recording')}/audio"


def plays(served):
    """Who listened, by e-mail address, in order."""
    rows = served.house.rows("select actor from recording_play order by id")
    people = dict(served.house.rows("select 'account:' || id, email from account"))
    return [people[actor] for (actor,) in rows]


def test_without_a_session_there_is_no_sound_and_no_trace_of_it(served, visitors, audio):
    for path in (audio, audio.replace("audio", "peaks")):
        answer = visitors.context().request.get(path, max_redirects=0)
        assert answer.status == 401
        assert "audio" not in answer.headers["content-type"]
    assert plays(served) == []


@pytest.mark.parametrize("role", ROLES)
def test_each_role_hears_what_it_may_and_the_listening_is_on_record(served, visitors, audio, role):
    assert may(ROLES[role], Right.PLAY_RECORDINGS)
    answer = visitors.context(role).request.get(audio)
    assert (answer.status, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.body()[:4] == b"RIFF"
    part = visitors.context(role).request.get(audio, headers={"Range": "bytes=44-99"})
    assert (part.status, len(part.body())) == (206, 56)
    assert plays(served) == [EMAILS[role]] * 2


@pytest.mark.parametrize("role", ROLES)
def test_a_role_without_the_right_is_refused_in_words_and_nothing_is_heard(
    served, visitors, ticket, audio, role, monkeypatch
):
    without = rights.RIGHTS[ROLES[role]] - {Right.PLAY_RECORDINGS}
    monkeypatch.setattr(rights, "RIGHTS", rights.RIGHTS | {ROLES[role]: without})
    page = visitors.enter(role)
    assert page.request.get(audio).status == 403
    assert page.request.get(audio.replace("audio", "peaks")).status == 403
    page.goto(ticket)
    expect(page.locator(".ticket-story")).to_contain_text("Your role may not listen to recordings.")
    expect(page.locator("audio")).to_have_count(0)
    assert plays(served) == []


def test_the_player_on_the_page_is_on_record_too(served, signed_in_page, ticket):
    page = signed_in_page("reviewer")
    page.goto(ticket)
    assert plays(served) == []
    page.locator("[data-part=play]").click()
    page.wait_for_function("() => document.querySelector('.player-audio').currentTime > 0")
    assert set(plays(served)) == {EMAILS["reviewer"]}


def test_a_session_that_was_ended_hears_nothing_more(served, visitors, audio):
    context = visitors.context("agent")
    assert context.request.get(audio).status == 200
    page = context.new_page()
    page.goto("/desk")
    page.locator("#me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
    assert context.request.get(audio).status == 401
    assert plays(served) == [EMAILS["agent"]]
