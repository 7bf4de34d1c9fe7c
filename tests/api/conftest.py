"""The API on an application of its own, with a token for each role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from api.door import register
from api.parts import Parts
from core.config import Settings
from core.database import transaction
from core.storage_folder import FolderStorage
from people.models import Brand, Role
from tests.clock import HandClock
from tests.factories.people import make_brand, make_token


@dataclass
class Program:
    """A program with a token, speaking to the API."""

    app: Flask
    token: str

    def send(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> TestResponse:
        kept = {"Authorization": f"Bearer {self.token}"} | dict(headers or {})
        return self.app.test_client().open(f"/api/v1{path}", method=method, json=json, headers=kept, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.send("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.send("POST", path, json=json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.send("PATCH", path, json=json, **more)


@pytest.fixture
def storage(settings: Settings) -> FolderStorage:
    return FolderStorage(settings.data / "recordings")


@pytest.fixture
def app(engine: Engine, settings: Settings, clock: HandClock, storage: FolderStorage) -> Flask:
    app = Flask(__name__)
    register(app, Parts(settings=settings, engine=engine, clock=clock, storage=lambda: storage))
    return app


@pytest.fixture
def brand(engine: Engine) -> Brand:
    """The brand whose data the programs see."""
    with transaction(engine) as session:
        return make_brand(session)


@pytest.fixture
def programs(app: Flask, engine: Engine, brand: Brand) -> dict[Role, Program]:
    """One program for each role."""
    with transaction(engine) as session:
        for role in Role:
            make_token(session, brand, plain=f"token-of-{role}", role=role)
    return {role: Program(app, f"token-of-{role}") for role in Role}


@pytest.fixture
def api(programs: dict[Role, Program]) -> Program:
    """An administrator's program."""
    return programs[Role.ADMINISTRATOR]
