from dataclasses import replace

import pytest

from simulator.behaviours import PRESSES_ONE, Behaviour, from_fields
from simulator.carrier import Carrier
from simulator.outgoing import Detection, Order
from simulator.person import Message, Passive, RecordPrompt, Talk
from simulator.records import Address, Call
from simulator.steps import Fetch, Given
from tests.simulator.conftest import NUMBER
from tests.simulator.product import Product, nothing

AGENT = "+14155550123"
EVENTS = ("initiated", "ringing", "answered", "completed")


@pytest.fixture(autouse=True)
def in_this_thread(carrier: Carrier, product: Product) -> None:
    carrier.inline = True
    product.answers["/progress"] = nothing()
    product.answers["/done"] = "<Hangup/>"


def order(product: Product, **changes: object) -> Order:
    usual = Order(
        to=AGENT,
        from_=NUMBER,
        step=Fetch(product.url + "/out", kind="voice"),
        status_callback=Address(product.url + "/progress", "POST", EVENTS),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def place(carrier: Carrier, wanted: Order) -> Call:
    return carrier.store.calls[carrier.call_out(wanted).sid]


def test_an_agents_phone_answers_and_presses_one(carrier: Carrier, product: Product) -> None:
    product.answers["/out"] = '<Gather numDigits="1" action="/pressed"><Say>Press 1 to accept.</Say></Gather>'
    product.answers["/pressed"] = lambda form: f"<Say>You pressed {form['Digits']}</Say>"
    call = place(carrier, order(product))
    assert product.forms("/pressed")[0]["Digits"] == "1"
    progress = product.forms("/progress")
    assert [form["CallStatus"] for form in progress] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in progress] == ["0", "1", "2", "3"]
    assert progress[3]["SipResponseCode"] == "200"
    assert (call.status, call.direction) == ("completed", "outbound-api")
    assert product.forms("/out")[0]["CallStatus"] == "in-progress"


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        (Behaviour("no-answer", after=99), "no-answer", "487"),
        (Behaviour("busy"), "busy", "486"),
        (Behaviour("rejects"), "busy", "603"),
        (Behaviour("fails"), "failed", "404"),
        (Behaviour("answers", after=61), "no-answer", "487"),
    ],
)
def test_a_phone_may_fail_to_answer_in_several_ways(
    carrier: Carrier, product: Product, behaviour: Behaviour, status: str, code: str
) -> None:
    carrier.phones.set(AGENT, behaviour)
    call = place(carrier, order(product))
    last = product.forms("/progress")[-1]
    assert (call.status, last["CallStatus"], last["SipResponseCode"], last["CallDuration"]) == (
        status,
        status,
        code,
        "0",
    )
    assert "/out" not in product.paths()


def test_a_phone_behaves_as_told_one_call_after_the_other(carrier: Carrier, product: Product) -> None:
    carrier.phones.set(AGENT, Behaviour("busy"), PRESSES_ONE)
    product.answers["/out"] = "<Hangup/>"
    assert [place(carrier, order(product)).status for _ in range(3)] == ["busy", "completed", "completed"]


def test_a_machine_is_detected_before_or_beside_the_call(carrier: Carrier, product: Product) -> None:
    carrier.phones.set(AGENT, Behaviour("machine"))
    product.answers["/out"] = "<Hangup/>"
    product.answers["/amd"] = nothing()
    place(carrier, order(product, detection=Detection("DetectMessageEnd")))
    assert product.forms("/out")[0]["AnsweredBy"] == "machine_end_beep"
    product.asked.clear()
    place(carrier, order(product, detection=Detection("Enable", Address(product.url + "/amd"))))
    assert "AnsweredBy" not in product.forms("/out")[0]
    verdict = product.forms("/amd")[0]
    assert (verdict["AnsweredBy"], int(verdict["MachineDetectionDuration"]) > 0) == ("machine_start", True)


def test_a_recorded_call_tells_its_recording_with_its_end(carrier: Carrier, product: Product) -> None:
    product.answers["/out"] = "<Say>Hello there.</Say>"
    call = place(
        carrier, order(product, record=True, channels=2, recording_callback=Address(product.url + "/recording"))
    )
    [made] = carrier.store.recordings.values()
    assert product.forms("/progress")[-1]["RecordingSid"] == made.sid
    told = product.forms("/recording")[0]
    assert (told["RecordingSource"], told["RecordingChannels"], told["CallSid"]) == ("OutboundAPI", "2", call.sid)
    assert product.paths()[-2:] == ["/progress", "/recording"]


