"""How often a program may ask: without a valid token a few times, with one often, and then it is told when again."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from api.door import register
from api.parts import Parts
from core.config import Settings
from core.limits import Limit
from people.models import Role
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.statements import counted


def test_guesses_at_a_token_are_stopped_without_a_query(app, api: Program, engine: Engine, clock: HandClock) -> None:
    guesses = Program(app, "rb_guess")
    assert [guesses.get("/tickets").status_code for _ in range(30)] == [401] * 30
    with counted(engine) as statements:
        stopped = guesses.get("/tickets")
    assert (stopped.status_code, stopped.headers["Retry-After"], len(statements)) == (429, "60", 0)
    assert stopped.content_type == "application/problem+json"
    clock.move(seconds=61)
    assert guesses.get("/tickets").status_code == 401
    assert api.get("/tickets").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}])
def test_asking_without_a_token_counts_too(app, api: Program, headers) -> None:
    client = app.test_client()
    for _ in range(30):
        assert client.get("/api/v1/tickets", headers=headers).status_code == 401
    assert client.get("/api/v1/tickets", headers=headers).status_code == 429


def test_one_token_may_not_ask_without_end_and_others_go_on(
    engine: Engine, settings: Settings, clock: HandClock, programs: dict[Role, Program]
) -> None:
    app = Flask(__name__)
    limit = Limit(most=3)
    register(app, Parts(settings=settings, engine=engine, clock=clock, storage=lambda: None, used=limit))
    busy, other = (Program(app, f"token-of-{role}") for role in (Role.ADMINISTRATOR, Role.AGENT))
    assert [busy.get("/tickets").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert other.get("/tickets").status_code == 200
    clock.move(seconds=61)
    assert busy.get("/tickets").status_code == 200
