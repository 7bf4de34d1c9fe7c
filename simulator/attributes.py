"""How the TwiML tables say what an element may carry: one attribute, one element's rule, and those many share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.values import Check, one_of, text, url, words_of

SCHEMA_PROBLEM = 12200
BAD_ADDRESS = 11100


@dataclass(frozen=True)
class Attribute:
    """One attribute: what it may hold, what the carrier takes when it is absent, the error number for a wrong one."""

    check: Check
    default: str | None = None
    code: int = SCHEMA_PROBLEM


@dataclass(frozen=True)
class Rule:
    """One element: its attributes, the elements inside it, and whether it holds text.

    `text` is `never`, `may` or `must`; `nesting_code` is the carrier's number for a wrong child; `one_child` demands
    exactly one.
    """

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: tuple[str, ...] = ()
    text: str = "never"
    nesting_code: int = SCHEMA_PROBLEM
    required: tuple[str, ...] = ()
    one_child: bool = False


def callbacks(name: str, *, events: tuple[str, ...] = ()) -> dict[str, Attribute]:
    """A callback's address and method, and the events it may subscribe to."""
    found = {name: Attribute(url(), None, BAD_ADDRESS), f"{name}Method": METHOD}
    if events:
        found[f"{name}Event"] = Attribute(words_of(*events))
    return found


METHOD = Attribute(one_of("GET", "POST"), "POST")
ACTION = Attribute(url(), None, BAD_ADDRESS)
RECORDING_CALLBACKS = callbacks("recordingStatusCallback", events=("in-progress", "completed", "absent", "failed"))
NAME = Attribute(text(least=1))
