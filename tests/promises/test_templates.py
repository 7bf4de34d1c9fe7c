"""Every template renders where there is nothing to show; an unknown name in one is an error, never an empty place."""

import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import select

from console import rendering
from people.models import Account, Brand, Role
from recordings.models import RecordingState
from tests.browser.catalogue import NO_PAGES as NOT_PAGES
from tests.browser.catalogue import STRANGER, Sight, declared, open_path, roles
from tests.browser.served import serve
from tests.clock import HandClock
from tests.conftest import EMPTY, settings_for
from tests.factories.recordings import make_recording
from tests.factories.tickets import make_call, make_customer, make_ticket

PAGES = [page for page in declared("GET") if page.path not in NOT_PAGES]
MANY = "/tickets/changes/<int:deed_id>"
PARTS = ["/tickets/<int:number>/preview"]
NEEDS_MORE = {
    "people/invited.html": "a link that was just made",
    "tickets/deed.html": "several tickets that were changed at once",
    "calls/who.html": "several customers who share the number of a call",
}
"""Templates of what cannot be there where nothing is, and what that is; tests/browser/test_sweep.py looks at them."""


@pytest.fixture
def rendered(monkeypatch):
    """Every template that was rendered, by itself or as part of another."""
    names = set()
    get = rendering.environment().get_template

    def noting(name, *more, **how):
        names.add(name if isinstance(name, str) else name.name)
        return get(name, *more, **how)

    monkeypatch.setattr(rendering.environment(), "get_template", noting)
    return names


@pytest.fixture
def bare(_shared_engine, servers, tmp_path):
    """An installation with its people and nothing else."""
    with _shared_engine.begin() as connection:
        connection.execute(EMPTY)
    settings = settings_for(servers, Path(tmp_path))
    with serve(
        background=False, clock=HandClock(), settings=settings, engine=_shared_engine, folder=tmp_path
    ) as served:
        yield served


def test_an_unknown_name_is_an_error():
    assert rendering.environment().undefined is StrictUndefined


def test_every_template_renders_with_nothing_to_show(bare, rendered):
    for page in PAGES:
        if "<" not in page.path:
            ask(bare, page.path, roles(page), wanted=200)
    add_the_barest(bare.house)
    for page in PAGES:
        if page.path != MANY:
            ask(bare, page.path, roles(page), wanted=200)
    for path in PARTS:
        ask(bare, path, [role.value for role in Role], wanted=200)
    ask(bare, "/link/nobody-made-it", [STRANGER], wanted=404)
    ask(bare, "/nobody-made-this", [STRANGER, "agent"], wanted=404)
    every = {path.relative_to(rendering.TEMPLATES).as_posix() for path in rendering.TEMPLATES.rglob("*.html")}
    assert every - rendered - set(NEEDS_MORE) - {"fragment.html", "phone/seen.html"} == set()


def ask(served, path, who, *, wanted):
    for role in who:
        client = served.house.app.test_client()
        if role != STRANGER:
            cookie = served.cookie(role)
            client.set_cookie(str(cookie["name"]), str(cookie["value"]))
        answer = client.get(open_path(Sight(path, role), served.house))
        assert answer.status_code == wanted, f"{path} as {role}"
        assert not re.search(r"\bUndefined\b", answer.text)


def add_the_barest(house):
    """One of each thing, with nothing in it that may be left out."""
    with house.session() as session, session.begin():
        brand = session.scalars(select(Brand)).one()
        make_customer(session, brand)
        call = make_call(session, brand, ticket=make_ticket(session, brand, caller=None), from_number=None)
        make_recording(session, call, state=RecordingState.MISSING, failure=None)
        for account in session.scalars(select(Account).where(Account.role == Role.AGENT)):
            account.phone = None
