from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from simulator.grammar import VERBS
from simulator.grammar_nouns import NOUNS
from simulator.twiml import TwimlError, read


def refused(body: str) -> TwimlError:
    with pytest.raises(TwimlError) as error:
        read(f"<Response>{body}</Response>")
    return error.value


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ("<Shout/>", 12200, "no TwiML element <Shout>"),
        ("<say>hello</say>", 12200, "no TwiML element <say>"),
        ('<Say Voice="man">hello</Say>', 12200, "no attribute 'Voice'"),
        ('<Say voice="bob">hello</Say>', 13511, "must be"),
        ('<Say loop="-1">hello</Say>', 13510, "whole number"),
        ("<Say> </Say>", 13520, "empty"),
        (f"<Say>{'a' * 4097}</Say>", 13521, "4096"),
        (f'<Say voice="Polly.Joanna">{"a" * 3001}</Say>', 13521, "3000"),
        (f'<Say voice="Google.en-US-Neural2-A">{"a" * 5001}</Say>', 13521, "5000"),
        (f"<Say>{'ä' * 800}</Say>", 13521, "4500"),
        ("<Play/>", 11100, "needs digits"),
        ('<Play loop="x">/a.wav</Play>', 13410, "whole number"),
        ('<Pause length="0"/>', 13910, "at least 1"),
        ("<Pause>x</Pause>", 12200, "may not hold text"),
        ("loose words", 12200, "may not hold text"),
        ('<Gather finishOnKey="12"/>', 13310, "one key"),
        ('<Gather method="PUT"/>', 13312, "'GET', 'POST'"),
        ('<Gather timeout="soon"/>', 13313, "whole number"),
        ('<Gather numDigits="0"/>', 13314, "at least 1"),
        ('<Gather input="voice"/>', 13326, "dtmf"),
        ("<Gather input=\"['dtmf', 'speech']\"/>", 13326, "dtmf"),
        ('<Gather input="speech" speechTimeout="0"/>', 13327, "at least 1"),
        ('<Gather input="speech" speechTimeout="auto" speechModel="phone_call"/>', 13335, "whole seconds"),
        (f'<Gather input="speech" hints="{"a," * 501}"/>', 13330, "500 phrases"),
        (f'<Gather input="speech" hints="{"a" * 101}"/>', 13330, "100 characters"),
        ("<Gather><Record/></Gather>", 13320, "may not stand inside <Gather>"),
        ('<Gather action="http://my_host/x"/>', 11100, "host name"),
        ('<Gather action="ftp://h/x"/>', 11100, "http"),
        ('<Record method="put"/>', 13610, "GET"),
        ('<Record timeout="-1"/>', 13611, "whole number"),
        ('<Record maxLength="0"/>', 13612, "at least 1"),
        ('<Record finishOnKey="x"/>', 13613, "keys"),
        ('<Record transcribe="yes"/>', 13614, "'true', 'false'"),
        ('<Record transcribeCallback="/t"/>', 13614, "transcribe='true'"),
        ('<Record transcribe="true" maxLength="300"/>', 13617, "120"),
        ('<Record playBeep="True"/>', 13616, "'true', 'false'"),
        ('<Record recordingStatusCallback="/r" recordingStatusCallbackEvent="done"/>', 12200, "one or more of"),
        ('<Redirect method="x">/y</Redirect>', 13710, "GET"),
        ("<Redirect/>", 12200, "empty"),
        ("<Hangup>x</Hangup>", 12200, "may not hold text"),
        ('<Reject reason="no"/>', 12200, "'rejected', 'busy'"),
        ("<Say>hello</Say><Reject/>", 12200, "first verb"),
        ("<Number>+14155550100</Number>", 12200, "may not stand inside <Response>"),
        ("<Dial/>", 12200, "nobody"),
        ("<Dial>call me</Dial>", 13223, "not a telephone number"),
        ("<Dial><Number>0x1</Number></Dial>", 13223, "not a telephone number"),
        ('<Dial timeout="0">+14155550100</Dial>', 13212, "at least 1"),
        ('<Dial hangupOnStar="1">+14155550100</Dial>', 13213, "'true'"),
        ('<Dial callerId="a b">+14155550100</Dial>', 13214, "E.164"),
        ('<Dial timeLimit="x">+14155550100</Dial>', 13215, "whole number"),
        ("<Dial>+14155550100<Number>+14155550100</Number></Dial>", 12200, "give one of them"),
        ("<Dial><Queue>a</Queue><Number>+14155550100</Number></Dial>", 12200, "alone"),
        ("<Dial>" + "<Number>+14155550100</Number>" * 11 + "</Dial>", 12200, "at most 10"),
        ('<Dial><Number sendDigits="x">+14155550100</Number></Dial>', 13222, "keys"),
        ('<Dial><Conference muted="no">a</Conference></Dial>', 13230, "'true'"),
        ('<Dial><Conference beep="on">a</Conference></Dial>', 13235, "onEnter"),
        ('<Dial><Conference maxParticipants="300">a</Conference></Dial>', 12200, "250"),
        ('<Dial><Conference statusCallbackEvent="begin">a</Conference></Dial>', 12200, "one or more of"),
        ("<Dial><Client/></Dial>", 12200, "needs a name"),
        ("<Dial><Sip>bob@example.com</Sip></Dial>", 13243, "sip:"),
        (f"<Enqueue>{'q' * 65}</Enqueue>", 12200, "64"),
        ("<Enqueue/>", 12200, "name"),
        ("<Start/>", 12200, "exactly one"),
        ("<Start><Stream/></Start>", 12200, "needs the attribute 'url'"),
        ('<Start><Stream url="http://h"/></Start>', 31920, "wss://"),
        ('<Connect><Stream url="wss://h/x" track="both_tracks"/></Connect>', 31941, "inbound_track"),
        ("<Say>\x07</Say>", 12100, "well-formed"),
        ("<Say>a & b</Say>", 12100, "well-formed"),
    ],
)
def test_what_the_carrier_would_not_perform_is_refused_with_its_number_and_a_sentence(
    body: str, code: int, says: str
) -> None:
    error = refused(body)
    assert (error.code, says in str(error)) == (code, True), str(error)


