"""Logs: one event a line on standard error, with fields, and nothing in them that must stay secret.

Modules write `log = logs.get(__name__)` and `log.info("call answered", leg=...)`. Edges bind the ids of the call,
ticket or job once: every line written until the block ends carries them, library lines included.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Literal, TextIO

import structlog

Style = Literal["json", "plain"]
Event = MutableMapping[str, Any]

MASK = "***"
PLAIN = "RINGBACK_PLAIN_LOGS"

_SECRET = {
    *("token", "password", "passwd", "passphrase", "secret", "pin", "digits", "pocket", "authorization", "cookie"),
    *("signature", "key", "apikey", "credential", "credentials", "otp", "cvv", "card"),
}
_NOT_SECRET = {"idempotency_key", "key_id", "natural_key", "department_key"}
_IN_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/@]+@", re.IGNORECASE)
_IN_QUERY = re.compile(r"(?i)\b((?:pocket|digits|token|pin|password|secret|signature)=)[^\s&\"']+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{6,}")


def configure(*, level: str, style: Style | None = None, stream: TextIO | None = None) -> None:
    """Send this process's logs, the libraries' too, to standard error (or `stream`) from `level` up.

    `json` writes one object a line, for machines; `plain` is for people, who read along at a terminal or where
    `bin/run` shows the lines of its children (it says so by the variable of `PLAIN`). Calling it again replaces it.
    """
    plain = PLAIN in os.environ or (stream or sys.stderr).isatty()
    handler = logging.StreamHandler(stream) if stream else _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _mask,
                _render_plain if (style or ("plain" if plain else "json")) == "plain" else _RENDER_JSON,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if not _is_ours(other)), handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Add fields (`call=`, `ticket=`, `job=` …) to every line written in the block, in this thread or task."""
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in ids.items() if value is not None}):
        yield


def masked(value: object) -> object:
    """A value with the secrets inside it hidden: in mappings by key, in text where it looks like one."""
    if isinstance(value, dict):
        return {key: MASK if _is_secret(str(key)) and item else masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(item) for item in value]
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, str):
        return _mask_text(value)
    return value


class _StandardError(logging.StreamHandler[TextIO]):
    """Standard error as it is at the moment of writing: tests and forked processes put another in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _is_ours(handler: logging.Handler) -> bool:
    return isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)


def _mask(_logger: object, _method: str, event: Event) -> Event:
    return {key: MASK if _is_secret(key) and item else masked(item) for key, item in event.items()}


def _is_secret(key: str) -> bool:
    """Whether one of the words a key is made of is a secret's name: `auth_token`, `X-Twilio-Signature`, `Digits`."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key).lower())
    return "_".join(words) not in _NOT_SECRET and any(
        word.removesuffix("s") in _SECRET or word in _SECRET for word in words
    )


def _mask_text(text: str) -> str:
    text = _IN_URL.sub(rf"\g<scheme>:{MASK}@", text)
    text = _IN_QUERY.sub(rf"\g<1>{MASK}", text)
    return _BEARER.sub(rf"\g<1> {MASK}", text)


def _render_plain(_logger: object, _method: str, event: Event) -> str:
    """`2026-11-22T10:00:00Z info event key=value`; whatever could break the line or fool a terminal is escaped.

    `bin/run` writes the time before every line itself.
    """
    first = [event.pop(name, "") for name in ("timestamp", "level", "event")][PLAIN in os.environ :]
    return " ".join([*map(_plain, first), *(f"{_plain(key)}={_plain(item)}" for key, item in event.items())])


def _plain(item: object) -> str:
    text = item if isinstance(item, str) else json.dumps(item, default=str)
    return text if re.fullmatch(r"[^\s\"=\\]+", text) and text.isprintable() else json.dumps(text)


_RENDER_JSON = structlog.processors.JSONRenderer(default=str)
_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
