"""The house in which the past is told: the real application and jobs, on the past's tables and with a shifted clock."""

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from core.bounded import BoundedConnection
from core.caller_connections import CallerConnections
from core.config import Settings
from core.database import make_engine
from core.outbox import IS_OPEN
from core.outbox_models import OutboxRow
from health.refused import RefusedWebhooks
from ivr.webhooks import make_blueprint
from people.directory_keeping import DirectoryKeeper
from recordings.ledger import find_missing
from ringback.app import Parts, make_line
from ringback.demo_line import NUMBER
from ringback.demo_past import schema
from simulator.behaviours import Behaviour
from simulator.carrier import Carrier
from simulator.server import Server
from simulator.speech import Speaker
from simulator.story import Story
from simulator.story_run import SignedHttp, StoryResult, run_story
from workers.draining import drain
from workers.work import Equipment


class PastClock:
    """The time in the past: moved by whoever tells it, and during a call the call's own."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self.carrier: Carrier | None = None

    def __call__(self) -> datetime:
        calls = tuple(self.carrier.legs.values()) if self.carrier is not None else ()
        return max([self._now, *(leg.clock.now() for leg in calls)])

    def base(self) -> datetime:
        """The time without any call's: what a call's own time starts from."""
        return self._now

    def reach(self, moment: datetime) -> None:
        """It is this moment now, or later."""
        self._now = max(self._now, moment)

    def set(self, moment: datetime) -> None:
        """Go to this moment, also back."""
        self._now = moment


class PastConnections(CallerConnections):
    """The caller's path, on the past's tables."""

    def _connection(self) -> BoundedConnection:
        connection = super()._connection()
        if getattr(self._local, "in_past", None) is not connection:
            connection.execute(f"set search_path = {schema.PATH}")
            self._local.in_past = connection
        return connection


class World:
    """Everything the past is told with."""

    def __init__(self, *, settings: Settings, engine: Engine, clock: PastClock, carrier: Carrier) -> None:
        self.engine, self.clock = engine, clock
        self._carrier = carrier
        self._equipment = Equipment(engine=engine, settings=settings, clock=clock)

    def tell(self, story: Story, *, answers: tuple[str, ...] = ()) -> StoryResult:
        """Perform a call, now; afterwards it is the moment it ended. `answers`: how the caller's phone goes later."""
        if answers:
            self._carrier.phones.set(story.caller, *(Behaviour(outcome=outcome) for outcome in answers))
        told = dataclasses.replace(story, at=self.clock.base())
        result = run_story(told, SignedHttp(self._carrier, number=NUMBER), check=False)
        self.clock.reach(self._carrier.store.calls[result.call_sid].ended_at or self.clock.base())
        return result

    def work(self) -> None:
        """Do all background work that is due; afterwards it is the moment the last call it made was over."""
        drain(self._equipment)
        for call in tuple(self._carrier.store.calls.values()):
            self.clock.reach(call.ended_at or self.clock.base())
        self.account_for_recordings()

    def account_for_recordings(self) -> None:
        """Tell of messages that were invited and never left: today's sweep would date its alarm today."""
        with self.transaction() as session:
            find_missing(session, now=self.clock())

    def start_at(self, moment: datetime) -> None:
        """Go to this moment, also back, and forget what the carrier kept of calls."""
        store = self._carrier.store
        for made in tuple(store.recordings.values()):
            store.drop_sound(made.sid)
            store.forget(made)
        for call in tuple(store.calls.values()):
            store.forget(call)
        self.clock.set(moment)

    def transaction(self) -> AbstractContextManager[Session]:
        """A session on the past's tables that commits at the end of the block."""
        return self._equipment.transaction()

    def next_work_at(self, *, job: str | None = None) -> datetime | None:
        """When background work is due next: any, or that of one name."""
        statement = select(OutboxRow.due_at).where(IS_OPEN).order_by(OutboxRow.due_at).limit(1)
        if job is not None:
            statement = statement.where(OutboxRow.job == job)
        with self.transaction() as session:
            return session.scalar(statement)


@contextmanager
def open_world(settings: Settings, *, start: datetime, spoken: bool = True) -> Iterator[World]:
    """Open it at this moment; `spoken` False takes tones for voices."""
    url = settings.database_url or ""
    engine = past_engine(url)
    clock = PastClock(start)
    carrier = Carrier(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_tokens[0],
        speaker=Speaker(spoken=spoken),
        now=clock.base,
        inline=True,
    )
    clock.carrier = carrier
    rest = Server(carrier)
    rest.start()
    carrier.api_url = rest.url
    app = Flask("past", static_folder=None)
    web = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    public = f"http://127.0.0.1:{web.server_port}"
    ours = dataclasses.replace(settings, public_url=public, twilio_api_url=rest.url, patience=10.0)
    connections = PastConnections(url, patience=ours.patience)
    directory, refused = DirectoryKeeper(connections, clock=clock), RefusedWebhooks(connections, clock=clock)
    parts = Parts(ours, engine, engine, connections, directory, refused, clock)
    app.register_blueprint(make_blueprint(make_line(parts)))
    carrier.add_number(
        NUMBER,
        voice_url=f"{public}/voice/incoming",
        voice_fallback_url=f"{public}/voice/fallback",
        status_callback=f"{public}/voice/status",
    )
    thread = threading.Thread(target=web.serve_forever, args=(0.05,), name="past", daemon=True)
    thread.start()
    try:
        yield World(settings=ours, engine=engine, clock=clock, carrier=carrier)
    finally:
        rest.close()
        web.shutdown()
        thread.join()
        web.server_close()
        engine.dispose()


def past_engine(url: str) -> Engine:
    """An engine whose sessions read and write the past's tables."""
    engine = make_engine(url, pool_size=2)

    @event.listens_for(engine, "connect")
    def _step_back(connection: Any, record: object) -> None:
        before, connection.autocommit = connection.autocommit, True
        connection.execute(f"set search_path = {schema.PATH}")
        connection.autocommit = before

    return engine


class _QuietHandler(WSGIRequestHandler):
    """Says nothing of each request, and keeps the carrier's connection."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""
