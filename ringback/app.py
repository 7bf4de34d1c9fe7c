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
from core.clock import Clock, utc_now
from core.config import Settings, load
from core.database import CallerConnections, make_engine
from health.refused import RefusedWebhooks
from ivr.callbacks import CallbackParts
from ivr.conversation import Conversation
from ivr.flows import Flows
from ivr.line import Line
from ivr.position import Seal
from ivr.webhooks import make_blueprint
from people.directory_keeping import DirectoryKeeper
from ringback import health, metrics
from routing.callback_rules import rules_from

if TYPE_CHECKING:
    from core.storage import Storage

LARGEST_REQUEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of; tests bring their own clock."""

    settings: Settings
    engine: Engine
    connections: CallerConnections
    directory: DirectoryKeeper
    refused: RefusedWebhooks
    clock: Clock


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now) -> Flask:
    """The application for any WSGI server. Without settings they are read from the environment.

    Call it in the process that serves: it starts a thread that keeps the directory fresh.
    """
    settings = settings or load()
    logs.configure(level=settings.log_level)
    parts = make_parts(settings, clock=clock)
    parts.directory.start()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions["ringback"] = parts
    app.register_blueprint(make_blueprint(make_line(parts)))
    app.register_blueprint(health.make_blueprint(parts.engine, parts.directory, clock))
    app.register_blueprint(metrics.make_blueprint(parts.engine, settings.metrics_token, clock))
    mount_api(app, parts)
    mount_console(app, parts)
    if settings.trusted_proxies:
        # Only for who is asking, in logs and the record of plays: signatures are checked against PUBLIC_URL alone.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    return app


def make_parts(settings: Settings, *, clock: Clock = utc_now) -> Parts:
    """Engine, connections and directory; a database that cannot be reached stops nothing here."""
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL: give one, or start with bin/run, which brings a database of its own")
    engine = make_engine(settings.database_url)
    connections = CallerConnections(settings.database_url)
    directory, refused = DirectoryKeeper(connections, clock=clock), RefusedWebhooks(connections, clock=clock)
    return Parts(settings, engine, connections, directory, refused, clock)


def make_line(parts: Parts) -> Line:
    """The carrier's door."""
    settings = parts.settings
    conversation = Conversation(
        flows=Flows(shipped().values()),
        directory=parts.directory.current,
        connections=parts.connections,
        seal=Seal(settings.secret_keys),
        clock=parts.clock,
        public_url=settings.public_url,
        demo=settings.demo,
    )
    return Line(
        conversation=conversation,
        directory=parts.directory.current,
        connections=parts.connections,
        tokens=settings.twilio_auth_tokens,
        clock=parts.clock,
        public_url=settings.public_url,
        demo=settings.demo,
        callbacks=CallbackParts(engine=parts.engine, rules=rules_from(settings), clock=parts.clock),
        refused=parts.refused,
    )


def mount_api(app: Flask, parts: Parts) -> None:
    """The programs' door. The store is opened when audio is first asked for: boto3 alone doubles the start."""
    storage = lru_cache(maxsize=1)(partial(storage_of, parts.settings))
    api.register(app, ApiParts(settings=parts.settings, engine=parts.engine, clock=parts.clock, storage=storage))


def mount_console(app: Flask, parts: Parts) -> None:
    """The staff's door; in demo mode with the browser phone, which alone brings the simulator into this process."""
    settings, storage = parts.settings, lru_cache(maxsize=1)(partial(storage_of, parts.settings))
    made = ConsoleParts(settings=settings, engine=parts.engine, clock=parts.clock, storage=storage)
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
