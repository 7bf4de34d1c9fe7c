import threading
from collections.abc import Iterator

import pytest

from simulator.behaviours import Behaviour
from simulator.carrier import Carrier
from simulator.leg import Leg
from simulator.outgoing import Order
from simulator.person import Passive, Place, Talk
from simulator.records import Call
from simulator.steps import Given, MovedError
from simulator.story_file import read_story
from simulator.story_run import SignedHttp, StoryFailed, run_story
from tests.simulator.conftest import NUMBER
from tests.simulator.product import Product

AGENT = "+14155550123"
SERVE = '<Response><Dial action="{url}/served"><Queue url="{url}/whisper">billing</Queue></Dial></Response>'


class Waiting(Passive):
    """Waits in the queue; `began` is set once it does."""

    def __init__(self, talk: Talk | None = None) -> None:
        super().__init__()
        self.began = threading.Event()
        self.talk = talk or Talk("My invoice is wrong")

    def waits(self, place: Place) -> str:
        self.began.set()
        return "until called"

    def talks(self, other: str, heard: str) -> Talk:
        super().talks(other, heard)
        return self.talk


@pytest.fixture
def waiting(carrier: Carrier, product: Product) -> Iterator[Waiting]:
    carrier.patience = 5.0
    product.answers["/voice"] = '<Enqueue action="/after" waitUrl="/wait">billing</Enqueue>'
    product.answers["/wait"] = "<Say>Please hold.</Say>"
    product.answers["/after"] = "<Say>Goodbye.</Say>"
    product.answers["/whisper"] = "<Say>You are connected.</Say>"
    product.answers["/served"] = "<Hangup/>"
    yield Waiting()
    assert carrier.idle()


def ring_in(carrier: Carrier, person: Waiting) -> tuple[threading.Thread, list[Call]]:
    over: list[Call] = []
    thread = threading.Thread(
        target=lambda: over.append(carrier.call_in(from_="+14155550100", to=NUMBER, person=person))
    )
    thread.start()
    assert person.began.wait(5)
    return thread, over


def an_agent(carrier: Carrier, product: Product) -> Call:
    step = Given(SERVE.format(url=product.url))
    carrier.inline = True
    return carrier.store.calls[carrier.call_out(Order(to=AGENT, from_=NUMBER, step=step)).sid]


def the_leg(carrier: Carrier) -> Leg:
    [leg] = [leg for leg in carrier.legs.values() if leg.call.direction == "inbound"]
    return leg


def test_a_waiting_caller_is_connected_and_goes_on_when_the_agent_hangs_up(
    carrier: Carrier, product: Product, waiting: Waiting
) -> None:
    thread, over = ring_in(carrier, waiting)
    agent = an_agent(carrier, product)
    thread.join(5)
    assert waiting.heard == ["Please hold.", "You are connected.", "Hello, how can I help?", "Goodbye."]
    after = product.forms("/after")[0]
    assert after["QueueResult"] == "bridged"
    assert int(after["QueueTime"]) >= 30
    whisper = product.forms("/whisper")[0]
    assert (whisper["CallSid"], whisper["DequeingCallSid"]) == (over[0].sid, agent.sid)
    served = product.forms("/served")[0]
    assert (served["DialCallStatus"], served["DialCallSid"], served["QueueResult"]) == (
        "completed",
        over[0].sid,
        "bridged",
    )
    assert agent.ended_by == "caller"


def test_the_wait_document_is_told_the_place_in_the_queue(carrier: Carrier, product: Product, waiting: Waiting) -> None:
    thread, _ = ring_in(carrier, waiting)
    wait = product.forms("/wait")[0]
    assert (wait["QueuePosition"], wait["CurrentQueueSize"], wait["MaxQueueSize"]) == ("1", "1", "1000")
    assert wait["QueueSid"].startswith("QU")
    an_agent(carrier, product)
    thread.join(5)


