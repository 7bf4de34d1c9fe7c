"""What a job is given: its arguments, the process's clients, and the way to end its row in its own transaction."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from core import storage
from core.carrier import Carrier
from core.clock import Clock
from core.config import Settings
from core.database import transaction
from core.storage import Storage
from workers.job import Job
from workers.registry import JOBS, UNKNOWN

DONE = text("""
    update outbox set state = 'done', ended_at = :now, last_error = null
    where id = :id and attempts = :attempts and state = 'handed'
    returning id
""")


class Overtaken(Exception):
    """The row was given to another worker, or ended, since this one took it: what was done here must not be kept."""


@dataclass(frozen=True)
class Equipment:
    """What all jobs of one process share; clients are made once, at first use."""

    engine: Engine
    settings: Settings
    clock: Clock
    jobs: Mapping[str, Job] = field(default_factory=lambda: JOBS)

    def job(self, name: str) -> Job:
        """The job of that name, else UNKNOWN."""
        return self.jobs.get(name, UNKNOWN)

    @cached_property
    def limits(self) -> str:
        """Every job's time limit in seconds, as JSON."""
        return json.dumps({name: job.limit for name, job in self.jobs.items()})

    def transaction(self) -> AbstractContextManager[Session]:
        """A session that commits at the end of the block."""
        return transaction(self.engine)

    def statement(self) -> AbstractContextManager[Connection]:
        """A connection for one statement that commits itself: no round trip to begin, none to end."""
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def storage(self) -> Storage:
        """Where recordings are kept."""
        return storage.from_settings(self.settings)

    @cached_property
    def carrier(self) -> Carrier:
        """The installation's account at the carrier."""
        return Carrier.from_settings(self.settings)


@dataclass
class Work:
    """One try of one row."""

    equipment: Equipment
    outbox_id: int
    attempt: int
    """1 for the first try; also the mark by which the row knows who has it."""
    job: str
    args: Mapping[str, Any]
    call_id: int | None = None
    ticket_id: int | None = None
    ended: bool = False
    """The job has ended its row itself. Were its transaction undone all the same, the row would be handed again."""

    @property
    def engine(self) -> Engine:
        return self.equipment.engine

    @property
    def settings(self) -> Settings:
        return self.equipment.settings

    @property
    def storage(self) -> Storage:
        return self.equipment.storage

    @property
    def carrier(self) -> Carrier:
        return self.equipment.carrier

    def now(self) -> datetime:
        """The present moment by the application's clock."""
        return self.equipment.clock()

    def transaction(self) -> AbstractContextManager[Session]:
        """A session that commits at the end of the block."""
        return self.equipment.transaction()

    def done(self, session: Session) -> None:
        """End the row in the caller's transaction, so that the work and its end are kept together or not at all.

        Raises Overtaken, which rolls that transaction back, when the row is no longer this try's.
        """
        session.flush()
        self._end(session)

    def done_alone(self) -> None:
        """End the row of a job whose work is kept already. Raises Overtaken when the row is no longer this try's."""
        with self.equipment.statement() as connection:
            self._end(connection)

    def _end(self, through: Session | Connection) -> None:
        values = {"id": self.outbox_id, "attempts": self.attempt, "now": self.now()}
        if through.execute(DONE, values).one_or_none() is None:
            raise Overtaken
        self.ended = True
