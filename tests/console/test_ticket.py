"""The page of one ticket: what happened in words, and a form that overwrites nobody."""

import re
from datetime import timedelta

import pytest

from core.database import transaction
from people import drafts
from people.models import Role
from tests.clock import MONDAY_MORNING
from tests.conftest import execute
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.recordings import make_recording
from tests.factories.tickets import CALLER, make_call, make_customer, make_event, make_ticket
from tickets.changes import change
from tickets.models import Ticket

HOUR = timedelta(hours=1)


@pytest.fixture
def mia(signed_in):
    return signed_in(Role.AGENT, name="Mia Chen")


@pytest.fixture
def made(engine, brand):
    """Make a ticket and return its number."""

    def make(**columns):
        with transaction(engine) as session:
            return make_ticket(session, brand, **columns).number

    return make


def form_of(page) -> dict[str, str]:
    """The fields of the ticket's form as a browser would send them."""
    found = dict(
        re.findall(r'<input type="hidden"(?: form="ticket-form")? name="(was_\w+|version)" value="([^"]*)"', page.text)
    )
    for name in ("status", "assignee", "priority", "department", "reason", "outcome", "subject", "tags"):
        found[name] = found[f"was_{name}"]
    return found | {"note": ""}


def ticket_of(engine, number: int) -> dict[str, object]:
    names = ("status", "priority", "assignee_id", "subject", "reason", "outcome", "tags", "version")
    [row] = execute(engine, f"select {', '.join(names)} from ticket where number = {number}")
    return dict(zip(names, row, strict=True))


def test_the_timeline_tells_a_call_with_its_path_answers_and_recording(mia, engine, brand):
    with transaction(engine) as session:
        billing = make_department(session, brand)
        ticket = make_ticket(session, brand, department_id=billing.id, subject="Left a message")
        call = make_call(session, brand, ticket=ticket, flow="main", ended_at=MONDAY_MORNING + timedelta(seconds=252))
        path = [{"step": "choose", "choice": "billing"}, {"step": "nobody-there", "choice": "message"}]
        told = {"call_id": call.id, "ticket_id": ticket.id}
        make_event(session, brand, type="call_started", content={"from": CALLER}, facts={"path": []}, **told)
        make_event(session, brand, type="caller_turn", content={"heard": "pressed 2"}, facts={"path": path}, **told)
        recording = make_recording(session, call, state="stored")
        make_event(session, brand, type="assigned", ticket_id=ticket.id, facts={"after": mia.account.id})
        number = ticket.number
    page = mia.get(f"/tickets/{number}").text
    steps = re.findall(r"<span>([^<]+)</span>", page.split('class="ticket-path"')[1].split("</p>")[0])
    assert steps == ["Main", "Billing", "Message"]
    assert "4:12" in page
    assert "Pressed 2" in page
    assert f"/recordings/{recording.id}/audio" in page
    assert "Assigned to Mia Chen" in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("expected", "expected from the carrier"),
        ("ready", "being fetched"),
        ("missing", "missing."),
        ("deleted", "deleted, as the rules"),
    ],
)
def test_each_state_of_a_recording_is_spelled_out(mia, engine, brand, state, words):
    with transaction(engine) as session:
        call = make_call(session, brand)
        make_recording(session, call, state=state)
        number = session.get_one(Ticket, call.ticket_id).number
    page = mia.get(f"/tickets/{number}").text
    assert words in page
    assert "<audio" not in page


def test_a_call_that_refused_recording_says_so(mia, engine, brand):
    with transaction(engine) as session:
        number = session.get_one(Ticket, make_call(session, brand, unrecorded=True).ticket_id).number
    assert "asked not to be recorded" in mia.get(f"/tickets/{number}").text


