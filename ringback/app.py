"""The web application: short, named steps that put the rooms together. No rules of its own."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from api import door as api
from api.parts import Parts as ApiParts
from callflows.library import shipped
from console import door as console
from console.parts import Parts as ConsoleParts
from core import logs
from core.caller_connections import CallerConnections
from core.clock import Clock, utc_now
from core.config import Settings, load
from core.database import make_engine
from health.refused import RefusedWebhooks
from ivr.answers_kept import KeptAnswers
from ivr.callbacks import CallbackParts
from ivr.conversation import Conversation
from ivr.journal import Journal
from ivr.journal_folder import state
from ivr.journal_keeping import JournalKeeper
from ivr.line import Line
from ivr.one_at_a_time import OneAtATime
from ivr.position import Seal
from ivr.replaying import Replaying
from ivr.webhooks import FrontDoor, make_blueprint
from ivr.writing import Writing
from people.directory_keeping import DirectoryKeeper
from people.directory_snapshot import FILE as SNAPSHOT
from ringback import health, metrics
from ringback.flow_revisions import KeptFlows
from ringback.telemetry import tell_errors, traced
from routing.callback_rules import rules_from

if TYPE_CHECKING:
    from core.storage import Storage

LARGEST_REQUEST = 1024 * 1024
STAFF_PATIENCE_SECONDS = 10.0
"""What one statement of a staff page may take; a page that waits longer holds a thread that callers need."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of; tests bring their own clock.

    engine serves pages; caller_engine the webhooks of placed calls, as impatient as every caller. journal None: what
    the database does not take is not kept.
    """

    settings: Settings
    engine: Engine
    caller_engine: Engine
    connections: CallerConnections
    directory: DirectoryKeeper
    refused: RefusedWebhooks
    clock: Clock
    journal: Journal | None = None


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now) -> Flask:
    """The application for any WSGI server. Without settings they are read from the environment.

    Call it in the process that serves: it starts threads that keep the directory fresh and the journal empty.
    """
    settings = settings or load()
    logs.configure(level=settings.log_level)
    tell_errors(settings)
    parts = make_parts(settings, clock=clock)
    parts.directory.start()
    keeper = make_keeper(parts)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions["ringback"] = parts
    app.extensions["ringback.journal"] = keeper.start() if keeper else None
    line = make_line(parts)
    app.register_blueprint(make_blueprint(line))
    watched = health.Watched(parts.connections, parts.directory, parts.journal, clock)
    app.register_blueprint(health.make_blueprint(watched))
    breaker, folder = parts.connections.breaker, settings.journal
    app.register_blueprint(
        metrics.make_blueprint(parts.engine, settings.metrics_token, clock, journal=folder, breaker=breaker)
    )
    mount_api(app, parts)
    mount_console(app, parts)
    if settings.trusted_proxies:
        # Only for who is asking, in logs and the record of plays: signatures are checked against PUBLIC_URL alone.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.wsgi_app = traced(FrontDoor(line, app.wsgi_app), settings)  # type: ignore[method-assign]
    return app


def shut(app: Flask) -> None:
    """End the threads `create_app` has started, and let go of the database."""
    parts: Parts = app.extensions["ringback"]
    keeper: JournalKeeper | None = app.extensions["ringback.journal"]
    parts.directory.stop()
    parts.connections.breaker.stop()
    if keeper is not None:
        keeper.stop()
    parts.engine.dispose()
    parts.caller_engine.dispose()


def make_parts(settings: Settings, *, clock: Clock = utc_now) -> Parts:
    """Engine, connections and directory; a database that cannot be reached stops nothing here."""
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL: give one, or start with bin/run, which brings a database of its own")
    connections = CallerConnections(settings.database_url, patience=settings.patience, clock=clock)
    engine = make_engine(settings.database_url, patience=STAFF_PATIENCE_SECONDS, breaker=connections.breaker)
    caller_engine = make_engine(settings.database_url, patience=settings.patience, breaker=connections.breaker)
    directory = DirectoryKeeper(connections, clock=clock, snapshot=settings.data / SNAPSHOT)
    refused = RefusedWebhooks(connections, clock=clock)
    journal = Journal(settings.journal)
    return Parts(settings, engine, caller_engine, connections, directory, refused, clock, journal)


def make_line(parts: Parts) -> Line:
    """The carrier's door."""
    settings, writing = parts.settings, Writing(parts.connections, parts.journal)
    conversation = Conversation(
        flows=KeptFlows(shipped().values(), folder=settings.data / "flows"),
        directory=parts.directory.current,
        connections=parts.connections,
        writing=writing,
        kept=KeptAnswers(settings.data / "answers"),
        seal=Seal(settings.secret_keys),
        clock=parts.clock,
        public_url=settings.public_url,
        demo=settings.demo,
    )
    return Line(
        conversation=conversation,
        directory=parts.directory.current,
        writing=writing,
        patience=settings.patience,
        tokens=settings.twilio_auth_tokens,
        clock=parts.clock,
        public_url=settings.public_url,
        demo=settings.demo,
        callbacks=callback_parts(parts),
        refused=parts.refused,
        one_at_a_time=OneAtATime(settings.data / "calls.lock", patience=settings.patience),
    )


def make_keeper(parts: Parts) -> JournalKeeper | None:
    """What drains the journal, where there is one."""
    if parts.journal is None:
        return None
    return JournalKeeper(parts.journal, make_replaying(parts).apply, parts.connections.breaker)


def make_replaying(parts: Parts) -> Replaying:
    """What a record of the journal takes effect by."""
    directory, demo = parts.directory.current, parts.settings.demo
    return Replaying(parts.connections, directory=directory, parts=callback_parts(parts), demo=demo)


def callback_parts(parts: Parts) -> CallbackParts:
    """What the webhooks of placed calls need."""
    return CallbackParts(engine=parts.caller_engine, rules=rules_from(parts.settings), clock=parts.clock)


def mount_api(app: Flask, parts: Parts) -> None:
    """The programs' door. The store is opened when audio is first asked for: boto3 alone doubles the start."""
    storage = lru_cache(maxsize=1)(partial(storage_of, parts.settings))
    api.register(app, ApiParts(settings=parts.settings, engine=parts.engine, clock=parts.clock, storage=storage))


def mount_console(app: Flask, parts: Parts) -> None:
    """The staff's door; in demo mode with the browser phone, which alone brings the simulator into this process."""
    settings, storage = parts.settings, lru_cache(maxsize=1)(partial(storage_of, parts.settings))
    made = ConsoleParts(settings=settings, engine=parts.engine, clock=parts.clock, storage=storage)
    made.more["journal"] = partial(state, settings.journal)
    if not settings.demo:
        console.register(app, made)
        return
    from ringback.phone.booth import make_booth
    from ringback.phone.pages import NOUN

    made.more["phone"] = make_booth(settings, parts.directory.current)
    console.register(app, made, also=[NOUN])


def storage_of(settings: Settings) -> "Storage":
    """The store for recordings, behind an import of its own."""
    from core.storage import from_settings

    return from_settings(settings)
