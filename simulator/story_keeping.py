"""What happened on a phone, kept as the lines of a story that would make it happen again."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from simulator import audio
from simulator.person import HangUp, Input, Keys, Message, Silence, Speech, Talk
from simulator.story import HangsUp, Hears, Leaves, Line, Presses, Says, StaysSilent, Story

SPOKEN = "a message was spoken"
"""The words of a message of which there is only sound."""

_SENTENCES = re.compile(r"(?<=[.!?])\s+")


@dataclass
class StoryKeeper:
    """Notes what is heard and done, in order."""

    _lines: list[Line] = field(default_factory=list)
    _heard: list[str] = field(default_factory=list)

    def heard(self, text: str) -> None:
        """The line, or somebody, said this."""
        told = telling(text)
        if told and told not in self._heard:
            self._heard.append(told)

    def did(self, answer: Input | Message | Talk) -> None:
        """The holder answered with this."""
        lines = _lines_of(answer)
        if lines:
            self._settle()
            self._lines.extend(lines)

    def story(self, name: str, *, caller: str, at: datetime | None, ends: str | None, ended_by: str | None) -> Story:
        """The story so far; `ends` and `ended_by` None while the call lasts."""
        lines = [*self._lines, *([Hears(tuple(self._heard))] if self._heard else [])]
        if ended_by == "caller" and not _hung_up(lines):
            lines.append(HangsUp())
        return Story(name, tuple(lines or [HangsUp()]), caller=caller, at=at, ends=ends, ended_by=ended_by)

    def _settle(self) -> None:
        if self._heard:
            self._lines.append(Hears(tuple(self._heard)))
            self._heard.clear()


def telling(text: str) -> str | None:
    """The first sentence that any call at this place hears: without digits, which are often this call's own."""
    if text.startswith("["):
        return None
    sentences = (part.strip() for part in _SENTENCES.split(text))
    return next((part for part in sentences if part and not re.search(r"\d", part)), None)


def _lines_of(answer: Input | Message | Talk) -> list[Line]:
    if isinstance(answer, Keys):
        return [Presses(answer.digits)]
    if isinstance(answer, Speech):
        return [Says(answer.words, answer.confidence)]
    if isinstance(answer, Silence):
        return [StaysSilent()]
    if isinstance(answer, HangUp):
        return [HangsUp()]
    if isinstance(answer, Message):
        return _left(answer)
    said: list[Line] = [Says(answer.words)] if answer.words.strip() else []
    return [*said, *([Presses("*")] if answer.then == "star" else [])]


def _left(message: Message) -> list[Line]:
    if message.empty:
        return [HangsUp()] if message.end == "hangup" else [_pressed(message.end)]
    seconds = message.seconds if message.sound is None else round(len(message.sound) / audio.RATE, 2)
    return [Leaves(message.words.strip() or SPOKEN, seconds or None, message.end)]


def _pressed(end: str) -> Line:
    return StaysSilent() if end == "silence" else Presses(end)


def _hung_up(lines: list[Line]) -> bool:
    acts = [line for line in lines if not isinstance(line, Hears)]
    return bool(acts) and (isinstance(acts[-1], HangsUp) or (isinstance(acts[-1], Leaves) and acts[-1].end == "hangup"))
