"""A position as short strings, for the query of a signed URL, and back. The pocket travels apart, sealed."""

from collections.abc import Mapping

from callflows.flow import Position

_COUNTERS = {"n": "silences", "m": "misses", "p": "repeats"}


class BadPosition(ValueError):
    """These strings are no position we wrote."""


def to_plain(position: Position) -> dict[str, str]:
    """``f`` flow, ``r`` revision, ``s`` step, ``l`` language, ``n`` silences, ``m`` misses, ``p`` repeats,
    ``o`` mode, ``w`` slow; what is zero, empty or false is left out."""
    plain = {"f": position.flow, "r": position.revision, "s": position.step, "l": position.language}
    plain |= {short: str(count) for short, name in _COUNTERS.items() if (count := getattr(position, name))}
    if position.mode:
        plain["o"] = position.mode
    if position.slow:
        plain["w"] = "1"
    return plain


def from_plain(plain: Mapping[str, str], pocket: Mapping[str, str] | None = None) -> Position:
    """The position that `to_plain` wrote. Raises `BadPosition`."""
    try:
        flow, revision, step, language = (plain[short] for short in "frsl")
    except KeyError as missing:
        raise BadPosition(f"{missing} is missing") from None
    return Position(
        flow,
        revision,
        step,
        language,
        _count(plain, "n"),
        _count(plain, "m"),
        plain.get("o", ""),
        plain.get("w") == "1",
        dict(pocket or {}),
        _count(plain, "p"),
    )


def _count(plain: Mapping[str, str], short: str) -> int:
    text = plain.get(short, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise BadPosition(f"{_COUNTERS[short]}: {text[:20]!r}")
    return int(text)
