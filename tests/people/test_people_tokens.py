"""Tokens of programs, and what roles may do."""

import hashlib
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from core.database import transaction
from people import tokens
from people.models import AuditEntry, Role
from people.rights import RIGHTS, Right, may
from tests.clock import MONDAY_MORNING
from tests.conftest import execute, scalar
from tests.factories.people import make_brand, make_token

NOW = MONDAY_MORNING


def test_a_token_is_long_random_and_recognisable():
    made = {tokens.make() for _ in range(100)}
    assert len(made) == 100
    for text, digest in made:
        assert re.fullmatch(r"rb_[A-Za-z0-9_-]{43}", text)
        assert digest == hashlib.sha256(text.encode()).hexdigest()
        assert tokens.matches(text, digest)
        assert not tokens.matches(text + "x", digest)


@given(st.text(max_size=60))
def test_any_text_at_all_can_be_compared(text):
    assert not tokens.matches(text, tokens.make()[1])


def test_an_added_token_is_found_by_its_text_and_kept_only_as_digest(engine: Engine):
    with transaction(engine) as session:
        brand = make_brand(session)
        token, text = tokens.add(session, brand_id=brand.id, name=" Stock  system ", role=Role.REVIEWER, now=NOW)
    with transaction(engine) as session:
        found = tokens.find(session, text)
        assert (found.id, found.name, found.role) == (token.id, "Stock system", "reviewer")
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject) == ("token_added", f"token:{token.id}")
    everything = execute(
        engine, "select to_jsonb(t)::text from token t union select to_jsonb(a)::text from audit_entry a"
    )
    assert all(text not in row[0] for row in everything)


@pytest.mark.parametrize("text", ["", "rb_", "rb_wrong", "x" * 100_000, "\x00", "\ud800"])
def test_what_is_no_token_finds_nothing(engine: Engine, text):
    with transaction(engine) as session:
        make_token(session, make_brand(session), plain="rb_right")
        assert tokens.find(session, text) is None
        assert tokens.find(session, "rb_right") is not None


def test_a_revoked_token_is_found_no_more_and_is_revoked_once(engine: Engine):
    with transaction(engine) as session:
        token = make_token(session, make_brand(session), plain="rb_one")
        assert tokens.revoke(session, token, now=NOW, actor="account:1")
        assert not tokens.revoke(session, token, now=NOW + timedelta(hours=1))
        assert token.revoked_at == NOW
        assert tokens.find(session, "rb_one") is None
        assert scalar_actions(session) == [("account:1", "token_revoked")]


def test_use_is_noted_at_most_once_a_minute(engine: Engine):
    with transaction(engine) as session:
        make_token(session, make_brand(session), plain="rb_one")
    for seconds, written in ((0, True), (1, False), (59, False), (60, True), (61, False)):
        with transaction(engine) as session:
            token = tokens.find(session, "rb_one")
            assert tokens.touch(session, token, now=NOW + timedelta(seconds=seconds)) is written
    assert scalar(engine, "select used_at from token") == NOW + timedelta(seconds=60)


def test_of_two_requests_that_read_the_same_token_one_writes(engine: Engine):
    with transaction(engine) as session:
        make_token(session, make_brand(session), plain="rb_one")
    with transaction(engine) as one, transaction(engine) as other:
        first, second = tokens.find(one, "rb_one"), tokens.find(other, "rb_one")
        assert tokens.touch(one, first, now=NOW)
        one.commit()
        assert not tokens.touch(other, second, now=NOW)


@pytest.mark.parametrize("name", ["", "  \n", "x" * 201])
def test_a_token_without_a_usable_name_is_refused(engine: Engine, name):
    with transaction(engine) as session:
        brand = make_brand(session)
        with pytest.raises(tokens.TokenNameError, match="name: "):
            tokens.add(session, brand_id=brand.id, name=name, role=Role.AGENT, now=NOW)


# Rights


def test_every_role_has_a_row_and_every_right_is_somebodys():
    assert set(RIGHTS) == set(Role)
    assert frozenset().union(*RIGHTS.values()) == set(Right) == RIGHTS[Role.ADMINISTRATOR]
    assert RIGHTS[Role.AGENT] < RIGHTS[Role.SUPERVISOR] < RIGHTS[Role.ADMINISTRATOR]


@pytest.mark.parametrize(
    ("role", "right", "allowed"),
    [
        (Role.AGENT, Right.WRITE_TICKETS, True),
        (Role.AGENT, Right.ASSIGN_TICKETS, False),
        (Role.AGENT, Right.SCORE_CALLS, False),
        (Role.REVIEWER, Right.PLAY_RECORDINGS, True),
        (Role.REVIEWER, Right.WRITE_TICKETS, False),
        (Role.SUPERVISOR, Right.RETRY_JOBS, True),
        (Role.SUPERVISOR, Right.MANAGE_PEOPLE, False),
        (Role.SUPERVISOR, Right.DELETE_RECORDINGS, False),
        (Role.ADMINISTRATOR, Right.MANAGE_PEOPLE, True),
        ("agent", Right.READ_TICKETS, True),
        ("owner", Right.READ_TICKETS, False),
        ("", Right.READ_TICKETS, False),
    ],
)
def test_rights_follow_the_role(role, right, allowed):
    assert may(role, right) is allowed


def scalar_actions(session) -> list[tuple[str, str]]:
    return [(row.actor, row.action) for row in session.scalars(select(AuditEntry))]
