"""Two releases at once behind a balancer: calls go on where they stood, whichever of them answers next."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.config import NAMES, ROOT, Settings
from ivr.signatures import sign
from ringback.installation import brand_for
from tests.conftest import execute, scalar
from tests.ports import free_port
from tests.ringback.processes import connection, soon

NEW_WORDS, OLD_WORDS = (
    "To leave a message, press {key} or say message.",
    "To leave word with an old release, press {key}.",
)


class Switch:
    """A balancer: sends each request to the release that is in front, else to one that listens."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        switch = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = switch.forwarded(self.path, body, dict(self.headers))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forwarded(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        for port in self.ports:
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                upstream.connect()
            except ConnectionRefusedError:
                continue
            upstream.request("POST", path, body, headers)
            response = upstream.getresponse()
            return response.status, response.read()
        return 503, b""


class Release:
    """`ringback serve` of one checkout."""

    def __init__(self, root: Path, settings: Settings, public_url: str) -> None:
        self.port = free_port()
        kept = {name: text for name, text in os.environ.items() if name not in NAMES}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ringback.cli", "serve"],
            env={
                **kept,
                "PYTHONPATH": str(root),
                "RINGBACK_DOTENV": os.devnull,
                "PORT": str(self.port),
                "PUBLIC_URL": public_url,
                "RINGBACK_DATA": str(settings.data),
                "RINGBACK_PATIENCE": "8",
                "DATABASE_URL": settings.database_url or "",
                "REDIS_URL": settings.redis_url or "",
                "WEB_CONCURRENCY": "1",
            },
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def is_ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def listens(self) -> bool:
        try:
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=10).connect()
        except OSError:
            return False
        return True

    def end(self) -> None:
        with self.process:
            self.process.kill()


class Caller:
    """A call through the switch."""

    def __init__(self, sid: str, switch: Switch, settings: Settings) -> None:
        self.sid, self._switch, self._settings = sid, switch, settings
        self.answer = self.post("/voice/incoming", CallStatus="ringing")

    def press(self, digits: str) -> str:
        action = next(  # what follows # is for the carrier alone
            element.get("action", "")
            for element in fromstring(self.answer).iter()
            if element.tag in ("Gather", "Record")
        )
        self.answer = self.post(action.partition("#")[0], Digits=digits)
        return self.answer

    def post(self, path: str, **form: str) -> str:
        address = path if path.startswith("http") else self._switch.url + path
        who = {"From": "+14155550100", "To": "+14155550199", "Direction": "inbound", "CallSid": self.sid}
        pairs = {"AccountSid": self._settings.twilio_account_sid or "", **who, **form}
        signature = sign(address, pairs.items(), self._settings.twilio_auth_tokens[0])
        asked = Request(address, urlencode(pairs).encode(), {"X-Twilio-Signature": signature})
        assert urlsplit(address).netloc == urlsplit(self._switch.url).netloc
        with urlopen(asked, timeout=60) as answer:
            return str(answer.read().decode())


@pytest.fixture
def switch() -> Iterator[Switch]:
    made = Switch()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A checkout that differs in its main flow: every room is the same but `callflows`."""
    root = tmp_path / "older"
    root.mkdir()
    for path in ROOT.iterdir():
        if path.is_dir() and (path / "__init__.py").exists() and path.name != "callflows":
            (root / path.name).symlink_to(path)
    shutil.copytree(ROOT / "callflows", root / "callflows")
    flow = root / "callflows/library/main.yaml"
    text = flow.read_text()
    assert NEW_WORDS in text
    flow.write_text(text.replace(NEW_WORDS, OLD_WORDS))
    return root


@pytest.fixture
def settings_here(engine: Engine, settings: Settings) -> Settings:
    with Session(engine) as session, session.begin():
        brand_for(session, settings)
    return settings


@pytest.fixture
def releases(settings_here: Settings, older: Path, switch: Switch) -> Iterator[tuple[Release, Release]]:
    """The old and the new release, both ready."""
    both = (Release(older, settings_here, switch.url), Release(ROOT, settings_here, switch.url))
    try:
        assert all(soon(release.is_ready, seconds=120) for release in both)
        yield both
    finally:
        for release in both:
            release.end()


def test_calls_go_on_where_they_stood_whichever_release_answers_next(
    releases: tuple[Release, Release], switch: Switch, settings_here: Settings, engine: Engine
) -> None:
    old, new = releases
    switch.ports = [old.port]
    begun_old = [Caller(f"CA-old-{number}", switch, settings_here) for number in range(3)]
    switch.ports = [new.port]
    begun_new = [Caller(f"CA-new-{number}", switch, settings_here) for number in range(3)]

    for caller in begun_old:
        assert "leave word with an old release" in caller.press("2")
    switch.ports = [old.port]
    for caller in begun_new:
        assert "leave a message" in caller.press("2")

    switch.ports = [old.port, new.port]
    old.process.send_signal(signal.SIGTERM)
    assert old.process.wait(60) == 0
    for caller in begun_old + begun_new:
        assert "<Record" in caller.press("1")
        caller.press("#")
        caller.post("/voice/status", CallStatus="completed", CallDuration="9")

    assert scalar(engine, "select count(*) from call where ended_at is not null") == 6
    assert execute(engine, "select count(*), count(distinct number) from ticket") == [(6, 6)]
    assert execute(engine, "select distinct d.key from ticket t join department d on d.id = t.department_id") == [
        ("billing",)
    ]
    assert execute(engine, "select leg_sid, number from turn group by 1, 2 having count(*) > 1") == []
    assert scalar(engine, "select count(*) from turn") == 6 * 4


def test_a_stop_finishes_the_request_in_hand_and_takes_no_other(
    releases: tuple[Release, Release], switch: Switch, settings_here: Settings, engine: Engine
) -> None:
    _, new = releases
    switch.ports = [new.port]
    with connection(settings_here.database_url or "") as held, ThreadPoolExecutor(1) as calling:
        with held.transaction():
            held.execute("lock table call in access exclusive mode")
            call = calling.submit(Caller, "CA-in-hand", switch, settings_here)
            assert soon(lambda: _waits(settings_here))
            new.process.send_signal(signal.SIGTERM)
            assert soon(lambda: not new.listens())
        assert "press 2" in call.result(60).answer
    assert new.process.wait(60) == 0
    assert scalar(engine, "select count(*) from turn") == 1


def _waits(settings: Settings) -> bool:
    """Whether a request is in hand: it waits for our lock."""
    with connection(settings.database_url or "") as watching:
        return watching.execute("select count(*) from pg_locks where not granted").fetchone() != (0,)
