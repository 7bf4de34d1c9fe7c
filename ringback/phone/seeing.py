"""What the system saw of a call: each webhook as people can read it, with what is sealed or secret left out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape, quoteattr

from simulator.desk import Exchange
from simulator.twiml import Element, TwimlError, read

SECRET = frozenset({"RingbackAtSignature", "CallToken"})
"""Parameters that prove something: whoever has them could pretend it."""

HIDDEN = "••••••"
_POCKET = re.compile(r"((?:[?]|&amp;|&)k=)[A-Za-z0-9_-]+")
_LEAD = ("Digits", "SpeechResult", "Confidence", "RecordingDuration", "RecordingStatus", "CallStatus", "RingbackAt")
"""Parameters that tell this webhook from the others: they come first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One webhook, masked. `told` are its telling parameters, `params` all others, in the order sent."""

    number: int
    kind: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    told: tuple[tuple[str, str], ...]
    params: tuple[tuple[str, str], ...]
    status: int | None
    answer: str
    failure: str
    milliseconds: float


def seen(exchange: Exchange) -> Seen:
    """A webhook and its answer, fit to be shown."""
    place = urlsplit(exchange.url)
    params = tuple((name, HIDDEN if name in SECRET else value) for name, value in exchange.params)
    query = ((name, HIDDEN if name == "k" else value) for name, value in parse_qsl(place.query, keep_blank_values=True))
    return Seen(
        exchange.number,
        exchange.kind,
        exchange.method,
        place.path,
        tuple(query),
        tuple(pair for pair in params if pair[0] in _LEAD),
        tuple(pair for pair in params if pair[0] not in _LEAD),
        exchange.status,
        _POCKET.sub(rf"\1{HIDDEN}", _laid_out(exchange.body)),
        exchange.failure,
        round(exchange.seconds * 1000, 1),
    )


def _laid_out(body: str) -> str:
    """TwiML with a line for each element; what is no TwiML as it is."""
    try:
        verbs = read(body)
    except TwimlError:
        return body
    return "\n".join(("<Response>", *_lines(verbs, 1), "</Response>"))


def _lines(elements: Iterable[Element], depth: int) -> Iterator[str]:
    for element in elements:
        start = "  " * depth + "<" + element.name
        given = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
        text = escape(" ".join(element.text.split()))
        if element.children:
            yield f"{start}{given}>{text}"
            yield from _lines(element.children, depth + 1)
            yield "  " * depth + f"</{element.name}>"
        elif text:
            yield f"{start}{given}>{text}</{element.name}>"
        else:
            yield f"{start}{given}/>"
