"""What is said on placed calls: the carrier would perform all of it without a complaint."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.connection_overrides import RETRIED
from ivr import callback_twiml as twiml
from routing.callback_answers import Ended, Notice, ToDial, Whisper
from simulator.twiml import Element, read

BASE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ANN = Whisper(ticket=1001, name="Ann", last_digits="0147", department="Billing", minutes=12, tries=0)
DIAL = ToDial("+12025550147", "+12025550100", True, "callback-7", 25, 3600)


def words(document: str) -> str:
    return " ".join(element.words for element in read(document))


def test_the_whisper_names_ticket_and_caller_and_asks_twice() -> None:
    first, second, last = read(twiml.whisper(ANN, base=BASE, attempt_id=7))
    expected = (
        "Callback for ticket 1 0 0 1, from Ann, about Billing, asked 12 minutes ago. "
        "Press 1 to call them now, or 2 to pass."
    )
    assert first.words == second.words == expected
    assert first.attributes["action"] == f"{BASE}/voice/callback/answer?attempt=7&ticket=1001&again=0{RETRIED}"
    assert (last.name, last.words) == (
        "Redirect",
        f"{BASE}/voice/callback/answer?attempt=7&ticket=1001&again=1{RETRIED}",
    )


def test_without_a_name_the_last_digits_are_said_one_by_one() -> None:
    unnamed = Whisper(ticket=1001, name=None, last_digits="0147", department=None, minutes=0, tries=2)
    assert words(twiml.whisper(unnamed, base=BASE, attempt_id=7)).startswith(
        "Callback for ticket 1 0 0 1, from the number ending in 0 1 4 7, asked just now. This is try number 3. Press 1"
    )


@given(name=st.text(max_size=60), department=st.text(max_size=60))
def test_no_name_breaks_the_document(name: str, department: str) -> None:
    found = Whisper(ticket=1001, name=name, last_digits="0147", department=department, minutes=1, tries=0)
    assert [element.name for element in read(twiml.whisper(found, base=BASE, attempt_id=7))] == [
        "Gather", "Gather", "Redirect",
    ]  # fmt: skip


def test_the_customer_is_dialled_once_recorded_and_listened_to() -> None:
    [dial] = read(twiml.dial(DIAL, base=BASE, attempt_id=7, ticket="1001"))
    [number] = dial.children
    assert number.words == "+12025550147"
    assert dial.attributes["callerId"] == "+12025550100"
    assert (dial.attributes["timeout"], dial.attributes["timeLimit"]) == ("25", "3600")
    assert dial.attributes["record"] == "record-from-answer-dual"
    assert dial.attributes["recordingStatusCallback"] == f"{BASE}/voice/recording?part=callback-7{RETRIED}"
    assert number.attributes["machineDetection"] == "Enable"
    assert number.attributes["statusCallbackEvent"] == "initiated ringing answered completed"


def test_who_refused_recording_is_dialled_without() -> None:
    unrecorded = ToDial("+12025550147", "+12025550100", False, "callback-7", 25, 3600)
    [dial] = read(twiml.dial(unrecorded, base=BASE, attempt_id=7, ticket="1001"))
    assert not [name for name in dial.attributes if name.startswith("record")]


def test_the_notice_names_the_company_and_the_recording_and_hangs_up_on_nobody() -> None:
    document = twiml.notice(Notice("Acme & Sons", True))
    assert words(document) == "This is Acme & Sons, calling you back. This call may be recorded."
    assert "Hangup" not in document
    assert words(twiml.notice(Notice("Acme", False))) == "This is Acme, calling you back."
    assert "may be recorded" in words(twiml.notice_without_records())


@pytest.mark.parametrize(
    ("outcome", "next_at", "said"),
    [
        ("connected", None, "The callback is done."),
        ("no_answer", NOW + timedelta(minutes=10), "They did not answer. We will try again at 15:10."),
        ("busy", NOW + timedelta(hours=18), "Their line is busy. We will try again tomorrow at 9:00."),
        ("machine", NOW + timedelta(days=3), "A machine answered. We will try again on Thursday at 15:00."),
        ("invalid", None, "The number is not in service. We will not try again. It is on the ticket."),
    ],
)
def test_the_agent_hears_how_it_went_and_what_follows(outcome: str, next_at: datetime | None, said: str) -> None:
    assert words(twiml.after(Ended(outcome, next_at, NOW))).strip() == f"{said} Goodbye."


@pytest.mark.parametrize("why", [*twiml.OVER, "unknown"])
def test_whoever_has_nothing_to_do_is_told_why_and_let_go(why: str) -> None:
    say, hangup = read(twiml.over(why))
    assert (say.name, hangup.name) == ("Say", "Hangup")


@pytest.mark.parametrize(("ticket", "which"), [("1001", ", for ticket 1 0 0 1,"), ("<x>", "")])
def test_without_records_the_agent_is_told_the_truth(ticket: str, which: str) -> None:
    said: Element = read(twiml.records_away(ticket))[0]
    assert f"so the callback{which} cannot be connected" in said.words
