"""One turn of the engine: a key, and a spoken sentence against rapidfuzz matching the same words alone."""

from collections.abc import Iterator

from rapidfuzz import fuzz, process

from bench.measuring import row, seconds_each
from callflows.engine import advance, begin
from callflows.facts import Open
from callflows.flow import Heard, Turn
from callflows.library import shipped

FACTS = {
    "caller": "+14155550100",
    "attested": True,
    "hours": {key: Open(open=True) for key in ("technical", "billing", "general")},
    "duty": {},
}


def run() -> Iterator[str]:
    """A key and a spoken word at the main menu."""
    flow = shipped()["main"]
    first = begin(flow, facts=FACTS)
    if not isinstance(first, Turn) or first.position is None:
        raise AssertionError("the flow does not begin")
    at = first.position
    said, phrases = "my bill is wrong", ["technical", "billing", "invoice", "general", "existing", "payment"]
    key, speech, matching = seconds_each(
        lambda: advance(flow, at, Heard(digits="2"), facts=FACTS),
        lambda: advance(flow, at, Heard(speech=said, confidence=0.9), facts=FACTS),
        lambda: process.extract(said, phrases, scorer=fuzz.partial_ratio),
    )
    yield row("flow: a spoken sentence", speech, matching, of="rapidfuzz alone")
    for name, taken in (("a key", key), ("a spoken sentence", speech)):
        yield f"flow: {name} takes {taken * 1e6:.0f} µs, within 50 µs: {'reached' if taken < 50e-6 else 'MISSED'}"
