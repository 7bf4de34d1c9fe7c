"""The doctor finds what is ill and says the cure; `carrier setup` points a number here."""

import dataclasses

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from core.clock import utc_now
from core.connection_overrides import RETRIED
from core.outbox_models import TimetableRun
from ringback.commands import carrier as carrier_command
from ringback.doctor import examine
from ringback.fallback_document import agent_document, document
from ringback.installation import brand_for
from simulator import twiml
from simulator.carrier import Carrier
from simulator.server import Server
from tests.conftest import execute

NUMBER = "+14155550199"


@pytest.fixture
def carrier(settings):
    """A carrier with one number."""
    made = Carrier(account_sid=settings.twilio_account_sid, auth_token=settings.twilio_auth_tokens[0], seed=1)
    made.add_number(NUMBER)
    server = Server(made)
    server.start()
    made.api_url = server.url
    yield made
    server.close()


@pytest.fixture
def installed(engine, settings, carrier):
    with Session(engine) as session, session.begin():
        brand_for(session, settings)
        session.add(TimetableRun(entry="sweep", due_at=utc_now(), started_at=utc_now()))
    return dataclasses.replace(settings, twilio_api_url=carrier.api_url)


def found(settings):
    return {finding.part: finding for finding in examine(settings)}


def test_a_well_installation_is_well(installed):
    assert [finding.part for finding in examine(installed) if not finding.well] == []


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("database", {"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"}),
        ("redis", {"redis_url": "redis://127.0.0.1:1/0"}),
        ("storage", {"s3_bucket": "nowhere", "s3_endpoint_url": "http://127.0.0.1:1", "aws_access_key_id": "a",
                     "aws_secret_access_key": "b"}),
        ("carrier", {"twilio_api_url": "http://127.0.0.1:1"}),
        ("address", {"demo": False, "public_url": "http://calls.example"}),
    ],
)  # fmt: skip
def test_what_is_ill_is_named_with_its_cure_and_the_rest_is_still_looked_at(installed, part, changed):
    seen = found(dataclasses.replace(installed, **changed))
    assert not seen[part].well
    assert seen[part].cure
    assert len(seen) >= 6


def test_refused_webhooks_are_noticed(installed, engine):
    assert found(installed)["signatures"].well
    now = utc_now()
    row = "insert into refused_webhook values (:at, '/voice/turn', 'wrong_signature', 'p', 3, :at)"
    execute(engine, row, at=now)
    assert "TWILIO_AUTH_TOKEN" in found(installed)["signatures"].cure


def test_jobs_nobody_does_are_noticed(installed, engine):
    execute(engine, "insert into outbox (job, asked_at, due_at) values ('x', '2026-01-01', '2026-01-01')")
    assert "worker" in found(installed)["jobs"].cure


def test_an_old_schema_is_noticed(installed, engine):
    execute(engine, "update alembic_version set version_num = '0000'")
    try:
        assert "migrate" in found(installed)["database"].cure
    finally:
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        from core.config import ROOT

        head = ScriptDirectory.from_config(Config(ROOT / "alembic.ini")).get_current_head()
        execute(engine, "update alembic_version set version_num = :head", head=head)


def test_a_number_is_pointed_here(installed, carrier, monkeypatch):
    monkeypatch.setattr("core.config.load", lambda: installed)
    done = CliRunner().invoke(carrier_command.command, ["setup", NUMBER])
    assert done.exit_code == 0, done.output
    number = carrier.store.number(NUMBER)
    assert number.voice_url == f"{installed.public_url}/voice/incoming{RETRIED}"
    assert number.status_callback == f"{installed.public_url}/voice/status{RETRIED}"


def test_a_dry_run_and_a_wrong_number_change_nothing(installed, carrier, monkeypatch):
    monkeypatch.setattr("core.config.load", lambda: installed)
    assert CliRunner().invoke(carrier_command.command, ["setup", NUMBER, "--dry-run"]).exit_code == 0
    wrong = CliRunner().invoke(carrier_command.command, ["setup", "+14155550000"])
    assert wrong.exit_code == 2
    assert NUMBER in wrong.output
    assert carrier.store.number(NUMBER).voice_url == ""


@pytest.mark.parametrize("text", [document(), agent_document()])
def test_a_fallback_document_is_valid_and_needs_nothing_of_ours(text):
    twiml.read(text)
    assert "http" not in text
