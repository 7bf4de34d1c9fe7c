"""Servers that may be hurt: never those that other tests use."""

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.caller_connections import PATIENCE_SECONDS
from core.config import Settings
from core.database import make_engine
from ringback.app import create_app, shut
from ringback.installation import brand_for
from tests.clock import HandClock
from tests.conftest import EMPTY, ROOT, settings_for
from tests.illnesses.patient import Patient
from tests.ivr.conftest import Door


@pytest.fixture(scope="session")
def _server() -> Iterator[Patient]:
    with tempfile.TemporaryDirectory(prefix="rbill") as folder:
        patient = Patient(Path(folder))
        config = Config(str(ROOT / "alembic.ini"))
        config.set_main_option("sqlalchemy.url", patient.url.replace("%", "%%"))
        command.upgrade(config, "head")
        yield patient
        patient.end()


@pytest.fixture
def patient(_server: Patient) -> Iterator[Patient]:
    """A well server with the newest schema; well again afterwards."""
    _server.cure()
    yield _server
    _server.cure()


def eventually(happened: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Wait on a state; fails when it does not come."""
    give_up_at = monotonic() + seconds
    while not happened():
        assert monotonic() < give_up_at, "it did not happen in time"
        sleep(0.01)


@pytest.fixture
def records(patient: Patient) -> Iterator[Engine]:
    """An engine of the test's own on the patient, every table empty."""
    engine = make_engine(patient.url, pool_size=2)
    with engine.begin() as connection:
        connection.execute(EMPTY)
    yield engine
    engine.dispose()


@pytest.fixture
def ill_settings(patient: Patient, tmp_path: Path) -> Settings:
    """Demo settings on the patient, with the patience an installation has."""
    settings = settings_for((patient.url, patient.redis_url), tmp_path)
    return dataclasses.replace(settings, patience=PATIENCE_SECONDS)


@pytest.fixture
def open_door(records: Engine, ill_settings: Settings, clock: HandClock) -> Iterator[Callable[[], Door]]:
    """Opens web processes of one host: each call another one."""
    with Session(records) as session, session.begin():
        brand_for(session, ill_settings)
    apps: list[Flask] = []

    def opened() -> Door:
        apps.append(create_app(ill_settings, clock=clock))
        return Door(apps[-1], ill_settings)

    yield opened
    for app in apps:
        shut(app)
