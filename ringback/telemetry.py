"""Telling others, where an operator asks for it: errors to Sentry, answered requests to OpenTelemetry.

Neither package is among the requirements, and neither is imported before its setting is given. Watching never stops
the phone: a package that is missing is one line in the log. What leaves the machine holds no caller's words, number or
secret: no body, no query, no header, no variable of a frame, and of texts what `core.logs` lets through.
"""

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core import logs
from core.config import Settings

Application = Callable[..., Iterable[bytes]]

_PACKAGES = {"SENTRY_DSN": "sentry-sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry-exporter-otlp-proto-http"}
_PHONE = re.compile(r"\+[0-9]{7,15}")
_DATABASE = ("psycopg", "sqlalchemy")
_KEPT = {"call", "call_id", "ticket_id", "job", "outbox", "attempt", "path", "why"}

log = logs.get(__name__)


def tell_errors(settings: Settings, **more: Any) -> bool:
    """Send what is logged as an error, and what nobody caught, to SENTRY_DSN. Whether that is on now."""
    sentry = _imported("SENTRY_DSN", "sentry_sdk") if settings.sentry_dsn else None
    if sentry is None:
        return False
    sentry.init(
        dsn=settings.sentry_dsn,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        auto_enabling_integrations=False,
        max_breadcrumbs=0,
        before_send=scrubbed,
        **more,
    )
    return True


def traced(application: Application, settings: Settings) -> Application:
    """The application with a span around each request, sent to OTEL_EXPORTER_OTLP_ENDPOINT; else as it is."""
    if not settings.otlp_endpoint:
        return application
    exporters = _imported("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.exporter.otlp.proto.http.trace_exporter")
    sdk = _imported("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.sdk.trace")
    if exporters is None or sdk is None:
        return application
    export = importlib.import_module("opentelemetry.sdk.trace.export")
    resource = importlib.import_module("opentelemetry.sdk.resources").Resource.create({"service.name": "ringback"})
    provider = sdk.TracerProvider(resource=resource)
    exporter = exporters.OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    return _Traced(application, provider.get_tracer("ringback"))


def scrubbed(event: dict[str, Any], hint: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An event of Sentry's as it may leave the machine.

    What our own modules log reaches Sentry as the fields themselves, before anything was masked: only the event's name
    and the ids go on.
    """
    for left_out in ("request", "user", "server_name", "breadcrumbs"):
        event.pop(left_out, None)
    fields = getattr((hint or {}).get("log_record"), "msg", None)
    extra = event.get("extra") or {}
    if isinstance(fields, dict):
        event["logentry"] = {"message": str(fields.get("event")), "params": []}
        extra = fields
    event["extra"] = {key: value for key, value in extra.items() if key in _KEPT}
    for raised in (event.get("exception") or {}).get("values") or ():
        if str(raised.get("module")).startswith(_DATABASE):  # its text holds the row it was about
            raised["value"] = ""
    hidden: dict[str, Any] = {key: _hidden(value) for key, value in event.items()}
    return hidden


class _Traced:
    """One span a request: method, path without its query, status. OpenTelemetry's names for HTTP server spans."""

    def __init__(self, application: Application, tracer: Any) -> None:
        self._application, self._tracer = application, tracer

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        with self._tracer.start_as_current_span(f"{method} {_route(path)}") as span:

            def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                span.set_attribute("http.response.status_code", int(status.split(" ", 1)[0]))
                return start_response(status, headers, *more)

            span.set_attribute("http.request.method", method)
            span.set_attribute("url.path", _route(path))
            return self._application(environ, started)


def _route(path: str) -> str:
    """A path with what is different for each thing left out: one-time links and numbers must not leave the machine."""
    parts = path.split("/")
    return "/".join(part if re.fullmatch(r"[a-z]{0,20}|v1", part) else "…" for part in parts)


def _hidden(value: object) -> object:
    """Numbers of telephones and what `core.logs` masks, by name and by looks, at any depth."""
    if isinstance(value, dict):
        masked = logs.masked(value)
        return {key: masked[key] if masked[key] == logs.MASK else _hidden(item) for key, item in value.items()}  # type: ignore[index]
    if isinstance(value, list | tuple):
        return [_hidden(item) for item in value]
    if isinstance(value, str):
        return _PHONE.sub("+…", str(logs.masked(value)))
    return value


def _imported(setting: str, name: str) -> Any:
    """The module, or None with a line that says what to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        log.error("telemetry_off", setting=setting, missing=error.name, cure=f"pip install {_PACKAGES[setting]}")
        return None
