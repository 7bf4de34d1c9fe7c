"""One leg of a call while it lasts: its record, its person, its clock, and what others did to it meanwhile."""

import threading
from array import array
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from simulator.clock import CallClock
from simulator.person import HangUp, Person
from simulator.records import Address, Call, Problem, Recording
from simulator.speech import seconds_of
from simulator.steps import EndedError, MovedError, TakenError
from simulator.tape import Tape

T = TypeVar("T")

LONGEST_CALL = 14400
"""Seconds after which the carrier ends any call."""


class Leg:
    """A call in progress. Its own thread performs it; `interrupt` may come from any other."""

    def __init__(self, call: Call, person: Person, clock: CallClock, *, fallback: Address | None = None) -> None:
        self.call = call
        self.person = person
        self.clock = clock
        self.fallback = fallback
        self.cookies: dict[str, str] = {}
        self.tapes: dict[str, Tape] = {}
        self.made: Counter[str] = Counter()
        self.changed = threading.Condition()
        self.foreseen: Recording | None = None
        self._afterwards: list[Callable[[], None]] = []
        self._pending: EndedError | MovedError | TakenError | None = None
        self._poked = False

    def hear(self, text: str, seconds: float | None = None) -> None:
        """Let the person hear words (or a sound described in brackets); raises EndedError when they hang up."""
        self.check()
        length = seconds_of(text) if seconds is None else seconds
        self._tape("line", text, length)
        self.clock.advance(length)
        if not self.person.hears(text):
            raise EndedError("caller")
        self.check()

    def say(self, words: str, seconds: float | None = None, sound: "array[int] | None" = None) -> None:
        """The person speaks; `sound` is what that really was."""
        length = seconds_of(words) if seconds is None else seconds
        self._tape("caller", words, length, sound)
        self.clock.advance(length)

    def overhear(self, words: str, seconds: float) -> None:
        """The other side of a conversation speaks, which moved the clock on already."""
        self._tape("line", words, seconds)

    def quiet(self, seconds: float) -> None:
        """Time passes, whatever others may have done to this call."""
        self._tape("line", "", seconds)
        self.clock.advance(seconds)

    def wait(self, seconds: float) -> None:
        """Nothing is heard for a while."""
        self.quiet(seconds)
        self.check()

    def answered_with(self, ask: "Callable[[], T | HangUp]") -> "T":
        """What the person answers, unless they hang up or the call was moved meanwhile."""
        self.check()
        answer = ask()
        self.check()
        if isinstance(answer, HangUp):
            raise EndedError("caller")
        return answer

    def check(self) -> None:
        """Raise what others did to this call since the last look, or its longest length."""
        with self.changed:
            pending, self._pending = self._pending, None
        if pending is not None:
            raise pending
        if self.clock.elapsed() > LONGEST_CALL:
            raise EndedError("line")

    def interrupt(self, what: EndedError | MovedError | TakenError) -> None:
        """End or move this call at its next breath. An end is not undone by a later move."""
        with self.changed:
            if not isinstance(self._pending, EndedError):
                self._pending = what
            self.changed.notify_all()
        self.person.nudge()

    @property
    def interrupted(self) -> bool:
        """Whether something waits for `check`, or this leg was poked."""
        with self.changed:
            return self._pending is not None or self._poked

    def poke(self) -> None:
        """Something happened that this leg should look at: whoever it waits for waits no longer. From any thread."""
        with self.changed:
            self._poked = True
            self.changed.notify_all()
        self.person.nudge()

    def seen(self) -> None:
        """Whatever this leg was poked for is being looked at now."""
        with self.changed:
            self._poked = False

    def rest(self, patience: float) -> bool:
        """Wait, in real time, until something happens to this call; False when nothing did for so many seconds."""
        with self.changed:
            happened = self.changed.wait_for(lambda: self._pending is not None or self._poked, patience)
            self._poked = False
            return happened

    def forget_taking(self) -> None:
        """Whoever came for this caller was too late."""
        with self.changed:
            if isinstance(self._pending, TakenError):
                self._pending = None

    def after_next_answer(self, task: Callable[[], None]) -> None:
        """Do this once the product has answered the next request (or the call has ended): it comes a little later."""
        self._afterwards.append(task)

    def answered(self) -> None:
        """The product has answered: do what waited for that."""
        while self._afterwards:
            self._afterwards.pop(0)()

    def complain(self, code: int, message: str, url: str = "") -> None:
        """Write down what the carrier would have complained about."""
        self.call.problems.append(Problem(code, message, url))

    def _tape(self, track: str, words: str, seconds: float, sound: "array[int] | None" = None) -> None:
        for tape in tuple(self.tapes.values()):
            tape.add(track, "" if words.startswith("[") else words, seconds, sound)
