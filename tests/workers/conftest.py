"""Equipment on the test's servers, with jobs to practise on."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from core.config import Settings
from core.database import transaction
from core.outbox import ask
from core.outbox_models import OutboxRow
from tests.clock import HandClock
from tests.workers.practice import JOBS
from workers.work import Equipment

Ask = Callable[..., int]


@pytest.fixture
def equipment(engine: Engine, settings: Settings, clock: HandClock) -> Equipment:
    return Equipment(engine=engine, settings=settings, clock=clock, jobs=JOBS)


@pytest.fixture
def asked(engine: Engine, clock: HandClock) -> Ask:
    """Ask for a job and get the row's id."""

    def ask_for(job: str, **rest: Any) -> int:
        with transaction(engine) as session:
            assert ask(session, job=job, args=rest.pop("args", {}), now=clock(), **rest)
            return session.query(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(1).scalar()  # type: ignore[no-any-return]

    return ask_for


@pytest.fixture
def row(engine: Engine) -> Callable[[int], OutboxRow]:
    """The row as it is now."""

    def read(row_id: int) -> OutboxRow:
        with transaction(engine) as session:
            return session.get_one(OutboxRow, row_id)

    return read