def test_beside_it_stand_the_caller_with_numbers_and_other_tickets(mia, engine, brand):
    with transaction(engine) as session:
        ana = make_customer(session, brand, CALLER, "+442071838750", name="Ana Petrov")
        ticket = make_ticket(session, brand, customer_id=ana.id)
        other = make_ticket(session, brand, customer_id=ana.id, subject="Older matter")
        make_ticket(session, brand, subject="A stranger's")
        number, other_number = ticket.number, other.number
    page = mia.get(f"/tickets/{number}").text
    assert "Ana Petrov" in page
    assert "+44\u00a020\u00a07183\u00a08750" in page
    assert f'href="/tickets/{other_number}"' in page
    assert "A stranger&#39;s" not in page


def test_the_ticket_knows_its_neighbours_in_the_view_it_was_opened_from(mia, made):
    urgent, normal, low = (made(priority=n, created_at=MONDAY_MORNING + n * HOUR) for n in (1, 3, 4))
    page = mia.get(f"/tickets/{normal}?order=priority").text
    assert re.search(rf'rel="prev" href="/tickets/{urgent}\?order=priority"', page)
    assert re.search(rf'rel="next" href="/tickets/{low}\?order=priority"', page)
    assert 'href="/tickets?order=priority"' in page


def test_the_form_sets_what_was_changed_and_writes_the_note(mia, made, engine):
    number = made(subject="Old", tags=["a"])
    form = form_of(mia.get(f"/tickets/{number}"))
    form |= {
        "status": "open",
        "priority": "1",
        "assignee": str(mia.account.id),
        "subject": "New",
        "tags": "a, b",
        "note": "Rang back.",
    }
    done = mia.post(f"/tickets/{number}?status=any", form)
    assert (done.status_code, done.location) == (303, f"/tickets/{number}?status=any")
    row = ticket_of(engine, number)
    assert (row["status"], row["priority"], row["assignee_id"]) == ("open", 1, mia.account.id)
    assert (row["subject"], row["tags"]) == ("New", ["a", "b"])
    page = mia.get(f"/tickets/{number}").text
    assert "Rang back." in page
    assert "Mia Chen changed" in page
    assert "Mia Chen took the ticket" in page


def test_save_and_next_goes_on_in_the_view(mia, made):
    newer, older = made(created_at=MONDAY_MORNING + HOUR), made()
    form = form_of(mia.get(f"/tickets/{newer}"))
    assert mia.post(f"/tickets/{newer}", form | {"then": "next"}).location == f"/tickets/{older}"
    assert (
        mia.post(f"/tickets/{older}", form_of(mia.get(f"/tickets/{older}")) | {"then": "next"}).location == "/tickets"
    )


def test_nothing_changed_changes_nothing(mia, made, engine):
    number = made(subject="As it is", tags=["b", "a"], reason="message")
    before = ticket_of(engine, number)
    mia.post(f"/tickets/{number}", form_of(mia.get(f"/tickets/{number}")))
    assert ticket_of(engine, number) == before
    assert execute(engine, "select count(*) from event") == [(0,)]


def test_two_who_change_different_fields_both_get_their_way(mia, made, engine, signed_in):
    number = made()
    form = form_of(mia.get(f"/tickets/{number}"))
    ben = signed_in(Role.AGENT, name="Ben")
    ben.post(f"/tickets/{number}", form_of(ben.get(f"/tickets/{number}")) | {"priority": "1"})
    assert mia.post(f"/tickets/{number}", form | {"subject": "Mine"}).status_code == 303
    row = ticket_of(engine, number)
    assert (row["priority"], row["subject"]) == (1, "Mine")