def test_an_error_names_its_line() -> None:
    with pytest.raises(TwimlError) as error:
        read("<Response>\n  <Say>one</Say>\n  <Shout/>\n</Response>")
    assert error.value.line == 3


def test_an_empty_an_oversized_and_a_rootless_document_are_refused() -> None:
    for body, code in (("", 11770), (" " * 70000 + "<Response/>", 11750), ("<Reply/>", 12200)):
        with pytest.raises(TwimlError) as error:
            read(body)
        assert error.value.code == code


def test_a_document_type_with_entities_is_refused_unexpanded() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa">]><Response><Say>&a;</Say></Response>'
    with pytest.raises(TwimlError, match="document type"):
        read(bomb)


def test_comments_and_speech_marks_are_read_as_words() -> None:
    [say] = read('<Response><!-- hi --><Say voice="Polly.Joanna">One <break time="1s"/><s>two</s></Say></Response>')
    assert say.words == "One two"


def test_every_element_of_the_tables_can_be_reached() -> None:
    allowed = {child for rule in (*VERBS.values(), *NOUNS.values()) for child in rule.children} | {"Response"}
    assert {name.rpartition("/")[2] for name in (*VERBS, *NOUNS)} <= allowed


WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=40).filter(str.strip)
FLAG = st.sampled_from([True, False])
PATHS = st.sampled_from(["/voice/turn", "https://example.com/x?a=1&b=2#rc=2", "next"])


@st.composite
def documents(draw: st.DrawFn) -> VoiceResponse:
    response = VoiceResponse()
    for _ in range(draw(st.integers(0, 6))):
        draw(st.sampled_from([_say, _gather, _record, _dial, _pause, _redirect, _enqueue]))(draw, response)
    return response


def _say(draw: st.DrawFn, response: Any) -> None:
    response.say(
        draw(WORDS), voice=draw(st.sampled_from([None, "woman", "Polly.Joanna-Neural"])), loop=draw(st.integers(0, 9))
    )


def _pause(draw: st.DrawFn, response: Any) -> None:
    response.pause(length=draw(st.integers(1, 60)))


def _redirect(draw: st.DrawFn, response: Any) -> None:
    response.redirect(draw(PATHS), method=draw(st.sampled_from(["GET", "POST"])))


def _gather(draw: st.DrawFn, response: Any) -> None:
    gather = Gather(
        input=draw(st.sampled_from(["dtmf", "speech", "dtmf speech"])),
        action=draw(PATHS),
        timeout=draw(st.integers(1, 30)),
        num_digits=draw(st.none() | st.integers(1, 12)),
        finish_on_key=draw(st.sampled_from(["", "#", "*", "5"])),
        action_on_empty_result=draw(FLAG),
        hints=draw(st.none() | st.just("billing, technical help")),
    )
    for _ in range(draw(st.integers(0, 3))):
        draw(st.sampled_from([_say, _pause]))(draw, gather)
    response.append(gather)


def _record(draw: st.DrawFn, response: Any) -> None:
    response.record(
        action=draw(PATHS),
        max_length=draw(st.integers(1, 3600)),
        timeout=draw(st.integers(0, 30)),
        play_beep=draw(FLAG),
        trim=draw(st.sampled_from(["trim-silence", "do-not-trim"])),
        recording_status_callback=draw(PATHS),
        recording_status_callback_event="in-progress completed absent",
    )


def _dial(draw: st.DrawFn, response: Any) -> None:
    dial = Dial(
        action=draw(PATHS),
        timeout=draw(st.integers(1, 600)),
        answer_on_bridge=draw(FLAG),
        record="record-from-answer-dual",
    )
    kind = draw(st.integers(0, 3))
    if kind == 0:
        dial.number("+14155550123", url="/whisper", status_callback="/s", status_callback_event="initiated answered")
    elif kind == 1:
        dial.conference("room", beep="onEnter", muted=draw(FLAG), start_conference_on_enter=draw(FLAG))
    elif kind == 2:
        dial.queue("billing", url="/whisper")
    else:
        dial.client("agent7").parameter(name="ticket", value="7")
    response.append(dial)


def _enqueue(draw: st.DrawFn, response: Any) -> None:
    response.enqueue("billing", action=draw(PATHS), wait_url=draw(st.sampled_from(["", "/wait"])))


@given(documents())
def test_what_the_carriers_own_builder_makes_of_right_values_is_accepted(response: VoiceResponse) -> None:
    verbs = read(str(response))
    assert [verb.name for verb in verbs] == [type(child).__name__ for child in response.verbs]


@given(documents(), st.sampled_from(["colour", "Action", "finish_on_key", "timeOut"]))
def test_an_attribute_of_another_name_is_refused_on_every_verb(response: VoiceResponse, name: str) -> None:
    for verb in response.verbs:
        verb.attrs[name] = "1"
        with pytest.raises(TwimlError, match="has no attribute"):
            read(str(response))
        del verb.attrs[name]


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_whatever_break_the_reader(document: bytes | str) -> None:
    try:
        read(document)
    except TwimlError as error:
        assert error.code > 11000  # noqa: PT017 - any refusal is right, if it is a refusal
    except UnicodeEncodeError:
        assert isinstance(document, str)
