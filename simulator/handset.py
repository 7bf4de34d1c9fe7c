"""A phone in somebody's hand: what is heard waits to be read, and the line waits for what they do."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from simulator import audio
from simulator.person import HangUp, Input, Keys, Message, Place, Prompt, RecordPrompt, Silence, Speech, Talk
from simulator.story import Story
from simulator.story_keeping import StoryKeeper

PATIENCE = 600.0
"""Real seconds the line waits for somebody to do something, before it takes them for gone."""

T = TypeVar("T", Input, Message | HangUp, Talk)


@dataclass(frozen=True)
class News:
    """Something that happened on the phone, numbered from 1.

    `kind` is `heard` (text), `asks` (keys or words wanted), `records`, `talks` (somebody is there), `waits`, or
    `ended`; the last four of these but `waits` want an input, `ended` wants nothing any more.
    """

    number: int
    kind: str
    text: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """What the holder does: exactly one of keys, words, a message, silence.

    A message may be `sound`: a WAV file of telephone audio, which becomes the recording as it is.
    """

    keys: str = ""
    words: str = ""
    confidence: float | None = 0.93
    message: str | None = None
    end: str = "silence"
    sound: bytes | None = None


class Handset:
    """A person who is really there. The call's thread asks; any other thread reads the news and does things."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._changed = threading.Condition()
        self._news: list[News] = []
        self._done: deque[Done] = deque()
        self._gone = False
        self._kept = StoryKeeper()
        self.interrupted: Callable[[], bool] = lambda: False
        """Whether something happened to the call elsewhere; whoever holds the call's leg sets this."""

    # The holder's side.

    def news(self, after: int = 0, wait: float = 0.0) -> tuple[News, ...]:
        """What happened after the news of this number; waits for some, at most this many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._news) > after, wait)
            return tuple(self._news[after:])

    def does(self, done: Done) -> None:
        """The holder does something; it waits until the line wants it."""
        with self._changed:
            self._done.append(done)
            self._changed.notify_all()

    def hangs_up(self) -> None:
        """The receiver goes down."""
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def story(self, name: str, *, caller: str, at: datetime | None, ends: str | None, ended_by: str | None) -> Story:
        """What happened so far, as a story."""
        with self._changed:
            return self._kept.story(name, caller=caller, at=at, ends=ends, ended_by=ended_by)

    # The line's side (see `person.Person`).

    def hears(self, text: str) -> bool:
        """Pass it on."""
        self._tell("heard", text)
        return not self._gone

    def asked(self, prompt: Prompt) -> Input:
        """Wait for keys, words or silence."""
        self._tell("asks", kinds=list(prompt.kinds), digits=prompt.digits, finish_key=prompt.finish_key)
        return self._wait(_as_input, _NO_INPUT[0], _NO_INPUT[1])

    def records(self, prompt: RecordPrompt) -> Message | HangUp:
        """Wait for a message."""
        self._tell("records", finish_keys=prompt.finish_keys, longest=prompt.longest)
        return self._wait(_as_message, _NO_MESSAGE[0], _NO_MESSAGE[1])

    def talks(self, other: str, heard: str) -> Talk:
        """Pass on what they say, and wait for an answer."""
        self._tell("talks", heard, other=other)
        return self._wait(_as_talk, Talk(then="hangs up"), Talk())

    def waits(self, place: Place) -> str:
        """Wait for one's turn: nothing is expected of the holder."""
        self._tell("waits", place.name, kind=place.kind, position=place.position)
        return "hangs up" if self._gone else "until called"

    def ended(self, by: str) -> None:
        """Pass it on."""
        self._tell("ended", by=by)

    def nudge(self) -> None:
        """Let the line go on with what happened to the call elsewhere."""
        with self._changed:
            self._changed.notify_all()

    def _tell(self, news: str, text: str = "", **facts: Any) -> None:
        with self._changed:
            self._news.append(News(len(self._news) + 1, news, text, facts))
            if news in ("heard", "talks") and text:
                self._kept.heard(text)
            self._changed.notify_all()

    def _wait(self, read: Callable[[Done], T], gone: T, nothing: T) -> T:
        with self._changed:
            there = self._changed.wait_for(lambda: self._done or self._gone or self.interrupted(), self._patience)
            if self.interrupted():
                return nothing
            if self._gone or not there:
                self._gone = True
                return gone
            answer = read(self._done.popleft())
            self._kept.did(answer)
            return answer


_NO_INPUT: tuple[Input, Input] = (HangUp(), Silence())
_NO_MESSAGE: tuple[Message | HangUp, Message | HangUp] = (HangUp(), Message(""))


def _as_input(done: Done) -> Input:
    if done.keys:
        return Keys(done.keys)
    words = done.words or done.message or ""
    return Speech(words, done.confidence) if words else Silence()


def _as_message(done: Done) -> Message | HangUp:
    if done.keys:
        return Message("", end=done.keys[0])
    sound = None if done.sound is None else audio.telephone(done.sound)
    return Message(done.message if done.message is not None else done.words, end=done.end, sound=sound)


def _as_talk(done: Done) -> Talk:
    return Talk(done.words or done.message or "", then="star" if done.keys == "*" else "stays")