def test_a_conflict_saves_nothing_and_shows_both_values(mia, made, engine, signed_in):
    number = made(priority=3)
    form = form_of(mia.get(f"/tickets/{number}"))
    ben = signed_in(Role.AGENT, name="Ben")
    ben.post(f"/tickets/{number}", form_of(ben.get(f"/tickets/{number}")) | {"priority": "1"})
    page = mia.post(f"/tickets/{number}", form | {"priority": "4", "note": "My long note."})
    assert page.status_code == 409
    assert "Yours:</strong>" not in page.text
    assert re.search(r"Yours: <strong>Low", page.text)
    assert re.search(r"Theirs: <strong>Urgent", page.text)
    assert "My long note." in page.text
    assert ticket_of(engine, number)["priority"] == 1
    assert execute(engine, "select count(*) from event where type = 'note_added'") == [(0,)]
    again = form_of(page) | {"priority": "4", "note": "My long note."}
    assert mia.post(f"/tickets/{number}", again | {"choose_priority": "theirs"}).status_code == 303
    assert ticket_of(engine, number)["priority"] == 1
    assert mia.post(f"/tickets/{number}", form_of(mia.get(f"/tickets/{number}")) | {"priority": "4"}).status_code == 303
    assert ticket_of(engine, number)["priority"] == 4


def test_choosing_in_a_conflict_leaves_alone_what_only_the_other_changed(mia, made, engine, signed_in):
    number = made(priority=3)
    form = form_of(mia.get(f"/tickets/{number}"))
    ben = signed_in(Role.AGENT, name="Ben")
    ben.post(f"/tickets/{number}", form_of(ben.get(f"/tickets/{number}")) | {"subject": "His words", "priority": "1"})
    page = mia.post(f"/tickets/{number}", form | {"subject": "Her words"})
    assert page.status_code == 409
    chosen = re.search(r'name="priority".*?<option value="(\d)" selected', page.text, re.DOTALL)[1]
    again = form_of(page) | {"subject": "Her words", "priority": chosen, "choose_subject": "mine"}
    assert mia.post(f"/tickets/{number}", again).status_code == 303
    row = ticket_of(engine, number)
    assert (row["subject"], row["priority"]) == ("Her words", 1)


def test_both_who_want_the_same_are_no_conflict(mia, made, engine):
    number = made()
    form = form_of(mia.get(f"/tickets/{number}"))
    with transaction(engine) as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        change(session, ticket=ticket, actor="system", now=MONDAY_MORNING, priority=1)
    assert mia.post(f"/tickets/{number}", form | {"priority": "1"}).status_code == 303


def test_a_refusal_is_told_at_the_field_and_keeps_what_was_typed(mia, made, engine):
    number = made()
    form = form_of(mia.get(f"/tickets/{number}"))
    page = mia.post(f"/tickets/{number}", form | {"status": "solved", "subject": "Typed", "note": "Typed too"})
    assert page.status_code == 422
    assert 'href="#field-status"' in page.text
    assert 'id="field-status-error"' in page.text
    assert 'value="Typed"' in page.text
    assert "Typed too" in page.text
    assert ticket_of(engine, number)["subject"] == ""
    solved = form | {"status": "solved", "assignee": str(mia.account.id)}
    assert mia.post(f"/tickets/{number}", solved).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "odd"},
        {"priority": "9"},
        {"priority": "²"},
        {"department": "nowhere"},
        {"assignee": "12345"},
        {"assignee": "x"},
        {"reason": "Not A Key"},
        {"subject": "x" * 300},
        {"tags": "t" * 50},
        {"note": "x" * 20_001},
        {"note": "\x07"},
    ],
)
def test_no_value_breaks_the_page(mia, made, wrong):
    number = made()
    page = mia.post(f"/tickets/{number}", form_of(mia.get(f"/tickets/{number}")) | wrong)
    assert page.status_code == 422
    [field] = wrong
    assert f'href="#field-{field}"' in page.text


def test_the_note_comes_back_until_it_is_saved(mia, made, engine):
    number = made()
    mia.post("/drafts", {"place": f"ticket:{number}:note", "text": "Half a thought"})
    page = mia.get(f"/tickets/{number}")
    assert "Half a thought" in page.text
    assert "Saved 10:00:00" in page.text
    mia.post(f"/tickets/{number}", form_of(page) | {"note": "A whole thought"})
    assert "Half a thought" not in mia.get(f"/tickets/{number}").text
    with transaction(engine) as session:
        assert drafts.find(session, account_id=mia.account.id, place=f"ticket:{number}:note") is None


