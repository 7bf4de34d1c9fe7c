from datetime import UTC, datetime

from flask import Response, redirect

from simulator import audio
from simulator.carrier import Carrier
from simulator.signing import sign_time
from simulator.story_file import read_story
from simulator.story_run import SignedHttp, StoryResult, run_story
from tests.simulator.conftest import NUMBER
from tests.simulator.product import Product, nothing, twiml

MENU = (
    '<Gather action="/menu" numDigits="1"><Say>Press 1 for sales, 2 for billing.</Say></Gather>'
    "<Redirect>/voice</Redirect>"
)


def play(carrier: Carrier, lines: str, *, head: str = "", complaints: bool = False) -> StoryResult:
    story = read_story(f'story: test\ncalls: "{NUMBER}"\n{head}\nlines:\n{lines}')
    return run_story(story, SignedHttp(carrier), complaints=complaints)


def test_the_first_webhook_carries_the_standard_parameters(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Say>Hello.</Say>"
    result = play(carrier, "  - hears: hello")
    form = product.forms("/voice")[0]
    assert form["CallSid"] == result.call_sid
    assert form["AccountSid"] == carrier.account_sid
    assert (form["From"], form["To"]) == (form["Caller"], form["Called"]) == ("+14155550100", NUMBER)
    assert (form["CallStatus"], form["Direction"], form["ApiVersion"]) == ("ringing", "inbound", "2010-04-01")
    assert (form["FromState"], form["ToCountry"]) == ("CA", "US")
    assert product.headers[0]["I-Twilio-Idempotency-Token"]


def test_a_pressed_key_goes_to_the_action_and_the_end_is_told_once(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = MENU
    product.answers["/menu"] = lambda form: f"<Say>You pressed {form['Digits']}.</Say><Hangup/>"
    result = play(carrier, '  - hears: [sales, billing]\n  - press: "2"\n  - hears: you pressed 2')
    assert (result.ended, result.ending.ended_by) == ("completed", "line")
    assert product.paths() == ["/voice", "/menu", "/status"]
    end = product.forms("/status")[0]
    assert (end["CallStatus"], end["SequenceNumber"], end["CallbackSource"]) == (
        "completed",
        "0",
        "call-progress-events",
    )
    assert int(end["CallDuration"]) > 3
    assert end["Duration"] == "1"


def test_silence_falls_through_to_the_next_verb(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = [MENU, "<Say>Goodbye.</Say>"]
    play(carrier, "  - silence\n  - hears: goodbye")
    assert product.paths() == ["/voice", "/voice", "/status"]


def test_the_finishing_key_alone_is_no_input(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = '<Gather action="/menu"><Say>Your number?</Say></Gather><Say>Nothing.</Say>'
    play(carrier, '  - press: "#"\n  - hears: nothing')


def test_an_empty_result_is_sent_where_that_is_asked_for(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = '<Gather action="/menu" actionOnEmptyResult="true"><Say>Number?</Say></Gather>'
    product.answers["/menu"] = lambda form: f"<Say>Got [{form.get('Digits')}].</Say>"
    play(carrier, "  - silence\n  - hears: got []")


def test_keys_after_the_last_wanted_one_are_lost_and_the_finishing_key_is_not_part_of_the_digits(
    carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = '<Gather action="/one" numDigits="1"/>'
    product.answers["/one"] = '<Gather action="/two" finishOnKey="*"/>'
    product.answers["/two"] = "<Hangup/>"
    play(carrier, '  - press: "12"\n  - press: "34*5"')
    assert product.forms("/one")[0]["Digits"] == "1"
    assert product.forms("/two")[0]["Digits"] == "34"
    assert product.forms("/two")[0]["FinishedOnKey"] == "*"


def test_words_carry_their_confidence_and_are_not_heard_by_a_gather_for_keys(
    carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = '<Gather action="/keys"/><Gather input="dtmf speech" action="/words" timeout="3"/>'
    product.answers["/words"] = "<Hangup/>"
    play(carrier, "  - say: billing\n  - say: {words: bil, confidence: 0.55}")
    form = product.forms("/words")[0]
    assert (form["SpeechResult"], form["Confidence"]) == ("bil", "0.55")
    assert "/keys" not in product.paths()


def test_a_message_is_recorded_exactly_and_told_after_the_action_was_answered(
    carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = (
        '<Say>Leave a message.</Say><Record action="/left" finishOnKey="#" recordingStatusCallback="/recording"/>'
    )
    product.answers["/left"] = "<Say>Thank you.</Say>"
    result = play(
        carrier,
        '  - hears: message\n  - record: my invoice is wrong, please call me\n  - press: "#"\n  - hears: thank you',
    )
    assert product.paths() == ["/voice", "/left", "/recording", "/status"]
    [made] = result.ending.recordings
    left, told = product.forms("/left")[0], product.forms("/recording")[0]
    assert left["Digits"] == "#"
    assert left["RecordingUrl"] == told["RecordingUrl"] == carrier.recorder.url(made.sid)
    assert (told["RecordingStatus"], told["RecordingSource"], told["RecordingChannels"]) == (
        "completed",
        "RecordVerb",
        "1",
    )
    assert "From" not in told
    expected = audio.to_wav(carrier.speaker.say("my invoice is wrong, please call me"))
    assert carrier.wav(made.sid) == expected
    assert left["RecordingDuration"] == told["RecordingDuration"] == str(round(audio.seconds(expected)))


def test_hanging_up_after_a_message_still_sends_the_action_but_its_answer_has_no_effect(
    carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = '<Record action="/left" recordingStatusCallback="/recording"/>'
    product.answers["/left"] = "<Say>Nobody hears this.</Say>"
    result = play(carrier, "  - record: call me\n  - hang up", head="ended by: caller")
    assert product.forms("/left")[0]["Digits"] == "hangup"
    assert product.paths() == ["/voice", "/left", "/recording", "/status"]
    assert not any("Nobody" in text for text in result.heard)


def test_an_empty_message_makes_no_recording_and_the_next_verb_is_performed(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = (
        '<Record action="/left" recordingStatusCallback="/recording"/><Say>I heard nothing.</Say>'
    )
    result = play(carrier, "  - silence\n  - hears: i heard nothing")
    assert product.paths() == ["/voice", "/status"]
    assert result.ending.recordings == ()


def test_a_message_is_cut_at_its_longest_length(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = '<Record action="/left" maxLength="2"/>'
    product.answers["/left"] = "<Hangup/>"
    result = play(carrier, "  - record: {words: a long story, seconds: 9}")
    assert audio.seconds(carrier.wav(result.ending.recordings[0].sid)) == 2.0
    assert product.forms("/left")[0]["RecordingDuration"] == "2"


def test_a_failing_answer_leads_to_the_fallback_with_its_reason(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = Response(status=500)
    product.answers["/fallback"] = "<Say>Please call later.</Say>"
    result = play(carrier, "  - hears: call later", complaints=True)
    form = product.forms("/fallback")[0]
    assert form["ErrorCode"] == "11200"
    assert form["ErrorUrl"] == product.url + "/voice"
    assert [problem.code for problem in result.ending.problems] == [11200]


def test_without_a_fallback_the_caller_hears_an_apology(carrier: Carrier, product: Product) -> None:
    carrier.add_number(NUMBER, voice_url=product.url + "/voice")
    product.answers["/voice"] = Response("", content_type="text/xml")
    result = play(carrier, "  - hears: application error", complaints=True)
    assert [problem.code for problem in result.ending.problems] == [11770]


def test_wrong_twiml_stops_the_call_with_a_plain_message_and_no_fallback(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Say>Hello</Say><Shout>now</Shout>"
    result = play(carrier, "  - hears: application error", complaints=True)
    assert result.ending.problems[0].code == 12200
    assert "there is no TwiML element <Shout>" in result.ending.problems[0].message
    assert "/fallback" not in product.paths()


def test_xml_that_cannot_be_read_goes_to_the_fallback(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = twiml("<Response><Say>Hello</Response>")
    product.answers["/fallback"] = "<Hangup/>"
    play(carrier, "  - hang up", complaints=True)
    assert product.forms("/fallback")[0]["ErrorCode"] == "12100"


def test_plain_text_is_read_aloud_and_other_types_fail(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = [
        Response("Five < six & seven", content_type="text/plain"),
        Response("{}", content_type="application/json"),
    ]
    product.answers["/fallback"] = "<Hangup/>"
    play(carrier, "  - hears: five < six & seven")
    play(carrier, "  - hang up", complaints=True)
    assert product.forms("/fallback")[0]["ErrorCode"] == "12300"


def test_a_rejected_call_is_never_answered(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = ['<Reject reason="busy"/>', "<Reject/>"]
    assert play(carrier, "  - hang up", head="ends: busy").ended == "busy"
    assert play(carrier, "  - hang up", head="ends: no-answer").ended == "no-answer"
    assert [form["CallDuration"] for form in product.forms("/status")] == ["0", "0"]
    assert "Duration" not in product.forms("/status")[0]


def test_a_withheld_caller_has_words_for_a_number(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Hangup/>"
    play(carrier, "  - hang up", head="caller: withheld")
    assert product.forms("/voice")[0]["From"] == "anonymous"
    assert "FromState" not in product.forms("/voice")[0]


def test_a_demo_call_carries_its_signed_time_on_every_webhook_and_no_other_call_does(
    carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = '<Record action="/left" recordingStatusCallback="/recording"/>'
    product.answers["/left"] = "<Hangup/>"
    result = play(carrier, "  - record: hello", head="at: 2026-12-25T09:30:00Z")
    assert product.paths() == ["/voice", "/left", "/recording", "/status"]
    for _, form in product.asked:
        assert form["RingbackAt"] == "2026-12-25T09:30:00Z"
        assert form["RingbackAtSignature"] == sign_time(result.call_sid, form["RingbackAt"], carrier.auth_token)
    assert carrier.store.calls[result.call_sid].created_at == datetime(2026, 12, 25, 9, 30, tzinfo=UTC)
    product.asked.clear()
    play(carrier, "  - record: hello")
    assert not any("RingbackAt" in form for _, form in product.asked)


def test_redirects_are_followed_and_relative_addresses_start_from_where_they_led(
    carrier: Carrier, product: Product
) -> None:
    product.answers["/voice"] = lambda _: redirect("/deep/voice", 307)
    product.answers["/deep/voice"] = '<Gather action="menu" numDigits="1"/>'
    product.answers["/deep/menu"] = "<Hangup/>"
    play(carrier, '  - press: "1"')
    assert product.paths() == ["/voice", "/deep/voice", "/deep/menu", "/status"]


def test_a_call_that_goes_in_circles_is_ended(carrier: Carrier, product: Product) -> None:
    carrier.add_number(NUMBER, voice_url=product.url + "/voice")
    product.answers["/voice"] = '<Pause length="600"/><Redirect/>'.replace("<Redirect/>", "<Redirect>/voice</Redirect>")
    result = play(carrier, "  - hears: {not: anything}")
    assert result.ending.ended_by == "line"
    assert len(product.paths()) < 30


def test_a_callback_answered_with_a_page_is_complained_about(carrier: Carrier, product: Product) -> None:
    product.answers["/voice"] = "<Hangup/>"
    product.answers["/status"] = Response("<html/>", content_type="text/html")
    result = play(carrier, "  - hang up", complaints=True)
    assert [problem.code for problem in result.ending.problems] == [15003]


def test_cookies_last_for_the_call(carrier: Carrier, product: Product) -> None:
    first = twiml("<Redirect>/next</Redirect>")
    first.set_cookie("seen", "yes")
    product.answers["/voice"] = first
    product.answers["/next"] = "<Hangup/>"
    product.answers["/status"] = nothing()
    play(carrier, "  - hang up")
    assert "Cookie" not in product.headers[0]
    assert product.headers[1]["Cookie"] == "seen=yes"
