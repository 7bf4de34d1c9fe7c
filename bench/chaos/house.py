"""The whole house as in production: real servers behind fault proxies, granian, workers, timetable, and the carrier."""

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.chaos.callers import Listener, Town
from bench.chaos.evidence import S3Bucket
from bench.chaos.programs import ROOT, Program
from core.config import Settings, load
from core.database import make_engine
from ringback.demo_line import webhooks
from ringback.embedded import Embedded
from ringback.embedded_postgres import EmbeddedPostgres
from ringback.embedded_redis import EmbeddedRedis
from ringback.fallback_document import agent_document, document
from ringback.installation import prepare, seed_demo
from simulator.carrier import Carrier
from simulator.fault_proxy import FaultProxy, Upstream
from simulator.leg import Leg
from simulator.lies import Lies
from simulator.server import Server
from simulator.speech import Speaker
from simulator.steps import EndedError
from tests import swift_server
from tests.ports import free_port

LINE = "+14155550199"
BUCKET = "recordings"
WEB_WORKERS = 2
AREAS = ("203", "205", "207", "208", "209", "210", "214", "216")
"""Of as many more agents for each: a few could not call back in a day whom thousands of callers were promised to."""
MORE_AGENTS = (
    """
    insert into account (brand_id, email, name, role, phone, active, demo, created_at)
    select brand_id, area || '.' || email, name || ' ' || area, role, replace(phone, '+1202', '+1' || area), true, true,
      created_at
    from account, unnest(cast(:areas as text[])) area where role = 'agent'
    """,
    """
    insert into membership (department_id, account_id)
    select membership.department_id, other.id from membership join account on account.id = account_id,
      unnest(cast(:areas as text[])) area, account other where other.email = area || '.' || account.email
    """,
    """
    insert into shift (account_id, weekday, starts, ends, zone)
    select other.id, weekday, starts, ends, zone from shift join account on account.id = account_id,
      unnest(cast(:areas as text[])) area, account other where other.email = area || '.' || account.email
    """,
)
WORKERS = 4
"""The relay and three that do jobs."""


@dataclass(frozen=True)
class House:
    """Everything that runs, by name; `settings` reach the servers through the proxies."""

    settings: Settings
    environ: Mapping[str, str]
    folder: Path
    postgres: EmbeddedPostgres
    redis: EmbeddedRedis
    swift: swift_server.Swift
    proxies: Mapping[str, FaultProxy]
    programs: Mapping[str, Program]
    carrier: Carrier
    town: Town
    database_url: str
    """The database itself, past its proxy."""
    redis_url: str

    @property
    def bucket(self) -> S3Bucket:
        """The bucket itself, past its proxy."""
        return S3Bucket(client(self.swift.endpoint_url), BUCKET)

    def answers(self) -> bool:
        """Whether somebody listens where the carrier calls, and jobs have workers."""
        try:
            socket.create_connection(("127.0.0.1", self.settings.port), 0.2).close()
        except OSError:
            return False
        return len(self.programs["worker"].children) >= WORKERS

    def keep_alive(self) -> None:
        """Start again whatever has ended."""
        for server in (self.postgres, self.redis):
            if not server.is_alive():
                server.start()
        self.swift.keep_alive()
        for program in self.programs.values():
            program.keep_alive()


class _Naming(Carrier):
    """Tells everybody, also who was rung, which call theirs was."""

    def finish(self, leg: Leg, ended: EndedError) -> None:
        if isinstance(leg.person, Listener):
            leg.person.account.sid = leg.call.sid
        super().finish(leg, ended)