def test_a_caller_who_hangs_up_on_the_agent_leaves_the_agents_call_going(
    carrier: Carrier, product: Product, waiting: Waiting
) -> None:
    waiting.talk = Talk(then="hangs up", seconds=5)
    thread, over = ring_in(carrier, waiting)
    agent = an_agent(carrier, product)
    thread.join(5)
    assert (over[0].ended_by, agent.ended_by) == ("caller", "line")
    assert product.forms("/after")[0]["CallStatus"] == "completed"


def test_a_redirected_caller_leaves_the_queue(carrier: Carrier, product: Product, waiting: Waiting) -> None:
    thread, _ = ring_in(carrier, waiting)
    the_leg(carrier).interrupt(MovedError(Given("<Response><Say>Elsewhere.</Say></Response>")))
    thread.join(5)
    assert product.forms("/after")[0]["QueueResult"] == "redirected"
    assert waiting.heard == ["Please hold.", "Elsewhere."]
    assert carrier.queues.create("billing").members == []


def test_leave_goes_on_behind_the_queue_and_has_no_place_elsewhere(
    carrier: Carrier, product: Product, waiting: Waiting
) -> None:
    product.answers["/wait"] = "<Leave/>"
    run_story(read_story("story: a\nlines: [hears: goodbye]"), SignedHttp(carrier, number=NUMBER))
    assert product.forms("/after")[0]["QueueResult"] == "leave"
    product.answers["/voice"] = "<Leave/>"
    call = carrier.call_in(from_="+14155550100", to=NUMBER, person=Passive())
    assert "waiting in a queue" in call.problems[0].message


def test_a_key_pressed_while_waiting_may_lead_out(carrier: Carrier, product: Product, waiting: Waiting) -> None:
    product.answers["/wait"] = '<Gather numDigits="1" action="/key"><Say>Press 1 for a callback.</Say></Gather>'
    product.answers["/key"] = "<Leave/>"
    lines = "lines: [hears: callback, silence, silence, hears: callback, press: '1', hears: goodbye]"
    run_story(read_story(f"story: a\n{lines}"), SignedHttp(carrier, number=NUMBER))


def test_hanging_up_while_waiting_is_told(carrier: Carrier, product: Product, waiting: Waiting) -> None:
    run_story(read_story("story: a\nlines: [hears: hold, hang up]"), SignedHttp(carrier, number=NUMBER))
    assert product.forms("/after")[0]["QueueResult"] == "hangup"


def test_a_story_whose_caller_waits_in_vain_fails(carrier: Carrier, product: Product, waiting: Waiting) -> None:
    carrier.patience = 0.05
    with pytest.raises(StoryFailed, match="nobody came"):
        run_story(read_story("story: a\nlines: [hears: hold, silence]"), SignedHttp(carrier, number=NUMBER))


def test_verbs_that_have_no_place_while_waiting_are_refused(
    carrier: Carrier, product: Product, waiting: Waiting
) -> None:
    product.answers["/wait"] = "<Record/>"
    call = carrier.call_in(from_="+14155550100", to=NUMBER, person=waiting)
    assert call.problems[0].code == 13238


def test_a_full_queue_and_an_unknown_and_an_empty_one_are_told(
    carrier: Carrier, product: Product, waiting: Waiting
) -> None:
    an_agent(carrier, product)
    assert product.forms("/served")[0]["DialCallStatus"] == "failed"
    carrier.queues.create("billing", largest=0)
    carrier.call_in(from_="+14155550100", to=NUMBER, person=waiting)
    assert product.forms("/after")[0]["QueueResult"] == "queue-full"
    carrier.patience = 0.05
    an_agent(carrier, product)
    assert product.forms("/served")[1]["DialCallStatus"] == "no-answer"


def test_callers_are_served_in_the_order_they_came(carrier: Carrier, product: Product, waiting: Waiting) -> None:
    first, second = waiting, Waiting()
    one, _ = ring_in(carrier, first)
    two, _ = ring_in(carrier, second)
    carrier.phones.set(AGENT, Behaviour(talk=Talk("First come", then="hangs up")), Behaviour())
    an_agent(carrier, product)
    one.join(5)
    assert "First come" in first.heard
    assert "First come" not in second.heard
    an_agent(carrier, product)
    two.join(5)
