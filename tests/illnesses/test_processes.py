"""Real processes: web workers killed while the database hangs, a drainer killed in its work, a disk that is full."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from core.config import NAMES, ROOT
from ivr import journal_folder as files
from ivr.journal import Journal
from ivr.journal_draining import drain
from ivr.journal_format import Record
from ivr.signatures import sign
from ringback.app import shut
from tests.clock import MONDAY_MORNING
from tests.conftest import execute, scalar
from tests.illnesses.conftest import eventually
from tests.ports import free_port

APPEND_UNTIL_FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from ivr.journal import Journal, NotKept
from ivr.journal_format import Record
journal, kept = Journal(Path(sys.argv[1])), 0
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    while True:
        values = {"account_sid": "AC1", "first_sid": "CA1", "leg_sid": "CA1", "turn": kept, "note": "x" * 300}
        journal.append(Record("turn", datetime.now(UTC), values))
        kept += 1
except NotKept:
    print(kept)
"""
DRAIN_AND_DIE = """
import os, signal, sys
from pathlib import Path
import psycopg
from ivr.journal_draining import drain
seen = 0
with psycopg.connect(sys.argv[2], autocommit=True) as connection:
    def apply(record):
        global seen
        connection.execute("insert into applied values (%s) on conflict do nothing", [record.values["turn"]])
        connection.execute("insert into attempts values (%s)", [record.values["turn"]])
        seen += 1
        if seen == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
    drain(Path(sys.argv[1]), apply)
"""


def python(code, *arguments, **more):
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *map(str, arguments)], env={**kept, "PYTHONPATH": str(ROOT)}, text=True,
        capture_output=True, check=False, **more,
    )  # fmt: skip


def test_every_record_that_was_acknowledged_before_the_disk_was_full_is_there(tmp_path):
    done = python(APPEND_UNTIL_FULL, tmp_path / "journal")
    acknowledged = int(done.stdout.split()[-1])
    assert acknowledged > 5
    took = []
    result = drain(tmp_path / "journal", lambda record: took.append(record.values["turn"]))
    assert took == list(range(acknowledged))
    assert result.damaged == 0


def test_a_drainer_killed_again_and_again_applies_each_record_once(tmp_path, patient):
    url = patient.url.replace("+psycopg", "", 1)
    with patient.connection() as connection:
        connection.execute("drop table if exists applied, attempts")
        connection.execute("create table applied (number int primary key)")
        connection.execute("create table attempts (number int)")
        journal = Journal(tmp_path / "journal")
        for number in range(100):
            journal.append(Record("turn", MONDAY_MORNING, {"account_sid": "A", "first_sid": "C", "leg_sid": "C",
                                                           "turn": number}))  # fmt: skip
        journal.close()
        for after in (1, 33, 35):
            assert python(DRAIN_AND_DIE, tmp_path / "journal", url, after).returncode == -signal.SIGKILL
        assert python(DRAIN_AND_DIE, tmp_path / "journal", url, 0).returncode == 0
        assert connection.execute("select count(*) from applied").fetchone() == (100,)
        [(attempts,)] = connection.execute("select count(*) from attempts").fetchall()
        assert 100 < attempts < 100 + 3 * 36
        connection.execute("drop table applied, attempts")
    assert files.segments(tmp_path / "journal") == []


SERVE = ("ringback.cli", "serve")
GUNICORN = ("gunicorn", "--workers", "2", "--threads", "4", "ringback.app:create_app()", "--bind")


class Web:
    """The web server with two workers, as an operator starts it."""

    def __init__(self, settings, server=SERVE):
        self.port = free_port()
        self.settings = settings
        kept = {name: value for name, value in os.environ.items() if name not in NAMES}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", *server, *([f"127.0.0.1:{self.port}"] if server is GUNICORN else [])],
            env={**kept, "PYTHONPATH": str(ROOT), "RINGBACK_DOTENV": os.devnull, "PORT": str(self.port),
                 "RINGBACK_DATA": str(settings.data), "DATABASE_URL": settings.database_url,
                 "REDIS_URL": settings.redis_url, "WEB_CONCURRENCY": "2"},
            cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def post(self, path, **form):
        pairs = {"AccountSid": self.settings.twilio_account_sid, "From": "+14155550100", "To": "+14155550199"} | form
        address = f"http://127.0.0.1:{self.port}{path}"
        signature = sign(address, pairs.items(), self.settings.twilio_auth_tokens[0])
        request = Request(address, urlencode(pairs).encode(), {"X-Twilio-Signature": signature})
        with urlopen(request, timeout=15) as answer:
            return answer.read().decode()

    def answers(self):
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=15) as answer:
                return answer.status == 200
        except OSError:
            return False

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def workers(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:  # noqa: PTH123
            return [int(pid) for pid in file.read().split()]


@pytest.fixture
def web(records, ill_settings, open_door):
    started = Web(ill_settings)
    yield started
    started.end()


@pytest.mark.parametrize("server", [SERVE, GUNICORN], ids=["serve", "gunicorn"])
@pytest.mark.parametrize("illness", ["down", "hanging"])
def test_a_server_starts_without_the_database(open_door, patient, ill_settings, server, illness):
    shut(open_door().app)
    if illness == "down":
        patient.kill()
    else:
        patient.freeze()
    web = Web(ill_settings, server)
    try:
        eventually(web.answers, seconds=120)
        assert "press 2" in web.post("/voice/incoming", CallSid="CA1", CallStatus="ringing")
    finally:
        web.end()


def test_workers_killed_while_the_database_hangs_lose_nothing_they_answered(web, patient, records, ill_settings):
    eventually(web.answers, seconds=120)
    patient.freeze()
    slowest = 0.0
    for number in range(30):
        began = time.monotonic()
        assert "press 2" in web.post("/voice/incoming", CallSid=f"CA{number}", CallStatus="ringing")
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 5.0
    for pid in web.workers():
        os.kill(pid, signal.SIGKILL)
    eventually(web.answers, seconds=120)
    for number in range(30, 40):
        assert "press 2" in web.post("/voice/incoming", CallSid=f"CA{number}", CallStatus="ringing")
    patient.thaw()
    eventually(lambda: files.state(ill_settings.data / "journal").records == 0, seconds=120)
    eventually(lambda: scalar(records, "select count(*) from call") == 40)
    assert execute(records, "select count(*), count(distinct (leg_sid, number)) from turn") == [(40, 40)]
    assert scalar(records, "select count(*) from event where type = 'call_started'") == 40
