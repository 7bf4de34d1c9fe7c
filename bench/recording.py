"""A recording of 1 GB from the carrier to the bucket, through a worker as it runs in production, against boto3 alone.

The carrier is a server that sends sound as it makes it; the store is OpenStack Swift's S3 door; both are processes of
their own. The worker fetches, hashes, draws, spools, uploads, checks and writes down; the baseline copies. Each worker
first does a small recording, so that libraries and connections are there before its size is taken.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, text

from bench.processes import cpu_seconds, forget_peak, memory, said, started
from bench.serving import environ_of, settings_for
from bench.sound import sid_of
from core.clock import utc_now
from core.config import Settings
from core.database import make_engine, transaction
from core.outbox import ask
from core.storage_s3 import Bucket, S3Storage
from ringback import embedded
from ringback.installation import prepare
from tests import swift_server
from workers.relay import Relay

SIZE = 1_000_000_000
SMALL = 20_000_044
"""More than one part: what an upload in parts needs is there afterwards."""
ROUNDS = 1
BUCKET = "recordings"
MOST_GROWN = 16.0
"""Megabytes."""
LEAST_SHARE = 0.8
"""Of the throughput of boto3 alone."""

_WORK = (
    "from core.config import load; from ringback import worker; from workers.registry import JOBS; "
    "worker._load(JOBS); worker.work(load(), JOBS, ('recordings',))"
)
_RECORDING = text("""
    with one as (
      insert into call (brand_id, account_sid, sid, from_number, started_at, last_seen_at)
      select id, :account, :call, '+12025550147', now(), now() from brand limit 1
      returning id, brand_id)
    insert into recording (brand_id, call_id, account_sid, leg_sid, part, sid, kind, state, channels, ready_at,
      expected_at, deadline_at)
    select brand_id, id, :account, :call, '1', :sid, 'call', 'ready', 2, now(), now(), now() + interval '1 day' from one
    returning id
""")


@dataclass(frozen=True)
class Copied:
    """Wall and processor seconds of the process that copied, and the megabytes it grew."""

    seconds: float
    cpu: float
    grown: float


def run(*, size: int = SIZE, rounds: int = ROUNDS) -> Iterator[str]:
    """How much a worker grows, and its throughput beside the baseline's."""
    ours: list[Copied] = []
    fetched: list[Copied] = []
    made: list[Copied] = []
    with tempfile.TemporaryDirectory(prefix="rb") as folder, ExitStack() as stack:
        settings = _house(stack, Path(folder))
        environ = _environ(settings)
        engine = make_engine(settings.database_url or "", pool_size=1)
        stack.callback(engine.dispose)
        worker = stack.enter_context(started(["-c", _WORK], environ))
        relay = Relay(engine=engine, redis_url=settings.redis_url or "", clock=utc_now)
        _work_off(engine, relay, settings, worker, SMALL)
        for number in range(rounds):
            ours.append(_work_off(engine, relay, settings, worker, size + 4 * number))
            with started(["-m", "bench.plain_copy", str(SMALL), str(size)], environ) as plain:
                said(plain)
                told = [float(word) for word in said(plain).split()]
            fetched.append(Copied(*told[:3]))
            made.append(Copied(*told[3:]))
    yield _row("recording: fetch, hash, peaks and store", ours, size)
    yield _row("boto3 alone: fetch into upload_fileobj", fetched, size)
    yield _row("boto3 alone: upload_fileobj, nothing fetched", made, size)
    grown = max(copied.grown for copied in ours)
    yield f"recording: a worker grows by {grown:.1f} MB, goal {MOST_GROWN:g} MB: {_said(grown <= MOST_GROWN)}"
    yield _verdict("throughput against fetch and upload", _seconds(fetched) / _seconds(ours), goal=LEAST_SHARE)
    yield _verdict("throughput against upload alone", _seconds(made) / _seconds(ours))
    cpu = statistics.median(copied.cpu for copied in ours) / statistics.median(copied.cpu for copied in fetched)
    yield f"recording: processor time of the worker {cpu:.2f} × that of boto3 alone"


