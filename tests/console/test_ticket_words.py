"""Every type of event has its sentence, and no content of an event can break the page."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import event_words, ticket_words
from console.event_words import TELLERS, Names, sentence
from console.language import current
from console.ticket_story import line
from people.refusals import Said
from tests.clock import MONDAY_MORNING
from tickets.models import Event, TicketStatus
from tickets.worklist import Order

ROOT = Path(__file__).resolve().parents[2]
NAMES = Names(accounts={4: "Mia Chen", 5: "Ben Ode"}, departments={"billing": "Billing"}, customers={1: "Ana Petrov"})


def event(type: str, *, actor: str = "system", facts: Any = None, content: Any = None) -> Event:
    return Event(
        id=1, brand_id=1, type=type, happened_at=MONDAY_MORNING, actor=actor, facts=facts or {}, content=content or {}
    )


def said(type: str, **more: Any) -> str:
    return sentence(event(type, **more), NAMES)


def types_in_the_glossary() -> set[str]:
    table = (ROOT / "docs" / "glossary.md").read_text().split("## Events on the timeline")[1]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`([a-z_]+)`", cell)}


def types_in_the_code() -> set[str]:
    found: set[str] = set()
    for room in ("tickets", "routing", "recordings", "ivr", "workers"):
        for path in (ROOT / room).glob("*.py"):
            found |= set(re.findall(r'"(callback_[a-z_]+)", now=', path.read_text()))
            found |= set(re.findall(r'add_event\([^)]*?type="([a-z_]+)"', path.read_text(), re.S))
            found |= set(re.findall(r'_event\("([a-z_]+)"', path.read_text()))
    return found


def test_every_type_the_glossary_names_has_its_sentence() -> None:
    assert len(types_in_the_glossary()) > 20
    assert types_in_the_glossary() - set(TELLERS) == set()


def test_every_type_the_rooms_below_write_has_its_sentence() -> None:
    assert "callback_put_back" in types_in_the_code()
    assert types_in_the_code() - set(TELLERS) == set()


@pytest.mark.parametrize(
    ("type", "more", "expected"),
    [
        ("call_started", {"content": {"from": "+12025550147"}}, "Called from +1 202-555-0147"),
        ("call_started", {"facts": {"withheld": True}}, "Called with a withheld number"),
        ("caller_turn", {"content": {"heard": "pressed 2"}}, "Pressed 2"),
        ("caller_turn", {"content": {"heard": "said “billing” (94 %)"}}, "Said “billing” (94 %)"),
        ("caller_turn", {"content": {"heard": "silence"}}, "Said nothing"),
        ("matter_known", {"facts": {"department": "billing"}}, "It is about Billing"),
        (
            "matter_known",
            {"facts": {"department": "billing", "reason": "message"}},
            "It is about Billing: Message",
        ),
        ("recording_stored", {"facts": {"duration": 30.4}}, "A recording of 0:30 is stored here"),
        ("recording_missing", {"facts": {"why": "404"}}, "The recording is missing: 404"),
        ("line_ended_call", {"facts": {"outcome": "message_left"}}, "The line said goodbye: Left a message"),
        ("call_ended", {"facts": {"status": "completed", "duration": 252}}, "The call ended after 4:12"),
        ("call_ended", {"facts": {"status": "busy"}}, "The line was busy"),
        (
            "call_ended",
            {"facts": {"status": "completed", "why": "x"}},
            "The call ended: nothing was heard of it any more",
        ),
        (
            "assigned",
            {"facts": {"after": 4}, "content": {"reason": "She is free."}},
            "Assigned to Mia Chen",
        ),
        ("assigned", {"facts": {"after": 4}, "actor": "account:5"}, "Ben Ode assigned it to Mia Chen"),
        ("assigned", {"facts": {"after": 4}, "actor": "account:4"}, "Mia Chen took the ticket"),
        (
            "unassigned",
            {"facts": {"before": 4}, "actor": "account:5"},
            "Ben Ode took it from Mia Chen; nobody owns it now",
        ),
        (
            "ticket_changed",
            {
                "actor": "account:4",
                "facts": {"changed": ["priority", "status"], "before": {"priority": 3, "status": "new"},
                          "after": {"priority": 1, "status": "open"}},
            },
            "Mia Chen changed priority from Normal to Urgent; status from New to Open",
        ),
        (
            "ticket_changed",
            {
                "actor": "token:1",
                "facts": {"changed": ["tags"]},
                "content": {"before": {"tags": []}, "after": {"tags": ["vip", "refund"]}},
            },
            "A program changed tags to vip, refund",
        ),
        ("ticket_changed", {"actor": "account:9", "facts": {"changed": ["subject"]}}, "Somebody changed subject"),
        ("note_added", {"actor": "account:4"}, "Mia Chen wrote a note"),
        ("caller_identified", {"facts": {"customer": 1}}, "The number belongs to Ana Petrov"),
        ("callback_agent_rung", {"facts": {"account": 4}}, "Ringing Mia Chen for the callback"),
        ("callback_attempted", {"facts": {"try": 2, "outcome": "no_answer"}}, "Try 2 to reach the customer: no answer"),
        (
            "callback_blocked",
            {"facts": {"reason": "premium", "sentence": "Premium."}},
            "The callback may not be made: Premium.",
        ),
        (
            "job_failed",
            {"facts": {"job": "fetch_recording"}, "content": {"reason": "no space left"}},
            "“Fetch recording” failed for good: no space left",
        ),
    ],
)  # fmt: skip
def test_sentences_tell_what_happened(type: str, more: dict[str, Any], expected: str) -> None:
    assert said(type, **more).replace("\u00a0", " ") == expected


def test_a_type_nobody_knows_is_told_in_its_own_words() -> None:
    assert said("survey_answered") == "Survey answered"


odd = st.dictionaries(
    st.sampled_from(["duration", "account", "after", "before", "changed", "from", "heard", "customers", "customer",
                     "reason", "why", "status", "outcome", "department", "number", "ticket", "text", "job", "try",
                     "said"]),
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
    | st.fixed_dictionaries({"text": st.sampled_from(["%(x)s", "%", "fine"]) | st.none(),
                             "values": st.sampled_from([{"x": 1}, {}, None, "no"])}),
)  # fmt: skip


@given(st.sampled_from(sorted(TELLERS)), odd, odd, st.sampled_from(["system", "account:4", "account:x", "", "token:1"]))
def test_no_facts_or_content_break_a_sentence(type: str, facts: Any, content: Any, actor: str) -> None:
    assert isinstance(sentence(event(type, actor=actor, facts=facts, content=content), NAMES), str)


def test_every_sentence_is_marked_for_translation() -> None:
    token = current.set("zz")
    try:
        unmarked = [type for type in TELLERS if "⟦" not in said(type)]
    finally:
        current.reset(token)
    assert unmarked == []


@pytest.mark.parametrize(
    ("type", "part", "under"),
    [
        ("assigned", "content", "reason"),
        ("nobody_to_assign", "facts", "reason"),
        ("callback_held", "facts", "sentence"),
    ],
)
def test_why_is_told_in_the_readers_language_and_old_events_in_english(type: str, part: str, under: str) -> None:
    words = Said("Nobody of %(members)s can take it.", {"members": 3})
    token = current.set("zz")
    try:
        now = line(event(type, **{part: {under: str(words), "said": words.kept()}}), NAMES)
        old = line(event(type, **{part: {under: str(words)}}), NAMES)
    finally:
        current.reset(token)
    assert "Ñóbódý óf 3 çáñ táké ít." in now.text + now.aside
    assert "Nobody of 3 can take it." in old.text + old.aside


def test_every_state_and_order_has_a_word() -> None:
    assert {str(status) for status in TicketStatus} <= set(ticket_words.STATUS)
    assert {str(order) for order in Order} == set(ticket_words.ORDER)


def test_codes_nobody_knows_become_plain_words() -> None:
    assert ticket_words.reason("technical/no_dial_tone") == "Technical, no dial tone"
    assert event_words.Names().account(None) == "nobody"
