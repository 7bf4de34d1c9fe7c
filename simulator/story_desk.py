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
        last = 0
        while True:
            for item in self._desk.news(sid, after=last, wait=20.0):
                last = item.number
                if item.kind == "ended":
                    caller.ended(str(item.facts["by"]))
                    state = self._desk.state(sid)
                    return Ending(state.status, state.ended_by, sid, problems=state.problems)
                self._react(sid, item, caller)

    def _react(self, sid: str, item: News, caller: StoryCaller) -> None:
        facts = item.facts
        if item.kind == "heard":
            if not caller.hears(item.text):
                self._desk.hang_up(sid)
        elif item.kind == "asks":
            self._do(sid, caller.asked(Prompt(tuple(facts["kinds"]), facts["finish_key"], facts["digits"])))
        elif item.kind == "records":
            self._do(sid, caller.records(RecordPrompt(facts["finish_keys"], facts["longest"])))
        elif item.kind == "talks":
            self._do(sid, caller.talks(facts["other"], item.text))
        elif item.kind == "waits" and caller.waits(Place(facts["kind"], item.text)) == "hangs up":
            self._desk.hang_up(sid)

    def _do(self, sid: str, answer: object) -> None:
        if isinstance(answer, HangUp) or (isinstance(answer, Talk) and answer.then == "hangs up"):
            self._desk.hang_up(sid)
        elif isinstance(answer, Keys):
            self._desk.does(sid, Done(keys=answer.digits))
        elif isinstance(answer, Speech):
            self._desk.does(sid, Done(words=answer.words, confidence=answer.confidence))
        elif isinstance(answer, Message):
            self._desk.does(sid, Done(message=answer.words, end=answer.end))
        elif isinstance(answer, Talk):
            self._desk.does(sid, Done(keys="*") if answer.then == "star" else Done(words=answer.words))
        else:
            self._desk.does(sid, Done())
