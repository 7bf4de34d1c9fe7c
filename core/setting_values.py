"""The shapes a setting's text may have: each function turns text into a value or says, in one line, what is wrong.

The messages never repeat a secret: a URL may hold a password, so only its scheme is named.
"""

import ipaddress
import re
import zoneinfo
from functools import cache
from importlib import resources
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_ON, _OFF = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


class SettingValueError(ValueError):
    """A setting's text is not of the shape it must have; the message says what it is and the cure."""


def whole_number(text: str, *, low: int, high: int) -> int:
    """A whole number between two bounds, both included."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise SettingValueError(f"{shown(text)} is not a whole number from {low} to {high}")
    return int(text)


def seconds(text: str, *, low: float, high: float) -> float:
    """A length of time in seconds between two bounds, both included; a decimal fraction is fine."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) or not low <= float(text) <= high:
        raise SettingValueError(f"{shown(text)} is not a number of seconds between {low:g} and {high:g}")
    return float(text)


def switch(text: str) -> bool:
    """`1` or `0` (also true/false, yes/no, on/off)."""
    if text.lower() in _ON | _OFF:
        return text.lower() in _ON
    raise SettingValueError(f"{shown(text)} is neither 1 nor 0")


def host(text: str) -> str:
    """An address or a host name to listen on, without a port."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if is_address(bare) or (_HOST_NAME.fullmatch(bare) and not re.fullmatch(r"[0-9.]+", bare)):
        return bare
    raise SettingValueError(f"{shown(text)} is neither an IP address nor a host name; give one such as 127.0.0.1")


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(text: str) -> bool:
    """Whether a host can be reached from this machine only."""
    return ipaddress.ip_address(text).is_loopback if is_address(text) else text == "localhost"


def origin(text: str) -> str:
    """`https://host[:port]` with nothing behind it; a trailing slash is dropped, and so is a scheme's own port."""
    parts = _split(text, schemes=("http", "https"))
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingValueError(
            "the address has more than scheme, host and port; give it without path, such as https://calls.example.org"
        )
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    name = parts.hostname or ""
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}{port}"


def web_base(text: str) -> str:
    """An http or https address under which other addresses lie; no query, no trailing slash."""
    parts = _split(text, schemes=("http", "https"))
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingValueError("the address has a query, a fragment or a user in it; give scheme, host and path only")
    return text.rstrip("/")


def web_base_or_path(text: str) -> str:
    """A `web_base`, or an absolute path of our own origin."""
    if re.fullmatch(r"/[A-Za-z0-9/._~-]*", text) and not text.startswith("//"):
        return text.rstrip("/") or "/"
    return web_base(text)


def database_url(text: str) -> str:
    """A PostgreSQL address, with the driver we speak it by."""
    parts = _split(text, schemes=("postgresql", "postgres", "postgresql+psycopg"), needs_host=False)
    return "postgresql+psycopg" + text[len(parts.scheme) :]


def redis_url(text: str) -> str:
    parts = _split(text, schemes=("redis", "rediss", "unix"), needs_host=False)
    if not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise SettingValueError("the address names no server; give one such as redis://127.0.0.1:6379/0")
    return text


def smtp_url(text: str) -> str:
    _split(text, schemes=("smtp", "smtps"))
    return text


def dsn(text: str) -> str:
    """Where errors are told: an http or https address with a key in the user's place."""
    parts = _split(text, schemes=("http", "https"))
    if not parts.username or not parts.path.strip("/"):
        raise SettingValueError("the address has no key or no project; give one such as https://key@host/1")
    return text


def token(text: str, *, least: int) -> str:
    """A secret without white space, at least `least` characters long."""
    if len(text) < least:
        raise SettingValueError(f"a secret of {len(text)} characters is too short; give at least {least}")
    if not text.isprintable() or " " in text:
        raise SettingValueError("the secret has white space or control characters in it; give it without")
    return text


def tokens(text: str, *, least: int) -> tuple[str, ...]:
    """Secrets separated by commas; the first is the one in use, the others still count while rotating."""
    return tuple(token(part, least=least) for part in re.split(r"\s*,\s*", text.strip()))


def account_sid(text: str) -> str:
    """A carrier's account id: opaque to us, but it goes into addresses."""
    if re.fullmatch(r"[A-Za-z0-9_-]{2,64}", text):
        return text
    raise SettingValueError(f"{shown(text)} is not an account id; give letters, digits, dash and underscore only")


def bucket(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]", text):
        return text
    raise SettingValueError(f"{shown(text)} is not a bucket's name (3 to 63 letters, digits, dots and dashes)")


def word(text: str) -> str:
    if re.fullmatch(r"[!-~]{1,256}", text):
        return text
    raise SettingValueError("the value has white space or unusual characters in it; give one word")


def zone(text: str) -> str:
    """A name of the IANA time zone database."""
    try:
        return zoneinfo.ZoneInfo(text).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingValueError(f"{shown(text)} is not an IANA time zone; give one such as Europe/Berlin") from None


def country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code, in upper case."""
    if text.upper() in countries():
        return text.upper()
    raise SettingValueError(f"{shown(text)} is not an ISO 3166 country code; give two letters such as US")


@cache
def countries() -> frozenset[str]:
    """Every ISO 3166-1 alpha-2 code, from the table that comes with the time zone database."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and not line.startswith("#"))


def log_level(text: str) -> str:
    levels = ("debug", "info", "warning", "error", "critical")
    level = {"warn": "warning"}.get(text.lower(), text.lower())
    if level in levels:
        return level
    raise SettingValueError(f"{shown(text)} is not a log level; give one of {', '.join(levels)}")


def folder(text: str, *, root: Path) -> Path:
    """A folder, absolute; a relative one is looked for below `root`, wherever the command was called."""
    path = Path(text).expanduser() if text.startswith("~/") else Path(text)
    path = root / path
    if path.exists() and not path.is_dir():
        raise SettingValueError(f"{shown(text)} is not a folder")
    return path


def shown(text: str) -> str:
    """A value as it may stand in a one-line message."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _split(text: str, *, schemes: tuple[str, ...], needs_host: bool = True) -> SplitResult:
    wanted = f"{schemes[0]}://"
    if not re.fullmatch(r"[!-~]+", text):
        raise SettingValueError(
            f"the address has white space or unusual characters in it; give one starting with {wanted}"
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise SettingValueError(f"the address cannot be read (host or port); give one starting with {wanted}") from None
    if "://" not in text or parts.scheme not in schemes:
        found = f"{parts.scheme}://" if "://" in text else "no scheme"
        raise SettingValueError(f"the address starts with {found}; give one starting with {wanted}")
    if (needs_host and not parts.hostname) or port == 0:
        raise SettingValueError(f"the address names no host; give one such as {wanted}host")
    return parts
