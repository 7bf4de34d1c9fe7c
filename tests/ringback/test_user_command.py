"""`ringback user`: people get in by a link that standard output holds alone."""

import stat
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.database import transaction
from people import links
from people.models import Account, Role
from people.passwords import is_right
from ringback.commands import user
from ringback.demo_sign_ins import FILE, give_passwords, read
from ringback.installation import seed_demo


@pytest.fixture
def run(engine, settings, monkeypatch):
    for name, text in {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "RINGBACK_DATA": str(settings.data),
        "RINGBACK_DOTENV": "/dev/null",
    }.items():
        monkeypatch.setenv(name, text)

    def call(*arguments):
        return CliRunner().invoke(user.command, arguments)

    return call


def test_somebody_added_gets_a_link_that_opens_the_door(engine, run):
    from core.clock import utc_now

    done = run("add", "Jo.March@example.com", "--role", "supervisor")
    assert done.exit_code == 0, done.output
    token = urlsplit(done.stdout.strip()).path.removeprefix("/link/")
    with transaction(engine) as session:
        account = links.holder(session, token, now=utc_now())
        assert (account.email, account.name, account.role) == ("jo.march@example.com", "Jo March", "supervisor")
    again = run("link", "jo.march@example.com")
    with transaction(engine) as session, pytest.raises(links.LinkUnknown):
        links.holder(session, token, now=utc_now())
    assert "/link/" in again.stdout


@pytest.mark.parametrize("arguments", [("add", "no address", "--role", "agent"), ("link", "nobody@example.com")])
def test_wrong_use_is_said(run, arguments):
    assert run(*arguments).exit_code == 2


def test_the_demos_passwords_work_are_kept_and_are_the_owners_alone(engine, settings):
    for _ in range(2):
        with transaction(engine) as session:
            seed_demo(session, settings)
            give_passwords(session, settings)
    path = settings.data / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = read(path)
    with transaction(engine) as session:
        people = session.scalars(select(Account).where(Account.email.in_(kept))).all()
        assert {Role(person.role) for person in people} == set(Role)
        assert all(is_right(kept[person.email], person.password) for person in people)
        assert all(person.password is None for person in session.scalars(select(Account)) if person.email not in kept)
    path.unlink()
    with transaction(engine) as session:
        give_passwords(session, settings)
        fresh = read(path)
        assert not set(fresh.values()) & set(kept.values())
        people = session.scalars(select(Account).where(Account.email.in_(fresh))).all()
        assert all(is_right(fresh[person.email], person.password) for person in people)
