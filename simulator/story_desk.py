"""The end of a story that lies in another process: its caller picks up a phone at a desk."""

from simulator.desk import PhoneDesk
from simulator.handset import Done, News
from simulator.person import HangUp, Keys, Message, Place, Prompt, RecordPrompt, Speech, Talk
from simulator.story import Story
from simulator.story_caller import StoryCaller
from simulator.story_run import Ending


class AtDesk:
    """Plays stories on the phones of a running simulator. `number` is called by stories that name none."""

    def __init__(self, desk: PhoneDesk, *, number: str | None = None) -> None:
        self._desk = desk
        self._number = number

    def play(self, story: Story, caller: StoryCaller) -> Ending:
        """Place the call and hold it to its end."""
        called = story.calls or self._number
        if called is None:
            raise ValueError(f"the story {story.name!r} names no number to call, and there is no other")
        sid = self._desk.call(from_=story.caller, to=called, at=story.at)
        last, there = 0, True
        while True:
            for item in self._desk.news(sid, after=last, wait=20.0):
                last = item.number
                if item.kind == "ended":
                    caller.ended(str(item.facts["by"]))
                    state = self._desk.state(sid)
                    return Ending(state.status, state.ended_by, sid, problems=state.problems)
                if there and not self._stays(sid, item, caller):
                    there = False
                    self._desk.hang_up(sid)

    def _stays(self, sid: str, item: News, caller: StoryCaller) -> bool:
        """Let the caller do what they do about it; whether they stay on the line."""
        facts = item.facts
        if item.kind == "heard":
            return caller.hears(item.text)
        if item.kind == "asks":
            return self._does(sid, caller.asked(Prompt(tuple(facts["kinds"]), facts["finish_key"], facts["digits"])))
        if item.kind == "records":
            return self._does(sid, caller.records(RecordPrompt(facts["finish_keys"], facts["longest"])))
        if item.kind == "talks":
            return self._does(sid, caller.talks(facts["other"], item.text))
        return item.kind != "waits" or caller.waits(Place(facts["kind"], item.text)) != "hangs up"

    def _does(self, sid: str, answer: object) -> bool:
        if isinstance(answer, HangUp) or (isinstance(answer, Talk) and answer.then == "hangs up"):
            return False
        self._desk.does(sid, _done(answer))
        return True


def _done(answer: object) -> Done:
    if isinstance(answer, Keys):
        return Done(keys=answer.digits)
    if isinstance(answer, Speech):
        return Done(words=answer.words, confidence=answer.confidence)
    if isinstance(answer, Message):
        return Done(message=answer.words, end=answer.end)
    if isinstance(answer, Talk):
        return Done(keys="*") if answer.then == "star" else Done(words=answer.words)
    return Done()