def test_a_lost_sign_in_shows_what_was_typed(stranger, made):
    number = made()
    page = stranger.post(f"/tickets/{number}", {"note": "Not lost"})
    assert page.status_code == 401
    assert "Not lost" in page.text


def test_a_closed_ticket_stays_as_it_is_and_says_so(mia, made):
    number = made(status="closed", outcome="answered")
    page = mia.get(f"/tickets/{number}").text
    assert 'id="ticket-form"' not in page
    assert "stays as it is" in page
    assert mia.post(f"/tickets/{number}", {"note": "x"}).status_code == 422


def test_a_reviewer_reads_and_writes_nothing(signed_in, made):
    number = made(subject="Read me")
    rosa = signed_in(Role.REVIEWER)
    page = rosa.get(f"/tickets/{number}").text
    assert "Read me" in page
    assert 'id="ticket-form"' not in page
    assert rosa.post(f"/tickets/{number}", {"note": "x"}).status_code == 403


def test_an_agent_gives_a_ticket_to_nobody_else_and_takes_none_away(mia, made, engine, brand, signed_in):
    with transaction(engine) as session:
        ben = make_account(session, brand, name="Ben")
    number = made(assignee_id=ben.id, status="open")
    form = form_of(mia.get(f"/tickets/{number}"))
    assert mia.post(f"/tickets/{number}", form | {"assignee": ""}).status_code == 422
    sam = signed_in(Role.SUPERVISOR)
    assert sam.post(f"/tickets/{number}", form | {"assignee": ""}).status_code == 303
    assert ticket_of(engine, number)["assignee_id"] is None


def test_solving_and_handing_back_go_in_the_order_that_is_allowed(signed_in, made, engine):
    sam = signed_in(Role.SUPERVISOR)
    number = made(status="solved", assignee_id=sam.account.id)
    form = form_of(sam.get(f"/tickets/{number}"))
    assert sam.post(f"/tickets/{number}", form | {"status": "open", "assignee": ""}).status_code == 303
    row = ticket_of(engine, number)
    assert (row["status"], row["assignee_id"]) == ("open", None)


def test_the_preview_is_a_part_with_quick_changes(mia, made, engine):
    number = made(subject="In brief")
    part = mia.get(f"/tickets/{number}/preview", fragment=True)
    assert "In brief" in part.text
    assert "<html" not in part.text
    changed = mia.post(f"/tickets/{number}/quick", {"assignee": "me"}, fragment=True)
    assert (changed.status_code, "<html" in changed.text) == (200, False)
    assert ticket_of(engine, number)["assignee_id"] == mia.account.id
    refused = mia.post(f"/tickets/{number}/quick", {"status": "odd"}, fragment=True)
    assert refused.status_code == 422
    assert "There is no such status." in refused.text


def test_quick_changes_work_without_scripts(mia, made, engine):
    number = made()
    done = mia.post(f"/tickets/{number}/quick?order=waiting", {"status": "pending"})
    assert (done.status_code, done.location) == (303, f"/tickets/{number}?order=waiting")
    assert ticket_of(engine, number)["status"] == "pending"
    assert mia.post(f"/tickets/{number}/quick", {"status": "solved", "assignee": ""}).status_code == 422


def test_another_brands_ticket_is_not_here(mia, engine):
    with transaction(engine) as session:
        number = make_ticket(session, make_brand(session)).number
    for path in (f"/tickets/{number}", f"/tickets/{number}/preview", "/tickets/999999"):
        assert mia.get(path).status_code == 404


def test_words_of_callers_are_shown_as_words(mia, engine, brand):
    with transaction(engine) as session:
        ticket = make_ticket(session, brand, subject="<script>alert(1)</script>")
        make_event(session, brand, type="note_added", ticket_id=ticket.id, content={"text": "<b>bold</b>"})
        number = ticket.number
    page = mia.get(f"/tickets/{number}").text
    assert "<script>alert(1)" not in page
    assert "<b>bold" not in page
