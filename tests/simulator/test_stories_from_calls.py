"""A call that somebody made can be kept as a story, read again, and told again."""

from array import array
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from simulator.handset import Done
from simulator.person import Message
from simulator.story import HangsUp, Hears, Leaves, Presses, Says, StaysSilent, Story
from simulator.story_desk import AtDesk
from simulator.story_file import read_story
from simulator.story_keeping import StoryKeeper, telling
from simulator.story_run import run_story
from simulator.story_writing import written
from tests.simulator.conftest import NUMBER
from tests.simulator.test_phones_in_hand import desk, hotline, server, until

__all__ = ["desk", "server"]


def held(desk, product, *inputs: Done, caller: str = "+14155550123", at: datetime | None = None) -> str:
    hotline(product)
    product.answers["/voice"] = str(product.answers["/voice"]).replace("Press 2", "Hello. Press 2")
    sid = desk.call(from_=caller, to=NUMBER, at=at)
    known = 0
    for done in inputs:
        while True:
            [item, *_] = desk.news(sid, after=known, wait=10)
            known = item.number
            if item.kind in ("asks", "records"):
                break
        desk.does(sid, done)
    return sid


def test_a_call_becomes_a_story_that_can_be_told_again(desk, carrier, product) -> None:
    at = datetime(2026, 11, 29, 23, 10, tzinfo=UTC)
    sid = held(desk, product, Done(words="billing", confidence=0.55), Done(message="call me", end="#"), at=at)
    until(desk, sid, "ended")
    story = read_story(desk.story(sid, "says billing: quickly"))
    assert (story.name, story.caller, story.at) == ("says billing: quickly", "+14155550123", at)
    assert (story.ends, story.ended_by) == ("completed", "line")
    assert [str(line) for line in story.lines] == [
        "hears 'Hello.'",
        "says 'billing' (confidence 0.55)",
        "hears 'Leave a message.'",
        "leaves the message 'call me'",
        "hears 'Thank you.'",
    ]
    again = run_story(story, AtDesk(desk, number=NUMBER))
    assert again.failure is None
    assert {made.words for made in carrier.store.recordings.values()} == {"call me"}


def test_a_withheld_caller_who_hangs_up_while_the_line_waits(desk, product) -> None:
    sid = held(desk, product, Done(keys="2"), caller="anonymous")
    until(desk, sid, "records")
    desk.hang_up(sid)
    until(desk, sid, "ended")
    story = read_story(desk.story(sid, "gives up"))
    assert story.caller == "anonymous"
    assert (str(story.lines[-1]), story.ended_by) == ("hangs up", "caller")
    assert run_story(story, AtDesk(desk, number=NUMBER)).failure is None


def test_a_story_can_be_read_while_its_call_lasts(desk, product) -> None:
    sid = held(desk, product)
    until(desk, sid, "asks")
    story = read_story(desk.story(sid, "so far"))
    assert (story.ends, [str(line) for line in story.lines]) == (None, ["hears 'Hello.'"])
    desk.hang_up(sid)


def test_what_is_only_this_calls_own_is_not_expected_of_the_next() -> None:
    assert telling("Your ticket is 1 0 0 3. Thank you for calling. Goodbye.") == "Thank you for calling."
    assert telling("Press 2.") is None
    assert telling("[beep]") is None


def test_a_message_that_is_only_sound_is_told_by_its_length() -> None:
    keeper = StoryKeeper()
    keeper.did(Message("", end="hangup", sound=array("h", bytes(2 * 20000))))
    told = keeper.story("speaks", caller="+14155550123", at=None, ends="completed", ended_by="caller")
    assert told.lines == (Leaves("a message was spoken", 2.5, "hangup"),)
    assert read_story(written(told)).lines[0] == Leaves("a message was spoken", 2.5, "hangup", line=4)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60).filter(str.strip)
KEYS = st.text("0123456789*#", min_size=1, max_size=8)
SURE = st.floats(0, 1).map(lambda value: round(value, 3))
LINES = st.one_of(
    st.builds(Hears, st.lists(WORDS, min_size=1, max_size=3).map(tuple), st.lists(WORDS, max_size=2).map(tuple)),
    st.builds(Presses, KEYS),
    st.builds(Says, WORDS, SURE),
    st.just(StaysSilent()),
    st.builds(
        Leaves,
        WORDS,
        st.none() | st.floats(0.01, 14400).map(lambda value: round(value, 2)),
        st.none() | st.sampled_from(("hangup", "silence", "#", "*", "0", "1", "9")),
    ),
    st.just(HangsUp()),
)
STORIES = st.builds(
    Story,
    WORDS,
    st.lists(LINES, min_size=1, max_size=6).map(tuple),
    st.sampled_from(("+14155550100", "anonymous", "+442079460000")),
    st.none() | st.just("+12025550199"),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.sampled_from(("completed", "failed")),
    st.none() | st.sampled_from(("caller", "line")),
)


@given(STORIES)
def test_every_story_that_is_written_reads_back_the_same(story: Story) -> None:
    assert unplaced(read_story(written(story))) == unplaced(story)


def unplaced(story: Story) -> Story:
    return replace(story, source="", lines=tuple(replace(line, line=0) for line in story.lines))
