"""The demo's stories: what a caller presses, says and leaves, for each way a call can go."""

from random import Random

from ringback.demo_past.callers import Caller
from ringback.demo_past.matters import Matter
from simulator.story import HangsUp, Leaves, Line, Presses, Says, StaysSilent, Story

KEYS = {"technical": "1", "billing": "2", "general": "3"}
WORDS = {"technical": "something is broken", "billing": "invoice", "general": "general question"}
"""Some callers say what they want, in words the starter flow knows."""

FIRST_CALLS = {
    "message": 46,
    "message, hangs up": 8,
    "callback": 15,
    "hangs up in the menu": 6,
    "hangs up after choosing": 6,
    "asks for a person": 5,
    "says nothing": 3,
    "unrecorded": 4,
    "no message": 3,
}
"""How a first call goes → how often, in relation to the others."""

AGAIN = {"asks about the ticket": 3, "asks about the ticket, wants a callback": 2}
"""How somebody calls again about their ticket."""

LEAVES_SOMETHING = frozenset({"message", "message, hangs up", "asks for a person", "says nothing"})
ASKS_FOR_CALLBACK = frozenset({"callback", "unrecorded", "asks about the ticket, wants a callback"})


def choose(random: Random, ways: dict[str, int]) -> str:
    """One way out of the table, by its weight."""
    return random.choices(list(ways), weights=list(ways.values()))[0]


def story(way: str, *, caller: Caller, matter: Matter, random: Random) -> Story:
    """The story of one call of `caller` about `matter`, going that way."""
    key = KEYS[matter.department]
    wish: Line = Says(WORDS[matter.department]) if random.random() < 0.2 else Presses(key)
    lines: dict[str, tuple[Line, ...]] = {
        "message": (wish, Presses("1"), Leaves(matter.message, end="#")),
        "message, hangs up": (wish, Presses("1"), Leaves(matter.message, end="hangup")),
        "callback": (wish, Presses("2"), Presses("1")),
        "hangs up in the menu": (HangsUp(),),
        "hangs up after choosing": (Presses(key), HangsUp()),
        "asks for a person": (Presses("0"), Presses("1"), Leaves(matter.message, end="#")),
        "says nothing": (StaysSilent(), StaysSilent(), StaysSilent(), Presses("1"), Leaves(matter.message, end="#")),
        "unrecorded": (Presses("8"), Presses(key), Presses("2"), Presses("1")),
        "no message": (Presses(key), Presses("1"), Leaves("", end="hangup")),
        "asks about the ticket": (Presses("4"), HangsUp()),
        "asks about the ticket, wants a callback": (Presses("4"), Presses("1"), Presses("1")),
    }
    return Story(name=f"{way}: {matter.subject}", lines=lines[way], caller=caller.number)
