"""Whatever a caller does, the call ends in a message, a callback or a goodbye, and every word has its value."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from callflows.engine import advance, begin
from callflows.facts import UNKNOWN, KnownTicket, Open
from callflows.flow import Flow, Heard, Needs, Position, Turn
from callflows.instructions import Ask, HangUp, Record
from callflows.library import shipped
from callflows.outcomes import Ended
from callflows.position import from_plain, to_plain
from callflows.reading import read_flow
from tests.callflows.conversation import instructions, spoken
from tests.callflows.written import SMALL

LONGEST_CALL = 120
"""Turns. Each question allows five repeats and three failures, and no way leads back to the first menu."""
ENDS = {"message_left", "no_message", "callback_requested", "informed"}

KEYS = st.sampled_from([*"0123456789*#", "1001", "1002", "2025550188", "911", "12345678901234567", "٣"])
PHRASES = st.sampled_from(
    [
        "billing",
        "technical",
        "existing",
        "a callback",
        "operator",
        "again",
        "yes",
        "no",
        "no technical",
        "message",
        "another number",
        "two",
        "bil",
        "uh",
        "one zero zero one",
        "four one five five five five oh one nine nine",
        "not billing",
        "don't record",
        "press to",
        "…",
    ]
)
SPEECH = st.one_of(PHRASES, st.text(max_size=60))
CONFIDENCE = st.one_of(st.none(), st.floats(0, 1))
HEARD = st.one_of(
    st.builds(Heard),
    st.builds(Heard, digits=KEYS),
    st.builds(Heard, speech=SPEECH, confidence=CONFIDENCE),
    st.builds(Heard, digits=KEYS, speech=SPEECH, confidence=CONFIDENCE),
    st.builds(Heard, recorded=st.sampled_from([None, 0, 1, 2, 300]), finished=st.sampled_from(["", "#", "hangup"])),
)
OPENINGS = st.one_of(
    st.just(UNKNOWN),
    st.dictionaries(
        st.sampled_from(["technical", "billing", "general"]),
        st.one_of(st.just(UNKNOWN), st.builds(Open, st.booleans(), st.sampled_from([None, "tomorrow at 9"]))),
    ),
)
TICKETS = st.lists(
    st.builds(
        KnownTicket,
        st.integers(1000, 1003),
        st.sampled_from(["new", "open", "pending", "solved", "closed", "odd"]),
        st.dates(date(2000, 1, 1)),
    ),
    max_size=3,
    unique_by=lambda ticket: ticket.number,
).map(tuple)
FACTS = st.fixed_dictionaries(
    {
        "caller": st.sampled_from([None, UNKNOWN, "+14155550123", "+442079460958"]),
        "hours": OPENINGS,
        "duty": st.sampled_from([UNKNOWN, {}, {"billing": True, "general": True}]),
        "attested": st.sampled_from([None, True, False, UNKNOWN]),
        "tickets": st.one_of(st.just(UNKNOWN), TICKETS),
        "ticket": st.sampled_from([None, UNKNOWN, 1042]),
    }
)
READ = {"tickets", "ticket"}


def take(flow: Flow, facts: Mapping[str, object], here: Position | None, heard: Heard) -> Turn:
    """One turn as the webhook takes it: cheap facts first, the others when they are asked for, once."""

    def step(known: Mapping[str, object]) -> Turn | Needs:
        return begin(flow, facts=known) if here is None else advance(flow, here, heard, facts=known)

    turn = step({name: value for name, value in facts.items() if name not in READ})
    if isinstance(turn, Needs):
        assert turn.facts <= READ
        cheap = {name: value for name, value in facts.items() if name not in READ or name in turn.facts}
        turn = step(cheap)
    assert isinstance(turn, Turn), "at most one read in a turn"
    return turn


def check(flow: Flow, turn: Turn) -> None:
    assert spoken(flow, turn).strip()
    assert not re.search(r"[{}]", spoken(flow, turn))
    said = instructions(flow, turn)
    assert not any(isinstance(each, Ask | Record | HangUp) for each in said[:-1])
    if turn.position is None:
        assert isinstance(said[-1], HangUp)
        assert {each.outcome for each in turn.outcomes.items if isinstance(each, Ended)} < ENDS
    else:
        assert isinstance(said[-1], Ask | Record)
        assert flow.steps[turn.position.step].asks
        assert len(str(to_plain(turn.position))) < 300
        assert len(str(dict(turn.position.pocket))) < 200


@settings(max_examples=200, deadline=None)
@given(FACTS, st.lists(HEARD, min_size=1, max_size=30))
def test_every_call_on_the_starter_flow_ends_well(facts: Mapping[str, object], acts: list[Heard]) -> None:
    flow = shipped()["main"]
    turn = take(flow, facts, None, Heard())
    check(flow, turn)
    for number in range(LONGEST_CALL):
        if turn.position is None:
            return
        here = from_plain(to_plain(turn.position), turn.position.pocket)
        turn = take(flow, facts, here, acts[number % len(acts)])
        check(flow, turn)
    raise AssertionError("the call never ended")


@settings(max_examples=200, deadline=None)
@given(FACTS, st.sampled_from(["choose", "nobody-there", "take-message", "call-back", "existing"]), st.data())
def test_a_strange_mode_or_pocket_never_breaks_a_turn(
    facts: Mapping[str, object], step: str, data: st.DataObject
) -> None:
    flow = shipped()["main"]
    modes = "|yes:billing|yes:nothing|yes:|keys|no|after:1001|after:x|after:|ask0|ask9|askx|number1|confirm|offer|x"
    mode = data.draw(st.sampled_from(modes.split("|")))
    pocket = data.draw(st.dictionaries(st.sampled_from("dj0fun"), st.sampled_from(["1", "billing", "1001"])))
    here = replace(Position(flow.key, flow.revision, step), mode=mode, pocket=pocket)
    turn = take(flow, facts, here, data.draw(HEARD))
    check(flow, turn)


@settings(max_examples=100, deadline=None)
@given(FACTS, st.lists(HEARD, min_size=1, max_size=20))
def test_every_call_on_a_small_flow_ends_well(facts: Mapping[str, object], acts: list[Heard]) -> None:
    flow = read_flow(SMALL)
    turn = take(flow, facts, None, Heard())
    for number in range(LONGEST_CALL):
        if turn.position is None:
            return
        check(flow, turn)
        turn = take(flow, facts, turn.position, acts[number % len(acts)])
    raise AssertionError("the call never ended")
