"""The person at a phone: what the line asks of them, and what they may answer."""

from array import array
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Keys:
    """Keys pressed one after the other: 0-9, * and #."""

    digits: str


@dataclass(frozen=True)
class Speech:
    """Words said, and how sure the carrier's recogniser is of them, from 0 to 1 (None: it does not say)."""

    words: str
    confidence: float | None = 0.93


@dataclass(frozen=True)
class Silence:
    """Nothing, until the line gives up waiting."""


@dataclass(frozen=True)
class HangUp:
    """The receiver goes down."""


@dataclass(frozen=True)
class Message:
    """What is left after the beep. `seconds` cuts or fills it; `end` is a key, `hangup` or `silence`.

    `sound` is what was really said, as samples at `audio.RATE`: the recording is exactly that, and `words` only tells
    what it is about.
    """

    words: str
    seconds: float | None = None
    end: str = "silence"
    sound: "array[int] | None" = None

    @property
    def empty(self) -> bool:
        """Whether nothing was left."""
        return not (self.words.strip() or self.seconds or self.sound)


@dataclass(frozen=True)
class Talk:
    """One side of a conversation: what it says, how long it stays, and how it goes.

    `then` is `stays` (until the other side goes), `hangs up` or `star` (presses * to leave a Dial).
    """

    words: str = ""
    seconds: float | None = None
    then: str = "stays"


Input = Keys | Speech | Silence | HangUp


@dataclass(frozen=True)
class Prompt:
    """What a Gather listens for."""

    kinds: tuple[str, ...] = ("dtmf",)
    finish_key: str = "#"
    digits: int | None = None
    hints: tuple[str, ...] = ()
    timeout: int = 5


@dataclass(frozen=True)
class RecordPrompt:
    """What a Record accepts: keys that end it, and its longest length in seconds."""

    finish_keys: str = "1234567890*#"
    longest: int = 3600


@dataclass(frozen=True)
class Place:
    """Where somebody waits, in a queue or for a conference to start; `kind` is `queue` or `conference`."""

    kind: str
    name: str
    position: int | None = None


class Person(Protocol):
    """Whoever holds the phone. All are called in the call's own thread, one at a time, but for `nudge`."""

    def hears(self, text: str) -> bool:
        """Something is said or played. False hangs up."""
        ...

    def asked(self, prompt: Prompt) -> Input:
        """The line listens (Gather)."""
        ...

    def records(self, prompt: RecordPrompt) -> Message | HangUp:
        """The line records (Record); Message("") says nothing."""
        ...

    def talks(self, other: str, heard: str) -> Talk:
        """Somebody is at the other end; `other` names them and `heard` is what they say."""
        ...

    def waits(self, place: Place) -> str:
        """One round of waiting is over, with music or words: `on` for another round, `until called` to stay until
        something happens, or `hangs up`."""
        ...

    def ended(self, by: str) -> None:
        """The call is over; `by` is `caller` (this person) or `line`."""
        ...

    def nudge(self) -> None:
        """Something happened to the call elsewhere: do not keep the line waiting for an answer. From any thread."""
        ...


class Passive:
    """Listens, and never says or presses anything: the base of people who do a little more."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def hears(self, text: str) -> bool:
        """Remember it and stay."""
        self.heard.append(text)
        return True

    def asked(self, prompt: Prompt) -> Input:
        """Say nothing."""
        return Silence()

    def records(self, prompt: RecordPrompt) -> Message | HangUp:
        """Say nothing."""
        return Message("")

    def talks(self, other: str, heard: str) -> Talk:
        """Listen until the other side goes."""
        if heard:
            self.heard.append(heard)
        return Talk()

    def waits(self, place: Place) -> str:
        """Stay."""
        return "until called"

    def ended(self, by: str) -> None:
        """Nothing more to do."""

    def nudge(self) -> None:
        """Never blocks, so needs none."""
