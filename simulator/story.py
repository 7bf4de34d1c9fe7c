"""A story: what a caller hears, presses, says and leaves on one call, in a small YAML file."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Hears:
    """What was heard since the last input must contain all of `wanted` and none of `unwanted`, whatever the case."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()
    line: int = 0

    def __str__(self) -> str:
        parts = [*(f"{words!r}" for words in self.wanted), *(f"not {words!r}" for words in self.unwanted)]
        return "hears " + ", ".join(parts)


@dataclass(frozen=True)
class Presses:
    """Keys, one after the other."""

    keys: str
    line: int = 0

    def __str__(self) -> str:
        return f"presses {self.keys}"


@dataclass(frozen=True)
class Says:
    """Words, and how sure the recogniser is of them."""

    words: str
    confidence: float | None = 0.93
    line: int = 0

    def __str__(self) -> str:
        sure = "" if self.confidence == 0.93 else f" (confidence {self.confidence:g})" if self.confidence else ""
        return f"says {self.words!r}{sure}"


@dataclass(frozen=True)
class StaysSilent:
    """No input, until the line gives up waiting."""

    line: int = 0

    def __str__(self) -> str:
        return "is silent"


@dataclass(frozen=True)
class Leaves:
    """A message after the beep; `end` None takes the key or the hang-up that follows, else silence ends it."""

    words: str
    seconds: float | None = None
    end: str | None = None
    line: int = 0

    def __str__(self) -> str:
        return f"leaves the message {self.words!r}"


@dataclass(frozen=True)
class HangsUp:
    """The receiver goes down."""

    line: int = 0

    def __str__(self) -> str:
        return "hangs up"


Line = Hears | Presses | Says | StaysSilent | Leaves | HangsUp


@dataclass(frozen=True)
class Story:
    """One caller's script. `caller` is E.164, or as the carrier writes a withheld number; `calls` None leaves the
    number to whoever runs it; `ends` and `ended_by` None accept any end."""

    name: str
    lines: tuple[Line, ...]
    caller: str = "+14155550100"
    calls: str | None = None
    at: datetime | None = None
    ends: str | None = None
    ended_by: str | None = None
    source: str = ""
