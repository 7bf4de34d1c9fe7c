import threading
from collections.abc import Callable, Iterator

import pytest
from twilio.rest import Client

from simulator.behaviours import Behaviour
from simulator.carrier import Carrier
from simulator.outgoing import Order
from simulator.person import Passive, Talk
from simulator.records import Call
from simulator.steps import Given
from tests.simulator.conftest import NUMBER
from tests.simulator.product import Product, nothing

AGENT = "+14155550123"
ROOM = (
    '<Dial action="/after"><Conference startConferenceOnEnter="false" waitUrl="/wait" statusCallback="/conference"'
    ' statusCallbackEvent="start end join leave mute hold modify" record="record-from-start"'
    ' recordingStatusCallback="/recording" participantLabel="caller">room 7</Conference></Dial>'
)
AGENTS = '<Response><Dial><Conference endConferenceOnExit="true">room 7</Conference></Dial></Response>'


class Talker(Passive):
    """Says something once, and then does what it is given to do."""

    def __init__(self, words: str, then: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.words = words
        self.then = then
        self.turns = 0

    def talks(self, other: str, heard: str) -> Talk:
        super().talks(other, heard)
        self.turns += 1
        if self.turns == 1:
            return Talk(self.words)
        if self.then is not None:
            self.then()
        return Talk()


@pytest.fixture(autouse=True)
def room(carrier: Carrier, product: Product) -> Iterator[None]:
    carrier.patience = 10.0
    product.answers["/voice"] = ROOM
    product.answers["/wait"] = "<Say>One moment.</Say>"
    product.answers["/conference"] = nothing()
    product.answers["/after"] = "<Say>Goodbye.</Say>"
    yield
    assert carrier.idle()


def ring_in(carrier: Carrier, product: Product, person: Passive) -> tuple[threading.Thread, list[Call]]:
    over: list[Call] = []
    product.asked.clear()
    thread = threading.Thread(
        target=lambda: over.append(carrier.call_in(from_="+14155550100", to=NUMBER, person=person))
    )
    thread.start()
    for _ in range(500):
        if "/wait" in product.paths():
            break
        threading.Event().wait(0.01)
    return thread, over


def bring_agent(carrier: Carrier, **behaviour: object) -> None:
    carrier.phones.set(AGENT, Behaviour(**behaviour))  # type: ignore[arg-type]
    carrier.call_out(Order(to=AGENT, from_=NUMBER, step=Given(AGENTS)))


def test_two_calls_meet_and_the_moderators_leaving_ends_it(carrier: Carrier, product: Product) -> None:
    person = Talker("My invoice is wrong")
    thread, over = ring_in(carrier, product, person)
    bring_agent(carrier, talk=Talk("How can I help?", seconds=20, then="hangs up"))
    thread.join(10)
    assert carrier.idle()
    assert "One moment." in person.heard
    assert "How can I help?" in person.heard
    assert person.heard[-1] == "Goodbye."
    after = product.forms("/after")[0]
    assert after["DialCallStatus"] == "answered"
    assert "DialCallSid" not in after
    events = [form["StatusCallbackEvent"] for form in product.forms("/conference")]
    assert events[0] == "participant-join"
    assert {"conference-start", "conference-end"} < set(events)
    numbers = [int(form["SequenceNumber"]) for form in product.forms("/conference")]
    assert sorted(numbers) == list(range(len(numbers)))
    end = next(form for form in product.forms("/conference") if form["StatusCallbackEvent"] == "conference-end")
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    [made] = [made for made in carrier.store.recordings.values() if made.source == "Conference"]
    assert "How can I help?" in made.words
    assert product.forms("/recording")[0]["ConferenceSid"] == made.conference_sid
    assert over[0].ended_by == "line"


def test_a_lone_caller_who_hangs_up_ends_the_conference(carrier: Carrier, product: Product) -> None:
    class Impatient(Passive):
        def waits(self, place: object) -> str:
            return "hangs up"

    thread, over = ring_in(carrier, product, Impatient())
    thread.join(5)
    assert over[0].ended_by == "caller"
    end = product.forms("/conference")[-1]
    assert (end["StatusCallbackEvent"], end["ReasonConferenceEnded"]) == ("conference-end", "last-participant-left")
    assert product.forms("/conference")[1]["ReasonParticipantLeft"] == "participant_hung_up"


def test_a_conference_is_steered_by_the_carriers_client(carrier: Carrier, product: Product, client: Client) -> None:
    product.answers["/hold"] = "<Say>You are on hold.</Say>"
    held = threading.Event()
    caller = Talker("Hello")
    thread, _ = ring_in(carrier, product, caller)

    def act() -> None:
        if held.is_set():
            return
        held.set()
        [conference] = client.conferences.list(friendly_name="room 7")
        assert conference.status == "in-progress"
        participants = client.conferences(conference.sid or "").participants
        assert {each.label for each in participants.list()} == {"caller", None}
        changed = participants("caller").update(hold=True, hold_url=product.url + "/hold", hold_method="POST")
        assert changed.hold is True
        assert participants("caller").update(muted=True).muted is True
        assert participants("caller").delete() is True

    agent = Talker("How can I help?", act)
    carrier.phones.set(AGENT, Behaviour(person=agent))
    carrier.call_out(Order(to=AGENT, from_=NUMBER, step=Given(AGENTS)))
    thread.join(60)
    assert held.is_set()
    assert product.forms("/after")[0]["DialCallStatus"] == "answered"
    events = [form["StatusCallbackEvent"] for form in product.forms("/conference")]
    assert {"participant-hold", "participant-mute", "participant-leave"} <= set(events)
    [conference] = client.conferences.list()
    client.conferences(conference.sid or "").update(status="completed")
    assert carrier.idle()
    assert client.conferences(conference.sid or "").fetch().status == "completed"


def test_somebody_is_called_into_a_conference(carrier: Carrier, product: Product, client: Client) -> None:
    thread, _ = ring_in(carrier, product, Passive())
    [conference] = client.conferences.list(status="init")
    made = client.conferences(conference.sid or "").participants.create(
        from_=NUMBER, to=AGENT, label="agent", end_conference_on_exit=True
    )
    assert made.status == "queued"
    thread.join(10)
    assert carrier.idle()
    assert carrier.store.calls[made.call_sid or ""].status == "completed"


def test_a_label_taken_and_a_verb_out_of_place_are_refused(carrier: Carrier, product: Product) -> None:
    product.answers["/wait"] = "<Gather/>"
    call = carrier.call_in(from_="+14155550100", to=NUMBER, person=Passive())
    assert call.problems[0].code == 13238
    product.answers["/wait"] = "<Say>One moment.</Say>"
    thread, _ = ring_in(carrier, product, Passive())
    second = carrier.call_in(from_="+14155550101", to=NUMBER, person=Passive())
    assert second.problems[0].code == 16025
    room = carrier.conferences.named("room 7")
    assert room is not None
    carrier.conferences.end(room, "conference-ended-via-api")
    thread.join(5)


def test_queues_are_managed_by_the_carriers_client(carrier: Carrier, product: Product, client: Client) -> None:
    made = client.queues.create(friendly_name="billing", max_size=5)
    assert (made.current_size, made.max_size, made.average_wait_time) == (0, 5, 0)
    product.answers["/voice"] = '<Enqueue action="/after" waitUrl="/wait">billing</Enqueue>'
    person = Passive()
    thread, _ = ring_in(carrier, product, person)
    queue = client.queues(made.sid or "")
    [member] = queue.members.list()
    assert (member.position, queue.members("Front").fetch().call_sid) == (1, member.call_sid)
    product.answers["/elsewhere"] = "<Say>Elsewhere.</Say>"
    queue.members("Front").update(url=product.url + "/elsewhere", method="POST")
    thread.join(5)
    assert person.heard[-1] == "Elsewhere."
    assert product.forms("/after")[0]["QueueResult"] == "redirected"
    assert queue.delete() is True
    assert client.queues.list() == []
