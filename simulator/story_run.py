"""Run a story against an end: the whole product over signed HTTP, or whatever else can talk to a person."""

from dataclasses import dataclass
from typing import Protocol

from simulator.carrier import Carrier
from simulator.delivery import Sent
from simulator.foresight import overtaking
from simulator.records import Problem, Recording
from simulator.story import Leaves, Story
from simulator.story_caller import Spoken, StoryCaller


@dataclass(frozen=True)
class Ending:
    """How a call went, as its end knows it. An end without a carrier leaves out what it does not have."""

    status: str
    ended_by: str | None
    call_sid: str = ""
    webhooks: tuple[Sent, ...] = ()
    recordings: tuple[Recording, ...] = ()
    problems: tuple[Problem, ...] = ()


class End(Protocol):
    """The other end of a story's call."""

    def play(self, story: Story, caller: StoryCaller) -> Ending:
        """Hold the whole call with this caller, and tell how it ended; must call `caller.ended` once."""
        ...


@dataclass(frozen=True)
class StoryResult:
    """What came of a story. `failure` None means that all went as it says."""

    story: Story
    transcript: tuple[Spoken, ...]
    heard: tuple[str, ...]
    ending: Ending
    failure: str | None

    @property
    def call_sid(self) -> str:
        """The call's SID; empty where there was no carrier."""
        return self.ending.call_sid

    @property
    def ended(self) -> str:
        """The call's final state, in the carrier's words."""
        return self.ending.status

    def text(self) -> str:
        """The transcript, for people."""
        return "\n".join([f"story: {self.story.name}", *(str(spoken) for spoken in self.transcript)])


class StoryFailed(AssertionError):
    """A story went otherwise than it says; the text has the reason and the transcript."""

    def __init__(self, result: StoryResult) -> None:
        self.result = result
        super().__init__(f"{result.failure}\n{result.text()}")


class SignedHttp:
    """The whole product, called over HTTP by a carrier. `number` is called by stories that name none.

    With `recording_first`, a recording callback's address, the first message a story leaves is announced there before
    the product has heard of its call.
    """

    def __init__(self, carrier: Carrier, *, number: str | None = None, recording_first: str | None = None) -> None:
        self.carrier = carrier
        self.number = number
        self._recording_first = recording_first

    def play(self, story: Story, caller: StoryCaller) -> Ending:
        """Place the call and hold it to its end, in this thread."""
        called = story.calls or self.number
        if called is None:
            raise ValueError(f"the story {story.name!r} names no number to call, and there is no other")
        message = next((line.words for line in story.lines if isinstance(line, Leaves)), None)
        foreseen = None
        if self._recording_first is not None and message is not None:
            foreseen = overtaking(self.carrier, callback=self._recording_first, words=message)
        call = self.carrier.call_in(from_=story.caller, to=called, person=caller, at=story.at, foreseen=foreseen)
        sent = tuple(each for each in self.carrier.wire.sent if each.webhook.call_sid == call.sid)
        made = [each for each in self.carrier.store.recordings.values() if each.call_sid == call.sid]
        late = [complaint for each in sent if (complaint := each.complaint)]
        return Ending(call.status, call.ended_by, call.sid, sent, tuple(made), (*call.problems, *late))


def run_story(story: Story, end: End, *, check: bool = True, complaints: bool = False) -> StoryResult:
    """Run a story to its end; raises StoryFailed when it went otherwise, unless `check` is False.

    What the carrier complains about (wrong TwiML, a fallback, an answer it dislikes) fails a story too, unless
    `complaints` are allowed.
    """
    caller = StoryCaller(story)
    ending = end.play(story, caller)
    failure = caller.failure or _unlike(story, ending)
    if failure is None and ending.problems and not complaints:
        failure = "the carrier complained: " + "; ".join(str(problem) for problem in ending.problems)
    elif failure is not None and ending.problems:
        failure += "\nthe carrier also complained: " + "; ".join(str(problem) for problem in ending.problems)
    result = StoryResult(story, tuple(caller.transcript), caller.heard, ending, failure)
    if check and failure is not None:
        raise StoryFailed(result)
    return result


def _unlike(story: Story, ending: Ending) -> str | None:
    if story.ends is not None and story.ends != ending.status:
        return f"the call should have ended as {story.ends}, but ended as {ending.status}"
    if story.ended_by is not None and story.ended_by != ending.ended_by:
        return f"the {story.ended_by} should have ended the call, but the {ending.ended_by} did"
    return None
