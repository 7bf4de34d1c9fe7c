"""The console on an application of its own, with somebody of each role signed in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from console.cookies import session_name
from console.door import register
from console.parts import Parts
from core.config import Settings
from core.database import transaction
from core.storage_folder import FolderStorage
from people import sign_ins
from people.models import Account, Brand, Role
from tests.clock import HandClock
from tests.factories.people import make_account, make_brand

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
"""Headers of a request by htmx for a part of a page."""


@dataclass
class Person:
    """Somebody at a browser; `account` None is a stranger."""

    client: FlaskClient
    account: Account | None = None

    def get(self, path: str, *, fragment: bool = False, headers: Mapping[str, str] | None = None) -> TestResponse:
        return self.client.get(path, headers=(FRAGMENT if fragment else {}) | dict(headers or {}))

    def post(
        self,
        path: str,
        values: Mapping[str, Any] | None = None,
        *,
        fragment: bool = False,
        headers: Mapping[str, str] | None = None,
        csrf: str | None = None,
    ) -> TestResponse:
        """Send a form as its page would: with the proof from the profile (or the sign-in) page."""
        proof = self.proof() if csrf is None else csrf
        sent = {"csrf": proof} | dict(values or {})
        return self.client.post(path, data=sent, headers=(FRAGMENT if fragment else {}) | dict(headers or {}))

    def proof(self) -> str:
        page = self.client.get("/profile" if self.account else "/sign-in")
        return re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]


@pytest.fixture
def app(engine: Engine, settings: Settings, clock: HandClock, tmp_path) -> Flask:
    """An application with the console alone."""
    app = Flask("tests", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    storage = FolderStorage(tmp_path / "store")
    register(app, Parts(settings=settings, engine=engine, clock=clock, storage=lambda: storage))
    return app


@pytest.fixture
def brand(engine: Engine) -> Brand:
    with transaction(engine) as session:
        return make_brand(session)


@pytest.fixture
def stranger(app: Flask, brand: Brand) -> Person:
    return Person(app.test_client())


@pytest.fixture
def signed_in(app: Flask, engine: Engine, brand: Brand, clock: HandClock, settings: Settings):
    """`signed_in(Role.AGENT, name="Mia")`: a new person of that role, signed in."""

    def make(role: Role = Role.AGENT, **columns: Any) -> Person:
        with transaction(engine) as session:
            account = make_account(session, brand, role=role, **columns)
            _row, token = sign_ins.begin(session, account=account, now=clock())
        client = app.test_client()
        client.set_cookie(session_name(settings), token)
        return Person(client, account)

    return make
