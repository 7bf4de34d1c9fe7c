"""Looks at everything an installation needs, and says of each part whether it is well, and else the cure."""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from core.carrier import Carrier
from core.clock import Clock, rfc3339, utc_now
from core.config import ROOT, Settings
from core.database import make_engine
from health.checks import Check, Tone, checks
from health.figures import figures
from ringback.demo_line import webhooks


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: well or not, what was seen, and what to do about it ("" when well)."""

    part: str
    well: bool
    seen: str
    cure: str = ""

    def __str__(self) -> str:
        return f"{'ok ' if self.well else 'BAD'}  {self.part:<12} {self.seen}" + (
            f"\n     → {self.cure}" if self.cure else ""
        )


def examine(settings: Settings, *, clock: Clock = utc_now) -> Iterator[Finding]:
    """Every part, one after the other; none of them keeps the others from being looked at.

    What the Health page looks at too is looked at by the same checks (health/checks.py), for all brands.
    """
    engine = make_engine(settings.database_url or "")
    examinations: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
        ("address", lambda: [_address(settings)]),
        ("database", lambda: [_database(engine)]),
        ("journal", lambda: [_journal(settings, clock())]),
        ("work", lambda: _work(engine, settings, clock())),
        ("redis", lambda: [_redis(settings)]),
        ("storage", lambda: [_storage(settings)]),
        ("carrier", lambda: [_carrier(settings)]),
    )
    try:
        for part, look in examinations:
            try:
                yield from look()
            except Exception as trouble:
                yield Finding(
                    part, False, f"{type(trouble).__name__}: {str(trouble).splitlines()[0][:200]}", CURES[part]
                )
    finally:
        engine.dispose()


CURES = {
    "address": "set PUBLIC_URL to the address the carrier calls",
    "database": "is the server up, and DATABASE_URL right? then run: bin/ringback migrate",
    "journal": "calls of an outage are kept here: make the folder writable, and room on its disk",
    "work": "is the database up?",
    "redis": "is the server up, and REDIS_URL right? jobs wait in the database meanwhile",
    "storage": "check S3_BUCKET, S3_ENDPOINT_URL and the two keys, or the folder's space and rights",
    "carrier": "check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL, and that the host reaches it",
}


def _address(settings: Settings) -> Finding:
    parts = urlsplit(settings.public_url)
    if settings.demo:
        return Finding("address", True, f"{settings.public_url}, for the demo on this machine")
    if parts.scheme != "https":
        cure = "webhooks hold personal data: put TLS in front, and give the https address as PUBLIC_URL"
        return Finding("address", False, f"{settings.public_url} is not https", cure)
    socket.getaddrinfo(parts.hostname, 443)
    return Finding(
        "address", True, f"{settings.public_url}, signed as {webhooks(settings)['voice_url'].partition('#')[0]}"
    )


def _database(engine: Engine) -> Finding:
    script = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    with engine.connect() as connection:
        version = connection.execute(text("show server_version")).scalar_one()
        schema = connection.execute(text("select version_num from alembic_version")).scalar_one()
    if schema != script.get_current_head():
        return Finding(
            "database",
            False,
            f"schema {schema}, this release's is {script.get_current_head()}",
            "run: bin/ringback migrate",
        )
    return Finding("database", True, f"PostgreSQL {version.split()[0]}, schema {schema}")


def _journal(settings: Settings, now: datetime) -> Finding:
    from health.journal import journal
    from ivr.journal import Journal
    from ivr.journal_folder import state

    Journal(settings.journal).check()
    return _finding(journal(state(settings.journal), now))


def _work(engine: Engine, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Webhooks, signatures, jobs, timetable, recordings, disk: what the Health page shows. Only what needs a person
    now is ill; the rest is told.
    """
    with engine.connect() as connection:
        seen = figures(connection, brand_id=None, now=now)
    for check in checks(seen, data=settings.data, public_url=settings.public_url, now=now):
        if check.part != "database":
            yield _finding(check)


def _finding(check: Check) -> Finding:
    at = f" ({rfc3339(check.at)})" if check.at else ""
    return Finding(check.part, check.tone is not Tone.BAD, f"{check.seen}{at}", str(check.cure))


def _redis(settings: Settings) -> Finding:
    import redis

    with redis.Redis.from_url(settings.redis_url or "", socket_connect_timeout=3, socket_timeout=3) as client:
        began = time.monotonic()
        client.ping()
        info = client.info("server")
    return Finding("redis", True, f"{info['redis_version']}, answers in {(time.monotonic() - began) * 1000:.0f} ms")


def _storage(settings: Settings) -> Finding:
    from core.storage import from_settings

    from_settings(settings).check()
    return Finding(
        "storage",
        True,
        f"bucket {settings.s3_bucket}" if settings.s3_bucket else f"folder {settings.data / 'recordings'}",
    )


def _carrier(settings: Settings) -> Finding:
    numbers = Carrier.from_settings(settings).numbers()
    if not numbers:
        return Finding(
            "carrier", False, "the account has no number", "buy or port one, then: bin/ringback carrier setup NUMBER"
        )
    return Finding("carrier", True, f"{settings.twilio_api_url}, {len(numbers)} number{'s' * (len(numbers) != 1)}")
