"""A recording the carrier has, a carrier that answers as told, a folder to keep it in."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.carrier import Carrier
from core.database import transaction as begin
from core.storage import Storage
from core.storage_folder import FolderStorage
from recordings.models import Recording, RecordingState
from recordings.storing import Ended, Transaction, store
from tests.clock import HandClock
from tests.factories.people import make_brand
from tests.factories.recordings import make_recording
from tests.factories.tickets import make_call
from tests.odd_server import Answer, OddServer, serving
from tests.recordings.wav import pcm, wav
from tickets.models import Event

MESSAGE = wav(pcm(*range(-8000, 8000)))
"""Two seconds."""


@dataclass
class AtCarrier:
    """What the carrier answers, until told otherwise."""

    server: OddServer
    answer: Answer

    @property
    def carrier(self) -> Carrier:
        return Carrier(account_sid="AC01", username="AC01", password="token", api_url=self.server.url)


@pytest.fixture
def at_carrier() -> Iterator[AtCarrier]:
    with serving(lambda _: here.answer) as server:
        here = AtCarrier(server, Answer(body=MESSAGE, headers={"Content-Type": "audio/x-wav"}))
        yield here


@pytest.fixture
def transaction(engine: Engine) -> Transaction:
    return partial(begin, engine)


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "recordings")


@dataclass
class Desk:
    """All that a job has, and the verb it calls."""

    transaction: Transaction
    storage: Storage
    at_carrier: AtCarrier
    clock: HandClock
    spool: Path

    def make(self, state: str = RecordingState.READY, **columns: object) -> int:
        with self.transaction() as session:
            brand = make_brand(session)
            return make_recording(session, make_call(session, brand), state=state, **columns).id

    def store(self, recording_id: int, **more: object) -> Ended:
        return store(
            self.transaction,
            recording_id=recording_id,
            carrier=self.at_carrier.carrier,
            storage=self.storage,
            clock=self.clock,
            spool=self.spool,
            **more,  # type: ignore[arg-type]
        )

    def row(self, recording_id: int) -> Recording:
        with self.transaction() as session:
            return session.get_one(Recording, recording_id)

    def events(self) -> list[tuple[str, dict[str, object]]]:
        with self.transaction() as session:
            return [(event.type, event.facts) for event in session.scalars(select(Event).order_by(Event.id))]

    def session(self) -> AbstractContextManager[Session]:
        return self.transaction()


@pytest.fixture
def desk(
    transaction: Transaction, storage: FolderStorage, at_carrier: AtCarrier, clock: HandClock, tmp_path: Path
) -> Desk:
    return Desk(transaction, storage, at_carrier, clock, tmp_path / "spool")
