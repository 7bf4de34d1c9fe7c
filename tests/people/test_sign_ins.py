"""Sign-ins, failed tries, links, drafts and preferences."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.database import transaction
from people import attempts, drafts, links, passwords, preferences, sign_ins
from people.models import AuditEntry
from people.sign_in_models import LinkPurpose, SignIn
from tests.clock import MONDAY_MORNING as NOW
from tests.conftest import execute, scalar
from tests.factories.people import make_account, make_brand

WORDS = "seven calm brown owls"


@pytest.fixture
def mia(engine):
    with transaction(engine) as session:
        return make_account(session, make_brand(session), email="mia@example.com", password=passwords.hashed(WORDS))


def begin(engine, mia, *, now=NOW):
    with transaction(engine) as session:
        return sign_ins.begin(session, account=mia, now=now)[1]


def is_in(engine, token, *, now):
    with transaction(engine) as session:
        return sign_ins.find(session, token, now=now) is not None


def test_only_a_digest_of_the_token_is_kept(engine, mia):
    token = begin(engine, mia)
    assert is_in(engine, token, now=NOW)
    rows = execute(engine, "select to_jsonb(s)::text from sign_in s union select to_jsonb(a)::text from audit_entry a")
    assert all(token not in row[0] for row in rows)
    assert begin(engine, mia) != token


@pytest.mark.parametrize("text", ["", "x", "x" * 1000, "\ud800"])
def test_what_is_no_token_is_nobody(engine, mia, text):
    assert not is_in(engine, text, now=NOW)


def test_a_sign_in_ends_after_twelve_idle_hours(engine, mia):
    token = begin(engine, mia)
    assert is_in(engine, token, now=NOW + timedelta(hours=11, minutes=59))
    assert not is_in(engine, token, now=NOW + timedelta(hours=12))


def test_with_use_it_slides_but_not_for_ever(engine, mia):
    token, now = begin(engine, mia), NOW
    for _ in range(400):
        now += timedelta(hours=6)
        with transaction(engine) as session:
            present = sign_ins.find(session, token, now=now)
            if present is None:
                break
            assert sign_ins.touch(session, present.sign_in, now=now)
    assert now - NOW == sign_ins.LONGEST


def test_use_is_written_at_most_once_a_minute(engine, mia):
    token = begin(engine, mia)
    for seconds, written in ((1, False), (60, True), (100, False), (121, True)):
        with transaction(engine) as session:
            now = NOW + timedelta(seconds=seconds)
            assert sign_ins.touch(session, sign_ins.find(session, token, now=now).sign_in, now=now) is written


def test_somebody_switched_off_is_out_at_once(engine, mia):
    token = begin(engine, mia)
    execute(engine, "update account set active = false")
    assert not is_in(engine, token, now=NOW)


def test_nobody_ends_the_sign_in_of_somebody_else(engine, mia):
    token = begin(engine, mia)
    with transaction(engine) as session:
        row = session.scalars(select(SignIn)).one()
        assert not sign_ins.end(session, sign_in_id=row.id, account_id=mia.id + 1, now=NOW)
    assert is_in(engine, token, now=NOW)


def try_in(engine, *, email="mia@example.com", password=WORDS, address="192.0.2.1", now=NOW):
    """What came of it: None, or the error; the failure is kept as the console keeps it."""
    with transaction(engine) as session:
        try:
            sign_ins.sign_in(session, email=email, password=password, address=address, now=now)
        except (sign_ins.WrongCredentials, attempts.Locked) as error:
            return error
    return None


def test_waits_grow_with_failures_up_to_an_hour(engine, mia):
    now = NOW
    for _ in range(4):
        assert isinstance(try_in(engine, password="wrong", now=now), sign_ins.WrongCredentials)
    waits = []
    for _ in range(5):
        assert isinstance(try_in(engine, password="wrong", now=now), sign_ins.WrongCredentials)
        lock = try_in(engine, now=now)
        assert isinstance(lock, attempts.Locked)
        waits.append((lock.until - now).total_seconds() / 60)
        now = lock.until
    assert waits[0] == 15
    assert sorted(waits) == waits
    assert waits[-1] == 60
    assert try_in(engine, now=now) is None


def test_a_success_starts_the_count_anew(engine, mia):
    for _ in range(4):
        try_in(engine, password="wrong")
    assert try_in(engine) is None
    for _ in range(4):
        assert isinstance(try_in(engine, password="wrong"), sign_ins.WrongCredentials)


def test_one_network_address_cannot_try_everybody(engine, mia):
    for n in range(20):
        assert isinstance(try_in(engine, email=f"somebody{n}@example.com"), sign_ins.WrongCredentials)
    assert isinstance(try_in(engine), attempts.Locked)
    assert try_in(engine, address="192.0.2.9") is None


def test_failures_at_one_moment_are_all_counted(engine, mia):
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(try_in(engine, password="wrong"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, sign_ins.WrongCredentials) for one in outcomes) == 5
    assert sum(isinstance(one, attempts.Locked) for one in outcomes) == 3


def test_nobodys_address_is_kept_in_the_open(engine):
    try_in(engine, email="secret-person@example.com")
    assert all("secret" not in row[0] for row in execute(engine, "select to_jsonb(a)::text from sign_in_attempt a"))


def test_passwords_are_argon2id_and_checked_also_for_nobody(mia):
    assert mia.password.startswith("$argon2id$")
    assert passwords.is_right(WORDS, mia.password)
    assert not passwords.is_right(WORDS + " ", mia.password)
    assert not passwords.is_right("nobody knows this one and nobody needs to", None)
    assert not passwords.is_right(WORDS, "no hash")


@pytest.mark.parametrize("password", ["", "short", "x" * 12, "ababababababab", "x" * 257])
def test_guessable_passwords_are_refused(password):
    with pytest.raises(passwords.PasswordTooWeak):
        passwords.hashed(password)


def test_a_newer_link_voids_the_one_before(engine, mia):
    with transaction(engine) as session:
        first = links.make(session, account=mia, purpose=LinkPurpose.INVITE, now=NOW)
        second = links.make(session, account=mia, purpose=LinkPurpose.RESET, now=NOW)
        with pytest.raises(links.LinkUnknown):
            links.holder(session, first.text, now=NOW)
        assert links.holder(session, second.text, now=NOW).id == mia.id
        with pytest.raises(links.LinkUnknown):
            links.holder(session, second.text, now=NOW + timedelta(hours=2))


def test_of_two_who_use_one_link_at_once_one_gets_through(engine, mia):
    with transaction(engine) as session:
        text = links.make(session, account=mia, purpose=LinkPurpose.RESET, now=NOW).text
    outcomes = []

    def use():
        try:
            with transaction(engine) as session:
                links.use(session, text, password=WORDS + "!", now=NOW)
                outcomes.append("in")
        except links.LinkUnknown:
            outcomes.append("out")

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "out", "out"]


def test_what_happened_is_in_the_audit_without_secrets(engine, mia):
    try_in(engine, password="wrong")
    try_in(engine)
    with transaction(engine) as session:
        links.use(
            session,
            links.make(session, account=mia, purpose=LinkPurpose.RESET, now=NOW).text,
            password=WORDS + "!",
            now=NOW,
        )
        actions = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["sign_in_failed", "signed_in", "link_made", "password_changed"]
    assert all(WORDS not in row[0] for row in execute(engine, "select to_jsonb(a)::text from audit_entry a"))


def test_a_draft_is_kept_per_person_and_place_and_the_last_text_wins(engine, mia):
    with transaction(engine) as session:
        for text in ("He", "Hello", "Hello there"):
            drafts.save(session, account_id=mia.id, place="ticket:1:note", text=text, now=NOW)
        assert drafts.find(session, account_id=mia.id, place="ticket:1:note").text == "Hello there"
        assert drafts.find(session, account_id=mia.id, place="ticket:2:note") is None
        drafts.save(session, account_id=mia.id, place="ticket:1:note", text="  \n", now=NOW)
    assert scalar(engine, "select count(*) from draft") == 0


@pytest.mark.parametrize(("place", "text"), [("p", "x" * 50_001), ("", "x"), ("p" * 201, "x"), ("p", "\x00")])
def test_a_draft_that_cannot_be_kept_is_refused(engine, mia, place, text):
    with transaction(engine) as session, pytest.raises(drafts.DraftRefused):
        drafts.save(session, account_id=mia.id, place=place, text=text, now=NOW)


@given(
    st.dictionaries(
        st.sampled_from(["theme", "density", "zone", "speed", "letter_keys", "language", "other"]),
        st.none() | st.text() | st.floats() | st.booleans() | st.lists(st.integers()),
    )
)
def test_whatever_a_row_holds_preferences_are_usable(choices):
    read = preferences.read(choices)
    assert read == preferences.usable(read)
    assert read.theme in preferences.THEMES
    assert 0.5 <= read.speed <= 4


def test_preferences_come_back_with_the_sign_in(engine, mia):
    wanted = preferences.read({"theme": "dark", "zone": "Europe/Sofia", "letter_keys": False})
    with transaction(engine) as session:
        preferences.save(session, account_id=mia.id, preferences=preferences.Preferences())
        preferences.save(session, account_id=mia.id, preferences=wanted)
    token = begin(engine, mia)
    with transaction(engine) as session:
        assert sign_ins.find(session, token, now=NOW).preferences == wanted
