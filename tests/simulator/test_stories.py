from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.carrier import Carrier
from simulator.person import Keys, Prompt, RecordPrompt
from simulator.story import HangsUp, Hears, Leaves, Presses, Says, StaysSilent, Story
from simulator.story_caller import StoryCaller
from simulator.story_file import StoryError, read_file, read_stories, read_story
from simulator.story_run import Ending, SignedHttp, StoryFailed, run_story
from tests.simulator.conftest import NUMBER
from tests.simulator.product import Product

FULL = """
story: leaves a message for billing
caller: "+14155550100"
calls: "+14155550199"
at: 2026-11-23T10:00:00Z
lines:
  - hears: recorded
  - hears: [technical, {not: closed}]
  - press: "2"
  - say: technical
  - say: {words: bil, confidence: 0.55}
  - silence
  - record: my invoice is wrong, please call me
  - record: {words: hello, seconds: 12, end: "#"}
  - press: "#"
  - hang up
ends: completed
ended by: caller
"""


def test_every_kind_of_line_is_read() -> None:
    story = read_story(FULL)
    assert story.at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert (story.ends, story.ended_by) == ("completed", "caller")
    assert [type(line) for line in story.lines] == [
        Hears, Hears, Presses, Says, Says, StaysSilent, Leaves, Leaves, Presses, HangsUp,
    ]  # fmt: skip
    assert story.lines[1] == Hears(("technical",), ("closed",), line=8)
    assert story.lines[4] == Says("bil", 0.55, line=11)
    assert story.lines[7] == Leaves("hello", 12.0, "#", line=14)


def test_several_stories_live_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text("story: one\nlines: [silence]\n---\nstory: two\nlines: [hang up]\n")
    assert [story.name for story in read_file(file)] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "line", "field", "cure"),
    [
        ("", 1, "story", "exactly one"),
        ("lines: [silence]", 1, "story", "is missing"),
        ("story: a", 1, "lines", "is missing"),
        ("story: a\nlines: []", 2, "lines", "at least one"),
        ("story: a\ncolour: red\nlines: [silence]", 2, "colour", "is not known here"),
        ("story: a\nstory: b\nlines: [silence]", 2, "story", "given twice"),
        ("story: a\ncaller: bob\nlines: [silence]", 2, "caller", "withheld"),
        ("story: a\ncalls: 555\nlines: [silence]", 2, "calls", "must be a number"),
        ("story: a\nat: tomorrow\nlines: [silence]", 2, "at", "with its zone"),
        ("story: a\nat: 2026-11-23T10:00:00\nlines: [silence]", 2, "at", "with its zone"),
        ("story: a\nends: done\nlines: [silence]", 2, "ends", "one of"),
        ("story: a\nended by: us\nlines: [silence]", 2, "ended by", "caller, line"),
        ("story: a\nlines:\n  - wait", 3, "lines", "is no line"),
        ("story: a\nlines:\n  - press: two", 3, "press", "0-9"),
        ("story: a\nlines:\n  - press: #", 3, "press", "in quotes"),
        ("story: a\nlines:\n  - hears: x\n    press: 1", 3, "lines", "one thing"),
        ("story: a\nlines:\n  - hears: []", 3, "hears", "empty"),
        ("story: a\nlines:\n  - hears: {nor: x}", 3, "nor", "not known"),
        ("story: a\nlines:\n  - say: {words: x, confidence: 2}", 3, "say: confidence", "0 to 1"),
        ("story: a\nlines:\n  - say: {confidence: 1}", 3, "say", "needs words"),
        ("story: a\nlines:\n  - record: {words: x, seconds: many}", 3, "record: seconds", "number"),
        ("story: a\nlines:\n  - record: {words: x, end: stop}", 3, "record: end", "one key"),
        ("story: a\nlines: [", 2, "YAML", "mend"),
    ],
)
def test_an_error_names_the_line_the_field_and_the_cure(text: str, line: int, field: str, cure: str) -> None:
    with pytest.raises(StoryError) as error:
        read_story(text, source="a.yaml")
    assert (error.value.line, error.value.field) == (line, field), str(error.value)
    assert cure in str(error.value)
    assert str(error.value).startswith(f"a.yaml, line {line}, {field}: ")


