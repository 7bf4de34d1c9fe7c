"""One turn of the engine, against the smallest thing that could be called a turn: two dictionary look-ups."""

from collections.abc import Iterator

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
    table = {("choose", "2"): "billing"}
    key, speech, bare = seconds_each(
        lambda: advance(flow, at, Heard(digits="2"), facts=FACTS),
        lambda: advance(flow, at, Heard(speech="my bill is wrong", confidence=0.9), facts=FACTS),
        lambda: table[at.step, "2"],
    )
    yield row("flow: a key", key, bare, of="a dictionary")
    yield row("flow: a spoken sentence", speech, bare, of="a dictionary")
    for name, taken in (("a key", key), ("a spoken sentence", speech)):
        yield f"flow: {name} within 50 µs: {'reached' if taken < 50e-6 else 'MISSED'}"
