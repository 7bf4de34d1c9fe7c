"""Refused webhooks are counted beside the callers' path, once each, and told with their cure."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.caller_connections import CallerConnections
from core.config import Settings
from health.checks import Check, Tone, checks
from health.figures import figures
from health.models import RefusedWebhook, Why
from health.refused import RefusedWebhooks
from ivr.signatures import sign
from ringback.app import create_app
from ringback.installation import brand_for
from tests.clock import HandClock
from tests.counting import counted_statements

CALL = {"CallSid": "CA1", "From": "+12025550147", "To": "+12025550100", "Direction": "inbound", "CallStatus": "ringing"}
SECRET = "a word only the forged body holds"


@pytest.fixture
def counts(engine: Engine, settings: Settings, clock: HandClock) -> RefusedWebhooks:
    """Written by the test alone: the thread sleeps through it."""
    return RefusedWebhooks(CallerConnections(settings.database_url or ""), clock=clock, write_seconds=3600)


@pytest.fixture
def app(engine: Engine, settings: Settings, clock: HandClock) -> Iterator[Flask]:
    with Session(engine) as session, session.begin():
        brand_for(session, settings)
    app = create_app(settings, clock=clock)
    yield app
    app.extensions["ringback"].refused.stop()
    app.extensions["ringback"].directory.stop()


def post(app: Flask, settings: Settings, *, token: str, base: str = "", host: str = "127.0.0.1:8000") -> TestResponse:
    pairs = list(({"AccountSid": str(settings.twilio_account_sid), "Body": SECRET} | CALL).items())
    signature = sign((base or settings.public_url) + "/voice/incoming", pairs, token)
    return app.test_client().post(
        "/voice/incoming",
        data=urlencode(pairs),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature, "Host": host},
    )


def stored(engine: Engine) -> list[RefusedWebhook]:
    with Session(engine) as session:
        return list(session.scalars(select(RefusedWebhook).order_by(RefusedWebhook.hour, RefusedWebhook.why)))


def signatures(engine: Engine, settings: Settings, clock: HandClock) -> Check:
    with Session(engine) as session:
        seen = figures(session, brand_id=None, now=clock())
    told = checks(seen, data=settings.data, public_url=settings.public_url, now=clock())
    [one] = [check for check in told if check.part == "signatures"]
    return one


def test_a_forged_webhook_is_counted_and_nothing_of_it_is_kept(
    app: Flask, engine: Engine, settings: Settings, clock: HandClock
) -> None:
    assert signatures(engine, settings, clock).tone == Tone.OK
    assert post(app, settings, token="not ours").status_code == 403
    clock.move(minutes=3)
    assert post(app, settings, token="not ours").status_code == 403
    app.extensions["ringback"].refused.write()
    [row] = stored(engine)
    assert (row.path, row.why, row.count, row.last_at) == ("/voice/incoming", Why.WRONG_SIGNATURE, 2, clock())
    assert SECRET not in repr(vars(row))
    assert "+1202" not in repr(vars(row))
    check = signatures(engine, settings, clock)
    assert (check.tone, check.at) == (Tone.BAD, clock())
    assert "2 webhooks refused" in str(check.seen)
    assert "TWILIO_AUTH_TOKEN" in str(check.cure)
    assert settings.public_url in str(check.cure)


def test_a_refused_webhook_costs_its_path_not_one_statement(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(app, settings, token="not ours")
    with counted_statements(monkeypatch) as statements:
        assert post(app, settings, token="not ours").status_code == 403
    assert statements == []
    with counted_statements(monkeypatch) as statements:
        assert post(app, settings, token=settings.twilio_auth_tokens[0]).status_code == 200
    assert len(statements) <= 2


def test_one_signed_for_another_address_names_that_address(
    app: Flask, engine: Engine, settings: Settings, clock: HandClock
) -> None:
    ours = settings.twilio_auth_tokens[0]
    old = "https://old.example.org"
    assert post(app, settings, token=ours, base=old, host="old.example.org").status_code == 403
    app.extensions["ringback"].refused.write()
    assert [(row.why, row.signed_for) for row in stored(engine)] == [(Why.OTHER_ADDRESS, old)]
    check = signatures(engine, settings, clock)
    assert old in str(check.cure)
    assert check.tone == Tone.BAD


def test_one_without_a_signature_points_at_the_proxy(
    app: Flask, engine: Engine, settings: Settings, clock: HandClock
) -> None:
    assert app.test_client().post("/voice/incoming", data=CALL).status_code == 403
    app.extensions["ringback"].refused.write()
    assert "X-Twilio-Signature" in str(signatures(engine, settings, clock).cure)


def test_what_is_written_twice_counts_once(counts: RefusedWebhooks, engine: Engine, clock: HandClock) -> None:
    counts.note(path="/voice/turn", why=Why.UNSIGNED)
    assert counts.write()
    counts._counts[(clock(), "/voice/turn", Why.UNSIGNED)].written = False  # as if the answer had been lost
    assert counts.write()
    counts.note(path="/voice/turn", why=Why.UNSIGNED)
    assert counts.write()
    assert [row.count for row in stored(engine)] == [2]


def test_two_processes_add_up_and_hours_stand_apart(
    counts: RefusedWebhooks, engine: Engine, settings: Settings, clock: HandClock
) -> None:
    other = RefusedWebhooks(CallerConnections(settings.database_url or ""), clock=clock, write_seconds=3600)
    for one in (counts, other):
        one.note(path="/voice/turn", why=Why.UNSIGNED)
        one.write()
    clock.move(hours=1)
    counts.note(path="/voice/turn", why=Why.UNSIGNED)
    counts.write()
    assert [row.count for row in stored(engine)] == [1, 1, 1]
    with Session(engine) as session:
        assert figures(session, brand_id=None, now=clock()).webhooks_refused == 3
        assert figures(session, brand_id=None, now=clock() + timedelta(days=2)).webhooks_refused == 0


def test_counts_wait_for_a_database_that_is_away_and_are_not_lost(
    engine: Engine, settings: Settings, clock: HandClock
) -> None:
    real = CallerConnections(settings.database_url or "")

    class Away:
        gone = True

        def execute(self, statement: str, values: dict[str, Any]) -> Sequence[Any]:
            if self.gone:
                raise psycopg.OperationalError("away")
            return real.execute(statement, values)

    away = Away()
    counts = RefusedWebhooks(away, clock=clock, write_seconds=3600)
    counts.note(path="/voice/turn", why=Why.UNSIGNED)
    assert not counts.write()
    counts.note(path="/voice/turn", why=Why.UNSIGNED)
    away.gone = False
    assert counts.write()
    assert [row.count for row in stored(engine)] == [2]


def test_many_at_once_are_all_counted_and_written_by_the_thread(
    engine: Engine, settings: Settings, clock: HandClock
) -> None:
    counts = RefusedWebhooks(CallerConnections(settings.database_url or ""), clock=clock, write_seconds=0.01)

    def forge() -> None:
        for _ in range(200):
            counts.note(path="/voice/turn", why=Why.WRONG_SIGNATURE)

    threads = [threading.Thread(target=forge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    counts.stop()
    assert sum(row.count for row in stored(engine)) == 800


def test_what_is_older_than_a_month_is_forgotten(counts: RefusedWebhooks, engine: Engine, clock: HandClock) -> None:
    counts.note(path="/voice/turn", why=Why.UNSIGNED)
    counts.write()
    clock.move(days=31)
    counts.note(path="/voice/status", why=Why.UNSIGNED)
    counts.write()
    assert [row.path for row in stored(engine)] == ["/voice/status"]
    assert len(counts._counts) == 1


def test_the_health_of_one_brand_does_not_count_anothers_failures(
    engine: Engine, settings: Settings, clock: HandClock
) -> None:
    from core.database import transaction
    from core.outbox_models import OutboxRow
    from tests.factories.people import make_brand
    from tests.factories.tickets import make_call

    with transaction(engine) as session:
        ours, theirs = make_brand(session), make_brand(session)
        call = make_call(session, theirs)
        when = {"asked_at": clock(), "due_at": clock(), "ended_at": clock()}
        session.add(OutboxRow(job="assign_ticket", args={}, state="failed", call_id=call.id, **when))
        session.flush()
        assert figures(session, brand_id=ours.id, now=clock()).jobs_failed == 0
        assert figures(session, brand_id=theirs.id, now=clock()).jobs_failed == 1
        assert figures(session, brand_id=None, now=clock()).jobs_failed == 1