@given(st.text(max_size=120))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    try:
        read_stories(text)
    except StoryError as error:
        assert error.cure  # noqa: PT017 - any refusal is right, if it is a refusal


def caller(lines: str) -> StoryCaller:
    return StoryCaller(read_story(f"story: a\nlines:\n{lines}"))


def test_what_was_heard_counts_since_the_last_input_only() -> None:
    person = caller('  - press: "1"\n  - hears: {not: welcome}\n  - hears: thanks\n  - press: "2"')
    person.hears("Welcome")
    assert person.asked(Prompt()) == Keys("1")
    person.hears("Thanks")
    assert person.asked(Prompt()) == Keys("2")
    assert person.failure is None


def test_hanging_up_happens_as_soon_as_the_words_before_it_are_heard() -> None:
    person = caller("  - hears: goodbye\n  - hang up")
    assert person.hears("one moment") is True
    assert person.hears("Goodbye now") is False


def test_a_call_that_ends_too_early_fails_the_story() -> None:
    person = caller('  - hears: hello\n  - press: "1"')
    person.hears("hello")
    person.ended("line")
    assert person.failure == "line 4: the call ended before the caller presses 1"


def test_a_message_where_the_line_does_not_record_fails_the_story() -> None:
    person = caller("  - record: hello")
    person.asked(Prompt())
    assert person.failure is not None
    assert "does not record" in person.failure


def test_the_key_after_a_message_finishes_it() -> None:
    person = caller('  - record: hello\n  - press: "#"\n  - press: "1"')
    message = person.records(RecordPrompt())
    assert getattr(message, "end", None) == "#"
    assert person.asked(Prompt()) == Keys("1")


def test_a_story_that_hears_something_else_fails_with_a_readable_transcript(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Say>We are closed.</Say><Gather/>"
    story = read_story("story: calls by day\nlines:\n  - hears: welcome\n  - press: '1'")
    with pytest.raises(StoryFailed) as failed:
        run_story(story, SignedHttp(carrier, number=NUMBER))
    text = str(failed.value)
    assert "line 3: the caller should have heard 'welcome', but heard: 'we are closed.'" in text
    assert "story: calls by day\n  line: We are closed.\ncaller: (the caller hung up)" in text


def test_an_end_other_than_the_stories_fails_it(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Reject/>"
    with pytest.raises(StoryFailed, match="should have ended as completed, but ended as no-answer"):
        run_story(read_story("story: a\nlines: [hang up]\nends: completed"), SignedHttp(carrier, number=NUMBER))


def test_a_complaint_of_the_carrier_fails_a_story_unless_allowed(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Shout/>"
    story = read_story("story: a\nlines: [{hears: error}]")
    with pytest.raises(StoryFailed, match="the carrier complained: 12200"):
        run_story(story, SignedHttp(carrier, number=NUMBER))
    assert run_story(story, SignedHttp(carrier, number=NUMBER), complaints=True).failure is None


def test_a_story_runs_against_any_end_that_can_talk_to_a_person() -> None:
    class Parrot:
        def play(self, story: Story, caller: StoryCaller) -> Ending:
            caller.hears("Press a key")
            answer = caller.asked(Prompt())
            assert isinstance(answer, Keys)
            caller.hears(f"You pressed {answer.digits}")
            caller.ended("line")
            return Ending("completed", "line")

    result = run_story(read_story("story: a\nlines: [press: '7', hears: pressed 7]"), Parrot())
    assert result.heard == ("Press a key", "You pressed 7")


def test_the_message_of_a_story_can_be_announced_before_its_call(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = '<Record action="/left" recordingStatusCallback="/recording"/>'
    product.answers["/left"] = "<Hangup/>"
    end = SignedHttp(carrier, number=NUMBER, recording_first=product.url + "/recording")
    result = run_story(read_story("story: a\nlines: [record: please call me]"), end)
    assert product.paths() == ["/recording", "/voice", "/left", "/status"]
    assert result.ending.recordings[0].words == "please call me"