@contextmanager
def opened(folder: Path, *, seed: int, lies: Lies) -> Iterator[House]:
    """Start everything below `folder`, and end all of it. Call it in the main thread."""
    with ExitStack() as stack:
        embedded = Embedded(folder / "servers")
        embedded.start()
        stack.callback(embedded.stop)
        postgres, redis = embedded.servers
        assert isinstance(postgres, EmbeddedPostgres)  # noqa: S101 - for the type checker
        assert isinstance(redis, EmbeddedRedis)  # noqa: S101
        swift = swift_server.start(folder)
        stack.callback(swift.stop)
        client(swift.endpoint_url).create_bucket(Bucket=BUCKET)
        sockets = Path(parse_qs(urlsplit(postgres.url).query)["host"][0])
        s3 = urlsplit(swift.endpoint_url)
        upstreams: dict[str, Upstream] = {
            "database": str(sockets / ".s.PGSQL.5432"),
            "redis": unquote(urlsplit(redis.url).path),
            "bucket": (s3.hostname or "", s3.port or 0),
        }
        proxies = {name: stack.enter_context(FaultProxy(upstream)) for name, upstream in upstreams.items()}
        port = free_port()
        carrier, town, api_url = _carrier(stack, folder, seed=seed, lies=lies)
        elsewhere = stack.enter_context(_elsewhere())
        environ = _environ(folder, proxies, port=port, carrier=carrier, api_url=api_url)
        environ["RINGBACK_AGENT_FALLBACK_URL"] = f"{elsewhere}/agent"
        settings = load(environ, Path(os.devnull))
        prepare(replace(settings, database_url=postgres.url))
        _agents(town, replace(settings, database_url=postgres.url))
        addresses = webhooks(settings) | {"voice_fallback_url": f"{elsewhere}/caller"}
        carrier.add_number(LINE, **addresses)
        (folder / "log").mkdir(exist_ok=True)
        programs = {
            name: Program(name, arguments, environ=environ, log=folder / "log" / f"{name}.log")
            for name, arguments in {"web": ["serve"], "worker": ["worker"], "timetable": ["timetable"]}.items()
        }
        for program in programs.values():
            stack.callback(program.stop)
            program.keep_alive()
        yield House(
            settings=settings,
            environ=environ,
            folder=folder,
            postgres=postgres,
            redis=redis,
            swift=swift,
            proxies=proxies,
            programs=programs,
            carrier=carrier,
            town=town,
            database_url=postgres.url,
            redis_url=redis.url,
        )


def client(endpoint_url: str) -> Any:
    """The bucket's own door."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=swift_server.ACCESS_KEY,
        aws_secret_access_key=swift_server.SECRET_KEY,
    )


def _carrier(stack: ExitStack, folder: Path, *, seed: int, lies: Lies) -> tuple[Carrier, Town, str]:
    carrier = _Naming(seed=seed, lies=lies, speaker=Speaker(spoken=False))
    server = stack.enter_context(closing(Server(carrier)))
    server.start()
    carrier.api_url = server.url
    carrier.phones = town = Town(seed, ())
    return carrier, town, server.url


def _environ(
    folder: Path, proxies: Mapping[str, FaultProxy], *, port: int, carrier: Carrier, api_url: str
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "RINGBACK_DOTENV": os.devnull,
        "RINGBACK_DATA": str(folder / "var"),
        "RINGBACK_DEMO": "0",
        "PORT": str(port),
        "DATABASE_URL": f"postgresql://ringback@127.0.0.1:{proxies['database'].port}/ringback",
        "REDIS_URL": f"redis://127.0.0.1:{proxies['redis'].port}/0",
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{proxies['bucket'].port}",
        "S3_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": swift_server.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": swift_server.SECRET_KEY,
        "TWILIO_ACCOUNT_SID": carrier.account_sid,
        "TWILIO_AUTH_TOKEN": carrier.auth_token,
        "TWILIO_API_URL": api_url,
        "SECRET_KEY": "a-key-for-a-run-that-is-thrown-away-0123456789",
        "WEB_CONCURRENCY": str(WEB_WORKERS),
        "LOG_LEVEL": "warning",
    }


def _agents(town: Town, settings: Settings) -> None:
    """People in every department, at work around the clock."""
    engine = make_engine(settings.database_url or "")
    with Session(engine) as session, session.begin():
        seed_demo(session, settings)
        for statement in MORE_AGENTS:
            session.execute(text(statement), {"areas": list(AREAS)})
    with engine.connect() as connection:
        phones = connection.exec_driver_sql("select phone from account where phone is not null").scalars()
        town.employ(tuple(phones))
    engine.dispose()


@contextmanager
def _elsewhere() -> Iterator[str]:
    """The fallback documents on another host, as `carrier setup` advises."""
    texts = {"/caller": document().encode(), "/agent": agent_document().encode()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            text = texts[self.path]
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None: ...

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None: ...

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="elsewhere", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
