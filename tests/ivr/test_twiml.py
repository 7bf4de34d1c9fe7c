"""Answers equal what the carrier's own builder makes, and text never becomes markup."""

from xml.etree.ElementTree import canonicalize, fromstring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Gather, VoiceResponse

from callflows.flow import Flow
from callflows.instructions import Ask, HangUp, Pause, Prompt, Record, Say
from ivr.twiml import LONGEST_SAY, UNFIT, Script

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


def script(*prompts, language="en"):
    by_name = {prompt.name: prompt for prompt in prompts}
    return Script(Flow("main", "r", "s", language, {}, {language: by_name}))


def plain(text):
    return UNFIT.sub("", text).replace("{", "").replace("}", "")


def same(ours, builder):
    return canonicalize(ours) == canonicalize(str(builder))


@given(text=texts)
def test_say_equals_the_builders(text):
    text = plain(text)
    theirs = VoiceResponse()
    theirs.say(text, voice="Polly.Joanna", language="en-US")
    assert same(script(Prompt("a", (Say(text),))).render(["a"], {}, language="en"), theirs)


@given(
    text=texts,
    key=st.sampled_from(["#", "*", ""]),
    digits=st.sampled_from([None, 1, 4]),
    speech=st.booleans(),
    hints=st.lists(st.sampled_from(["billing", "a & b", "“technical”", "<x>"]), max_size=3),
    seconds=st.integers(1, 20),
)
def test_ask_equals_the_builders(text, key, digits, speech, hints, seconds):
    text, action = plain(text), "https://e.com/voice/turn?t=1&f=main"
    theirs = VoiceResponse()
    more = {"num_digits": digits} if digits else {}
    if speech:
        more |= {"language": "en-US", "speech_timeout": "auto"} | ({"hints": ",".join(hints)} if hints else {})
    gather = Gather(input="dtmf speech" if speech else "dtmf", timeout=seconds, finish_on_key=key,
                    action_on_empty_result=True, method="POST", action=action, **more)  # fmt: skip
    gather.say(text, voice="Polly.Joanna", language="en-US")
    gather.pause(length=1)
    theirs.append(gather)
    theirs.redirect(action, method="POST")
    ask = Ask((Say(text), Pause(1)), digits=digits, finish_key=key, speech=speech, hints=tuple(hints), timeout=seconds)
    assert same(script(Prompt("a", (ask,))).render(["a"], {}, language="en", action=action), theirs)


def test_record_equals_the_builders():
    theirs = VoiceResponse()
    theirs.record(
        action="/a",
        method="POST",
        timeout=10,
        finish_on_key="#",
        max_length=300,
        play_beep=True,
        trim="do-not-trim",
        recording_status_callback="/r?part=2&x=1",
        recording_status_callback_method="POST",
        recording_status_callback_event="in-progress completed absent",
    )
    theirs.redirect("/a", method="POST")
    theirs.hangup()
    ours = script(Prompt("a", (Record(), HangUp())))
    assert same(ours.render(["a"], {}, language="en", action="/a", recording="/r?part=2&x=1"), theirs)


@given(value=texts)
@example(value="\r\n")
@example(value="\r")
def test_a_spoken_value_is_text_whatever_it_holds(value):
    ours = script(Prompt("a", (Say("Ticket {ticket}, thank you."),))).render(["a"], {"ticket": value}, language="en")
    [say] = fromstring(ours)
    # A reader of XML takes \r\n and a lone \r for \n (XML 1.0, 2.11).
    text = UNFIT.sub("", value).replace("\r\n", "\n").replace("\r", "\n")
    assert say.text == f"Ticket {text}, thank you."


def test_several_prompts_are_spoken_in_order():
    ours = script(Prompt("a", (Say("one"),)), Prompt("b", (Say("two"),))).render(["b", "a"], {}, language="en")
    assert [say.text for say in fromstring(ours)] == ["two", "one"]


def test_a_long_text_is_cut_between_words():
    words = "word " * 1500
    says = fromstring(script(Prompt("a", (Say(words),))).render(["a"], {}, language="en"))
    assert all(len(say.text) <= LONGEST_SAY for say in says)
    assert " ".join(say.text.strip() for say in says) == words.strip()


def test_a_value_nobody_brought_is_an_error():
    with pytest.raises(KeyError):
        script(Prompt("a", (Say("Ticket {ticket}"),))).render(["a"], {}, language="en")
