"""Every setting, read and checked once at the edge and handed on as one frozen value.

`.env.example` explains each setting to operators; a test holds the two lists together.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from dotenv.parser import parse_stream

from core import setting_values as values
from core.made_secrets import MadeSecrets, MadeSecretsError, kept_secrets
from core.setting_values import SettingValueError

ROOT = Path(__file__).resolve().parent.parent
"""The checkout. `.env`, a relative RINGBACK_DATA and the default data folder are looked for here."""

NAMES = (
    *("PORT", "HOST", "PUBLIC_URL", "RINGBACK_DATA", "DATABASE_URL", "REDIS_URL"),
    *("S3_BUCKET", "S3_ENDPOINT_URL", "S3_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    *("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_APP_SID"),
    *("TWILIO_API_URL", "SECRET_KEY", "RINGBACK_ZONE", "RINGBACK_COUNTRY", "RINGBACK_DEMO"),
    *("RINGBACK_SIMULATOR_PORT", "STREAM_URL", "SMTP_URL", "METRICS_TOKEN", "TRUSTED_PROXIES"),
    *("WEB_CONCURRENCY", "LOG_LEVEL", "RINGBACK_CALLBACKS", "RINGBACK_DELETE_AT_CARRIER"),
    "RINGBACK_AGENT_FALLBACK_URL",
    *("RINGBACK_PATIENCE", "OTEL_EXPORTER_OTLP_ENDPOINT", "SENTRY_DSN"),
)

T = TypeVar("T")


class SettingsError(ValueError):
    """A setting stops the start. The message is one line: the setting's name, what is wrong, the cure."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The installation's settings; None means "not given" (for the two servers: use the embedded ones)."""

    port: int
    host: str
    public_url: str
    data: Path
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    s3_bucket: str | None
    s3_endpoint_url: str | None
    s3_region: str | None
    aws_access_key_id: str | None
    aws_secret_access_key: str | None = field(repr=False)
    twilio_account_sid: str | None
    twilio_auth_tokens: tuple[str, ...] = field(repr=False)
    twilio_api_key: str | None
    twilio_api_secret: str | None = field(repr=False)
    twilio_app_sid: str | None
    twilio_api_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    zone: str
    country: str
    demo: bool
    simulator_port: int
    stream_url: str
    smtp_url: str | None = field(repr=False)
    metrics_token: str | None = field(repr=False)
    trusted_proxies: int
    web_concurrency: int
    log_level: str
    callbacks: bool
    """False is the switch that stops all dialling; promises wait."""
    agent_fallback_url: str | None
    """A static document elsewhere, which an agent whom we ring hears while this host is away."""
    delete_at_carrier: bool
    patience: float
    """Seconds a webhook may wait for the database, all in all; then it is journaled."""
    otlp_endpoint: str | None = field(repr=False)
    sentry_dsn: str | None = field(repr=False)

    @property
    def journal(self) -> Path:
        """The folder where this host keeps what the database could not take."""
        return self.data / "journal"

    @property
    def stream_port(self) -> int:
        """Where the stream listens on HOST: beside PORT, as STREAM_URL's default has it."""
        return _neighbour(self.port, 1)


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Settings:
    """Read the settings from `environ` (this process's own) over those in the file `dotenv`.

    The file is `.env` in the checkout, or the one RINGBACK_DOTENV names; it may be missing. In demo mode, and
    wherever no SECRET_KEY is given, the secrets made once are read from the data folder, or made.
    Raises `SettingsError`.
    """
    environ = os.environ if environ is None else environ
    dotenv = dotenv or Path(environ.get("RINGBACK_DOTENV") or ROOT / ".env")
    given = _Given({**_read_dotenv(dotenv), **{name: environ[name] for name in NAMES if environ.get(name)}})
    return _settings(given)