def _house(stack: ExitStack, folder: Path) -> Settings:
    database_url, redis_url = stack.enter_context(embedded.servers(folder))
    carrier = stack.enter_context(started(["-m", "bench.sound"], os.environ))
    swift = swift_server.start(folder)
    stack.callback(swift.stop)
    settings = replace(
        settings_for(folder, port=8790),
        database_url=database_url,
        redis_url=redis_url,
        twilio_api_url=f"http://127.0.0.1:{said(carrier)}",
        s3_bucket=BUCKET,
        s3_endpoint_url=swift.endpoint_url,
        s3_region="us-east-1",
        aws_access_key_id=swift_server.ACCESS_KEY,
        aws_secret_access_key=swift_server.SECRET_KEY,
    )
    prepare(settings)
    store = Bucket(BUCKET, swift.endpoint_url, "us-east-1", swift_server.ACCESS_KEY, swift_server.SECRET_KEY)
    S3Storage(store)._client.create_bucket(Bucket=BUCKET)
    return settings


def _environ(settings: Settings) -> dict[str, str]:
    account, token = settings.twilio_account_sid or "", settings.twilio_auth_tokens[0]
    return environ_of(settings) | {
        "TWILIO_API_URL": settings.twilio_api_url,
        "TWILIO_ACCOUNT_SID": account,
        "TWILIO_AUTH_TOKEN": token,
        "RINGBACK_DEMO": "0",
        "SECRET_KEY": "a-key-for-a-run-that-is-thrown-away-0123456789",
        "S3_BUCKET": settings.s3_bucket or "",
        "S3_ENDPOINT_URL": settings.s3_endpoint_url or "",
        "S3_REGION": settings.s3_region or "",
        "AWS_ACCESS_KEY_ID": settings.aws_access_key_id or "",
        "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key or "",
    }


def _work_off(engine: Engine, relay: Relay, settings: Settings, worker: "subprocess.Popen[str]", size: int) -> Copied:
    """Ask for a recording and wait until it is written down."""
    with transaction(engine) as session:
        values = {"call": f"CA{size:032d}", "sid": sid_of(size), "account": settings.twilio_account_sid}
        recording = session.execute(_RECORDING, values).scalar_one()
        ask(session, job="fetch_recording", args={"recording": recording}, now=utc_now())
    forget_peak(worker.pid)
    before, began, cpu = memory(worker.pid).rss, time.perf_counter(), cpu_seconds(worker.pid)
    relay.step()
    while (state := _state(engine, recording))[0] != "stored":
        if worker.poll() is not None or state[1]:
            raise RuntimeError(f"the worker did not store it: {state[1] or worker.returncode}")
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    if state[2] != size:
        raise RuntimeError(f"{state[2]} bytes were stored instead of {size}")
    return Copied(seconds, cpu_seconds(worker.pid) - cpu, memory(worker.pid).peak - before)


def _state(engine: Engine, recording: int) -> tuple[str, str | None, int]:
    with engine.connect() as connection:
        statement = text("select state, failure, bytes from recording where id = :id")
        state, failure, size = connection.execute(statement, {"id": recording}).one()
        return state, failure, size


def _row(name: str, copied: list[Copied], size: int) -> str:
    seconds, cpu, grown = (statistics.median(values) for values in zip(*map(_values, copied), strict=True))
    rate = size / 1e6 / seconds
    return f"{name:<44} {rate:7.1f} MB/s   processor {cpu:6.1f} s   grown by {grown:6.1f} MB"


def _values(copied: Copied) -> tuple[float, float, float]:
    return copied.seconds, copied.cpu, copied.grown


def _seconds(copied: list[Copied]) -> float:
    return statistics.median(one.seconds for one in copied)


def _verdict(name: str, ratio: float, *, goal: float | None = None) -> str:
    wanted = f"   goal {goal:g}×: {_said(ratio >= goal)}" if goal is not None else ""
    return f"recording: {name:<40} ratio {ratio:6.2f}×{wanted}"


def _said(reached: bool) -> str:
    return "reached" if reached else "MISSED"
