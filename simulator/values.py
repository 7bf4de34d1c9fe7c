"""What a TwiML attribute may hold: each check answers None, or what a right value would be."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

Check = Callable[[str], str | None]

_HOST = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^\[[0-9A-Fa-f:.]+\]$")
_LANGUAGE = re.compile(r"^(multi|[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{2,8})*)$")


def url_problem(text: str) -> str | None:
    """Why the carrier would refuse this address, absolute or relative; None when it would not."""
    if not text:
        return "an address, not an empty text"
    if any(ch.isspace() for ch in text):
        return "an address without spaces"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return "a well-formed address"
    if not parts.scheme and not parts.netloc:
        return None
    if parts.scheme not in ("http", "https"):
        return "an http or https address, or a relative one"
    if not _HOST.match(_host(parts.netloc)):
        return "an address with a valid host name (letters, digits, dots and hyphens; no underscores)"
    return None


def _host(netloc: str) -> str:
    place = netloc.rpartition("@")[2]
    return place.partition("]")[0] + "]" if place.startswith("[") else place.partition(":")[0]


def url(*, or_empty: bool = False) -> Check:
    """A callback's address, relative to the current document's or absolute."""
    return lambda text: None if or_empty and text == "" else url_problem(text)


def socket_url() -> Check:
    """The address of a media stream."""
    return lambda text: None if text.startswith("wss://") and len(text) > 6 else "an address beginning with wss://"


def one_of(*allowed: str) -> Check:
    """One of these words, in exactly this case."""
    return lambda text: None if text in allowed else "one of " + ", ".join(repr(word) for word in allowed)


def words_of(*allowed: str) -> Check:
    """One or more of these words, separated by single spaces, none twice."""

    def check(text: str) -> str | None:
        words = text.split(" ")
        if words and all(word in allowed for word in words) and len(set(words)) == len(words):
            return None
        return "one or more of " + " ".join(allowed) + ", separated by single spaces"

    return check


def boolean() -> Check:
    """`true` or `false`, in lower case."""
    return one_of("true", "false")


def whole(least: int, most: int | None = None) -> Check:
    """A whole number within these bounds, both allowed."""

    def check(text: str) -> str | None:
        inside = text.isascii() and text.isdigit() and least <= int(text) and (most is None or int(text) <= most)
        return None if inside else f"a whole number of at least {least}" + (f" and at most {most}" if most else "")

    return check


def either(*checks: Check) -> Check:
    """Anything that one of these checks allows."""

    def check(text: str) -> str | None:
        wanted = [problem for problem in (one(text) for one in checks) if problem]
        return None if len(wanted) < len(checks) else ", or ".join(wanted)

    return check


def keys(most: int | None = None) -> Check:
    """Telephone keys 0-9, * and #, none twice; an empty text means none at all."""

    def check(text: str) -> str | None:
        good = all(ch in "0123456789*#" for ch in text) and len(set(text)) == len(text)
        if good and (most is None or len(text) <= most):
            return None
        return "one key of 0-9, * and #, or an empty text" if most == 1 else "keys of 0-9, * and #, each once"

    return check


def tones() -> Check:
    """Keys to be played, with w or W for half a second or a second of waiting."""
    return lambda text: None if re.fullmatch(r"[0-9*#wWA-D]+", text) else "keys 0-9, *, # and w for half a second"


def text(most: int | None = None, *, least: int = 0) -> Check:
    """Any text of at least and at most this many characters."""

    def check(value: str) -> str | None:
        if len(value) >= least and (most is None or len(value) <= most):
            return None
        return f"a text of {least} to {most} characters" if most else f"a text of at least {least} characters"

    return check


def language() -> Check:
    """A BCP 47 tag such as en-US."""
    return lambda tag: None if _LANGUAGE.match(tag) else "a language tag such as en-US"


def hints() -> Check:
    """At most 500 phrases, separated by commas, of at most 100 characters each."""

    def check(value: str) -> str | None:
        phrases = value.split(",")
        fits = len(phrases) <= 500 and all(len(phrase.strip()) <= 100 for phrase in phrases)
        return None if fits else "at most 500 phrases of at most 100 characters, separated by commas"

    return check


def pattern(regex: str, wanted: str) -> Check:
    """A text that matches the whole of this expression; `wanted` says so in words."""
    compiled = re.compile(regex)
    return lambda value: None if compiled.fullmatch(value) else wanted