def test_twiml_may_come_with_the_order_but_needs_absolute_addresses(carrier: Carrier, product: Product) -> None:
    assert place(carrier, order(product, step=Given("<Response><Say>Hi</Say></Response>"))).problems == []
    call = place(carrier, order(product, step=Given("<Response><Gather action='/x'/></Response>")))
    assert call.problems[0].code == 11100


class Listener(Passive):
    """Stays on the line, and leaves when told."""

    def __init__(self, talk: Talk | None = None) -> None:
        super().__init__()
        self.talk = talk or Talk()

    def talks(self, other: str, heard: str) -> Talk:
        super().talks(other, heard)
        return self.talk

    def records(self, prompt: RecordPrompt) -> Message:
        return Message("")


def dial_in(carrier: Carrier, product: Product, twiml: str, person: Passive | None = None) -> Call:
    product.answers["/voice"] = twiml
    product.answers["/dialled"] = "<Say>Goodbye.</Say>"
    return carrier.call_in(from_="+14155550100", to=NUMBER, person=person or Listener())


def test_dial_connects_two_legs_and_the_action_decides_what_follows(carrier: Carrier, product: Product) -> None:
    person = Listener()
    call = dial_in(
        carrier, product, f'<Dial action="/dialled"><Number statusCallback="/progress">{AGENT}</Number></Dial>', person
    )
    [child] = carrier.store.children(call.sid)
    done = product.forms("/dialled")[0]
    assert (done["DialCallStatus"], done["DialCallSid"], done["DialBridged"]) == ("completed", child.sid, "true")
    assert int(done["DialCallDuration"]) == child.seconds >= 30
    assert (child.direction, child.from_, child.ended_by) == ("outbound-dial", "+14155550100", "caller")
    assert person.heard == ["Hello, how can I help?", "Goodbye."]
    assert product.forms("/progress")[0]["ParentCallSid"] == call.sid


def test_a_dial_that_reaches_nobody_says_so_and_goes_on(carrier: Carrier, product: Product) -> None:
    carrier.phones.set(AGENT, Behaviour("busy"))
    dial_in(carrier, product, f'<Dial action="/dialled" timeout="20">{AGENT}</Dial>')
    done = product.forms("/dialled")[0]
    assert (done["DialCallStatus"], done["DialBridged"]) == ("busy", "false")
    carrier.phones.set(AGENT, Behaviour(after=21))
    person = Listener()
    dial_in(carrier, product, f'<Dial timeout="20">{AGENT}</Dial><Say>Nobody is there.</Say>', person)
    assert person.heard == ["Nobody is there."]


def test_the_first_of_several_to_answer_wins_and_the_others_stop_ringing(carrier: Carrier, product: Product) -> None:
    other = "+14155550124"
    carrier.phones.set(AGENT, Behaviour(after=9))
    carrier.phones.set(other, Behaviour(after=3))
    call = dial_in(carrier, product, f"<Dial><Number>{AGENT}</Number><Number>{other}</Number></Dial>")
    assert {leg.to: leg.status for leg in carrier.store.children(call.sid)} == {AGENT: "canceled", other: "completed"}


def test_one_after_the_other_is_rung_where_that_is_asked_for(carrier: Carrier, product: Product) -> None:
    carrier.phones.set(AGENT, Behaviour("busy"))
    call = dial_in(
        carrier,
        product,
        f'<Dial sequential="true" action="/dialled"><Number>{AGENT}</Number><Client>ann</Client></Dial>',
    )
    assert [(leg.to, leg.status) for leg in carrier.store.children(call.sid)] == [
        (AGENT, "busy"),
        ("client:ann", "completed"),
    ]


def test_a_whisper_is_heard_by_the_callee_who_may_decline(carrier: Carrier, product: Product) -> None:
    product.answers["/whisper"] = '<Gather numDigits="1" action="/accept"><Say>Press 1.</Say></Gather><Hangup/>'
    product.answers["/accept"] = "<Say>Connecting.</Say>"
    twiml = f'<Dial action="/dialled"><Number url="/whisper">{AGENT}</Number></Dial>'
    call = dial_in(carrier, product, twiml)
    assert product.forms("/whisper")[0]["ParentCallSid"] == call.sid
    assert product.forms("/dialled")[0]["DialBridged"] == "true"
    carrier.phones.set(AGENT, Behaviour(presses=()))
    dial_in(carrier, product, twiml)
    declined = product.forms("/dialled")[1]
    assert (declined["DialCallStatus"], declined["DialBridged"]) == ("completed", "false")


