"""The person who lives a story: does what its lines say, and notices when the line says something else."""

from dataclasses import dataclass
from typing import TypeVar

from simulator.person import HangUp, Input, Keys, Message, Place, Prompt, RecordPrompt, Silence, Speech, Talk
from simulator.story import HangsUp, Hears, Leaves, Line, Presses, Says, StaysSilent, Story

T = TypeVar("T")


@dataclass(frozen=True)
class Spoken:
    """One entry of a transcript; `who` is `line`, `caller` or `other` (somebody at the other end)."""

    who: str
    text: str

    def __str__(self) -> str:
        return f"{self.who:>6}: {self.text}"


class StoryCaller:
    """A person, for any end that can talk to one. `failure` tells what went otherwise than the story says.

    What is heard is checked when the line wants something, and at the end. `hang up` after `hears` happens as soon as
    that is heard; elsewhere at once. When the lines run out, the caller hangs up at the next question.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        self.transcript: list[Spoken] = []
        self.failure: str | None = None
        self._lines = list(story.lines)
        self._since: list[str] = []
        self._waited = False

    @property
    def heard(self) -> tuple[str, ...]:
        """Everything the line and others said, in order."""
        return tuple(spoken.text for spoken in self.transcript if spoken.who != "caller")

    def hears(self, text: str) -> bool:
        """Remember it; hang up if that is what the story does on hearing this."""
        self._listen("line", text)
        return not self._leaves_now()

    def asked(self, prompt: Prompt) -> Input:
        """The next line's keys, words or silence."""
        line = self._next()
        if isinstance(line, Presses):
            lost = "" if "dtmf" in prompt.kinds else " (the line listens for words only)"
            return self._act(Keys(line.keys), f"{line}{lost}")
        if isinstance(line, Says):
            lost = "" if "speech" in prompt.kinds else " (the line listens for keys only)"
            return self._act(Speech(line.words, line.confidence), f"{line}{lost}")
        if isinstance(line, StaysSilent):
            return self._act(Silence(), str(line))
        if isinstance(line, Leaves):
            self._fail(f"line {line.line}: the caller {line}, but the line asks for keys or words, and does not record")
        return HangUp()

    def records(self, prompt: RecordPrompt) -> Message | HangUp:
        """The next line's message, with the key or the hang-up that follows it."""
        line = self._next()
        if isinstance(line, Leaves):
            return self._act(Message(line.words, line.seconds, line.end or self._message_end()), str(line))
        if isinstance(line, Presses):
            return self._act(Message("", end=line.keys[0]), f"{line} instead of a message")
        if isinstance(line, StaysSilent):
            return self._act(Message(""), str(line))
        if isinstance(line, Says):
            self._fail(f"line {line.line}: the caller {line}, but the line records; write `record:` there")
        return HangUp()

    def talks(self, other: str, heard: str) -> Talk:
        """Say the next lines' words to whoever is there, and stay until they go unless the story hangs up."""
        if heard:
            self._listen("other", f"{other}: {heard}")
        self._expect()
        words: list[str] = []
        while self._lines and isinstance(self._lines[0], Says):
            words.append(self._lines.pop(0).words)  # type: ignore[union-attr]
        said = " ".join(words)
        if said:
            self._act(None, f"says {said!r}")
        if self._lines and isinstance(self._lines[0], HangsUp):
            self._lines.pop(0)
            return self._act(Talk(said, then="hangs up"), "hangs up")
        if self._lines and self._lines[0] == Presses("*", line=self._lines[0].line):
            self._lines.pop(0)
            return self._act(Talk(said, then="star"), "presses *")
        return Talk(said)

    def waits(self, place: Place) -> str:
        """A `silence` is one round of waiting; a hang-up leaves. Otherwise the caller waits until called."""
        if self._leaves_now():
            return "hangs up"
        if self.failure is None and self._lines and isinstance(self._lines[0], StaysSilent):
            self._act(None, f"waits in the {place.kind} {place.name}")
            self._lines.pop(0)
            return "on"
        if self._waited and self.failure is None:
            self._fail(f"nobody came for the caller in the {place.kind} {place.name}")
        self._waited = True
        return "hangs up" if self.failure else "until called"

    def ended(self, by: str) -> None:
        """The call is over: what is still expected must have been heard, and nothing may be left to do."""
        self._act(None, "(the caller hung up)" if by == "caller" else "(the line hung up)", keep=True)
        self._expect()
        left = [line for line in self._lines if not isinstance(line, HangsUp)]
        if self.failure is None and left:
            self._fail(f"line {left[0].line}: the call ended before the caller {_will(left[0])}")

    def nudge(self) -> None:
        """Never keeps the line waiting."""

    def _listen(self, who: str, text: str) -> None:
        self.transcript.append(Spoken(who, text))
        self._since.append(text)

    def _leaves_now(self) -> bool:
        place = next((at for at, line in enumerate(self._lines) if not isinstance(line, Hears)), None)
        if self.failure or place is None or not isinstance(self._lines[place], HangsUp):
            return False
        before = [line for line in self._lines[:place] if isinstance(line, Hears)]
        if any(self._missing(line) for line in before) or (before and not any(line.wanted for line in before)):
            return False
        del self._lines[: place + 1]
        self._act(None, "hangs up")
        return True

    def _next(self) -> Line | None:
        self._expect()
        if self.failure is not None:
            return None
        if not self._lines:
            self._act(None, "hangs up, for the story is at its end")
            return None
        line = self._lines.pop(0)
        if isinstance(line, HangsUp):
            self._act(None, "hangs up")
        return line

    def _expect(self) -> None:
        while self.failure is None and self._lines and isinstance(self._lines[0], Hears):
            line = self._lines.pop(0)
            assert isinstance(line, Hears)  # noqa: S101 - for the type checker
            if problem := self._missing(line):
                self._fail(f"line {line.line}: {problem}")

    def _missing(self, line: Hears) -> str | None:
        heard = _plain(" ".join(self._since))
        for words in line.wanted:
            if _plain(words) not in heard:
                return f"the caller should have heard {words!r}, but heard: {heard or 'nothing'!r}"
        for words in line.unwanted:
            if _plain(words) in heard:
                return f"the caller should not have heard {words!r}, but heard: {heard!r}"
        return None

    def _message_end(self) -> str:
        if self._lines and isinstance(self._lines[0], HangsUp):
            self._lines.pop(0)
            return "hangup"
        after = self._lines[0] if self._lines else None
        if isinstance(after, Presses) and len(after.keys) == 1:
            self._lines.pop(0)
            return after.keys
        return "silence"

    def _act(self, answer: T, text: str, *, keep: bool = False) -> T:
        self.transcript.append(Spoken("caller", text))
        if not keep:
            self._since.clear()
        return answer

    def _fail(self, why: str) -> None:
        self.failure = self.failure or why


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


def _will(line: Line) -> str:
    return str(line)
