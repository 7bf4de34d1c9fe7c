"""Servers that may be hurt: never those that other tests use."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from alembic import command
from alembic.config import Config

from tests.conftest import ROOT
from tests.illnesses.patient import Patient


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