class _Given:
    """The settings' texts, each read by its name so that an error can name it."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {name: text.strip() for name, text in texts.items() if text.strip()}

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def read(self, name: str, parse: Callable[[str], T], default: str) -> T:
        try:
            return parse(self._texts.get(name, default))
        except SettingValueError as error:
            raise SettingsError(f"{name}: {error}") from None

    def maybe(self, name: str, parse: Callable[[str], T]) -> T | None:
        return self.read(name, parse, "") if name in self else None

    def go_together(self, one: str, other: str) -> None:
        for missing, present in ((one, other), (other, one)):
            if present in self and missing not in self:
                raise SettingsError(f"{missing}: missing while {present} is given; give both or neither")


def _settings(given: _Given) -> Settings:
    port = given.read("PORT", partial(values.whole_number, low=1, high=65535), "8000")
    host = given.read("HOST", values.host, "127.0.0.1")
    demo = _demo(given, host=host)
    data = given.read("RINGBACK_DATA", partial(values.folder, root=ROOT), "var")
    simulator = given.read(
        "RINGBACK_SIMULATOR_PORT", partial(values.whole_number, low=1, high=65535), str(_neighbour(port, 2))
    )
    if demo and simulator == port:
        raise SettingsError(f"RINGBACK_SIMULATOR_PORT: {port} is PORT already; give another")
    if demo and simulator == _neighbour(port, 1):
        raise SettingsError(f"RINGBACK_SIMULATOR_PORT: {simulator} is the stream's, the one beside PORT; give another")
    secret_keys = given.maybe("SECRET_KEY", partial(values.tokens, least=32))
    account, tokens = _account(given)
    if demo or secret_keys is None:
        made = _kept_secrets(data)
        secret_keys = secret_keys or (made.secret_key,)
        if demo:
            account, tokens = made.account_sid, tokens or (made.auth_token,)
    given.go_together("TWILIO_API_KEY", "TWILIO_API_SECRET")
    given.go_together("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    if "S3_ENDPOINT_URL" in given and "S3_BUCKET" not in given:
        raise SettingsError("S3_BUCKET: missing while S3_ENDPOINT_URL is given; name the bucket for recordings")
    here = f"[{host}]" if ":" in host else host
    return Settings(
        port=port,
        host=host,
        public_url=given.read("PUBLIC_URL", values.origin, f"http://{here}:{port}"),
        data=data,
        database_url=given.maybe("DATABASE_URL", values.database_url),
        redis_url=given.maybe("REDIS_URL", values.redis_url),
        s3_bucket=given.maybe("S3_BUCKET", values.bucket),
        s3_endpoint_url=given.maybe("S3_ENDPOINT_URL", values.web_base),
        s3_region=given.maybe("S3_REGION", values.word),
        aws_access_key_id=given.maybe("AWS_ACCESS_KEY_ID", values.word),
        aws_secret_access_key=given.maybe("AWS_SECRET_ACCESS_KEY", partial(values.token, least=1)),
        twilio_account_sid=account,
        twilio_auth_tokens=tokens,
        twilio_api_key=given.maybe("TWILIO_API_KEY", values.account_sid),
        twilio_api_secret=given.maybe("TWILIO_API_SECRET", partial(values.token, least=8)),
        twilio_app_sid=given.maybe("TWILIO_APP_SID", values.account_sid),
        twilio_api_url=given.read("TWILIO_API_URL", values.web_base, _api_url(demo=demo, simulator=simulator)),
        secret_keys=secret_keys,
        zone=given.read("RINGBACK_ZONE", values.zone, "UTC"),
        country=given.read("RINGBACK_COUNTRY", values.country, "US"),
        demo=demo,
        simulator_port=simulator,
        stream_url=given.read("STREAM_URL", values.web_base_or_path, f"http://{here}:{_neighbour(port, 1)}"),
        smtp_url=given.maybe("SMTP_URL", values.smtp_url),
        metrics_token=given.maybe("METRICS_TOKEN", partial(values.token, least=16)),
        trusted_proxies=given.read("TRUSTED_PROXIES", partial(values.whole_number, low=0, high=16), "0"),
        web_concurrency=given.read(
            "WEB_CONCURRENCY", partial(values.whole_number, low=1, high=64), str(_workers_by_cores())
        ),
        log_level=given.read("LOG_LEVEL", values.log_level, "info"),
        callbacks=given.read("RINGBACK_CALLBACKS", values.switch, "1"),
        agent_fallback_url=given.maybe("RINGBACK_AGENT_FALLBACK_URL", values.web_base),
        delete_at_carrier=given.read("RINGBACK_DELETE_AT_CARRIER", values.switch, "0"),
        patience=given.read("RINGBACK_PATIENCE", partial(values.seconds, low=0.1, high=10.0), "0.8"),
        otlp_endpoint=given.maybe("OTEL_EXPORTER_OTLP_ENDPOINT", values.web_base),
        sentry_dsn=given.maybe("SENTRY_DSN", values.dsn),
    )


def _demo(given: _Given, *, host: str) -> bool:
    asked = given.maybe("RINGBACK_DEMO", values.switch)
    real = "TWILIO_ACCOUNT_SID" in given
    if asked and real:
        raise SettingsError(
            "RINGBACK_DEMO: is 1 while TWILIO_ACCOUNT_SID is given; demo mode has an account of its own, drop one"
        )
    if asked is None and not real and not values.is_loopback(host):
        raise SettingsError(
            "RINGBACK_DEMO: must be given where HOST is not this machine alone; "
            "give 1 to show the demo to the network, or TWILIO_ACCOUNT_SID"
        )
    return not real if asked is None else asked


def _account(given: _Given) -> tuple[str | None, tuple[str, ...]]:
    sid = given.maybe("TWILIO_ACCOUNT_SID", values.account_sid)
    tokens = given.maybe("TWILIO_AUTH_TOKEN", partial(values.tokens, least=8)) or ()
    if sid and not tokens:
        raise SettingsError("TWILIO_AUTH_TOKEN: missing while TWILIO_ACCOUNT_SID is given; webhooks are signed with it")
    return sid, tokens


def _api_url(*, demo: bool, simulator: int) -> str:
    return f"http://127.0.0.1:{simulator}" if demo else "https://api.twilio.com"


def _kept_secrets(data: Path) -> MadeSecrets:
    try:
        return kept_secrets(data)
    except MadeSecretsError as error:
        raise SettingsError(f"RINGBACK_DATA: {error}") from error


def _read_dotenv(path: Path) -> dict[str, str]:
    try:
        if not path.exists() or path == Path(os.devnull):
            return {}
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"{path}: the settings file cannot be read: {reason}") from error
    for binding in bindings:
        if binding.error:
            raise SettingsError(f"{path}: line {binding.original.line} is not of the form NAME=value")
    return {binding.key: binding.value for binding in bindings if binding.key in NAMES and binding.value}


def _neighbour(port: int, step: int) -> int:
    """The port `step` above, or below where ports end."""
    return port + step if port + step <= 65535 else port - step


def _workers_by_cores() -> int:
    """Two web workers at least, so that one may fail; four at most, as the database is the limit then."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, min(4, cores))
