"""Numbers for Prometheus: only with the token, and honest while the database is away."""

import dataclasses

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from core.database import make_engine
from ringback.app import create_app, shut
from ringback.installation import brand_for
from ringback.metrics import _Numbers
from tests.conftest import execute

TOKEN = "t" * 20


@pytest.fixture
def client(engine, settings, clock):
    with Session(engine) as session, session.begin():
        brand_for(session, settings)
    app = create_app(dataclasses.replace(settings, metrics_token=TOKEN), clock=clock)
    yield app.test_client()
    shut(app)


def numbers(client):
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {family.name: family.samples[0].value for family in text_string_to_metric_families(answer.text)}


def test_without_the_token_nothing_is_told(client):
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_it_counts_what_waits(client, engine, clock):
    execute(engine, "insert into outbox (job, state, asked_at, due_at) values ('x', 'asked', :at, :at)", at=clock())
    execute(engine, "insert into outbox (job, state, asked_at, due_at) values ('x', 'failed', :at, :at)", at=clock())
    clock.move(minutes=2)
    told = numbers(client)
    assert (told["ringback_jobs_open"], told["ringback_jobs_failed"]) == (1, 1)
    assert told["ringback_jobs_overdue_seconds"] == 120
    assert told["ringback_webhooks_refused_day"] == 0
    assert told["ringback_database_up"] == 1


def test_it_counts_refused_webhooks(client, engine, clock):
    row = "insert into refused_webhook values (:at, '/voice/turn', 'unsigned', :process, 3, :at)"
    execute(engine, row, at=clock(), process="one")
    execute(engine, row, at=clock(), process="two")
    assert numbers(client)["ringback_webhooks_refused_day"] == 6


def test_while_the_database_is_away_only_that_is_told(clock):
    away = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    [only] = _Numbers(away, clock).collect()
    assert (only.name, only.samples[0].value) == ("ringback_database_up", 0)