def test_the_caller_may_leave_by_star_only_where_that_is_offered(carrier: Carrier, product: Product) -> None:
    leaver = Listener(Talk(then="star", seconds=5))
    dial_in(carrier, product, f'<Dial action="/dialled" hangupOnStar="true">{AGENT}</Dial>', leaver)
    dial_in(carrier, product, f'<Dial action="/dialled">{AGENT}</Dial>', leaver)
    short, long = product.forms("/dialled")
    assert int(short["DialCallDuration"]) < 10 < int(long["DialCallDuration"])


def test_a_caller_who_hangs_up_still_has_the_action_sent(carrier: Carrier, product: Product) -> None:
    call = dial_in(
        carrier, product, f'<Dial action="/dialled">{AGENT}</Dial>', Listener(Talk(then="hangs up", seconds=5))
    )
    assert call.ended_by == "caller"
    assert product.forms("/dialled")[0]["CallStatus"] == "completed"


def test_a_conversation_is_cut_at_its_time_limit(carrier: Carrier, product: Product) -> None:
    carrier.phones.set(AGENT, Behaviour(talk=Talk("hello", seconds=100, then="hangs up")))
    dial_in(carrier, product, f'<Dial action="/dialled" timeLimit="20">{AGENT}</Dial>')
    assert product.forms("/dialled")[0]["DialCallDuration"] == "20"


def test_with_answer_on_bridge_the_call_is_answered_only_then(carrier: Carrier, product: Product) -> None:
    carrier.phones.set(AGENT, Behaviour("busy"))
    call = dial_in(carrier, product, f'<Dial answerOnBridge="true">{AGENT}</Dial>')
    assert call.answered_at is None
    carrier.phones.set(AGENT, PRESSES_ONE)
    assert dial_in(carrier, product, f'<Dial answerOnBridge="true">{AGENT}</Dial>').answered_at is not None


def test_only_numbers_of_ones_own_may_be_shown(carrier: Carrier, product: Product) -> None:
    assert dial_in(carrier, product, f'<Dial callerId="{NUMBER}">{AGENT}</Dial>').problems == []
    assert dial_in(carrier, product, f'<Dial callerId="+442071838750">{AGENT}</Dial>').problems[0].code == 13214


def test_a_recorded_dial_keeps_both_sides_apart(carrier: Carrier, product: Product) -> None:
    twiml = (
        f'<Dial action="/dialled" record="record-from-answer-dual" recordingStatusCallback="/recording">{AGENT}</Dial>'
    )
    call = dial_in(carrier, product, twiml, Listener(Talk("My invoice is wrong")))
    [made] = carrier.store.recordings.values()
    assert (made.source, made.channels, made.call_sid) == ("DialVerb", 2, call.sid)
    assert product.forms("/dialled")[0]["RecordingSid"] == made.sid
    assert product.paths().index("/dialled") < product.paths().index("/recording")
    assert "invoice" in made.words
    assert "help" in made.words


def test_a_started_recording_runs_until_it_is_stopped(carrier: Carrier, product: Product) -> None:
    dial_in(
        carrier,
        product,
        '<Start><Recording name="r" recordingStatusCallback="/recording"/></Start><Say>One.</Say>'
        '<Stop><Recording name="r"/></Stop><Say>Two.</Say>',
    )
    [made] = carrier.store.recordings.values()
    assert made.words == "One."
    assert product.forms("/recording")[0]["RecordingStatus"] == "completed"


def test_a_behaviour_is_read_from_fields_strictly() -> None:
    read = from_fields({"outcome": "answers", "presses": ["2"], "says": "Hi", "seconds": 5})
    assert (read.presses, read.talk) == (("2",), Talk("Hi", 5.0, "hangs up"))
    for wrong in ({"outcome": "sleeps"}, {"colour": "red"}, {"then": "stays away"}):
        with pytest.raises(ValueError, match=":"):
            from_fields(wrong)
