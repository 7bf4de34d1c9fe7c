"""The table of allowed moves, and what each state demands."""

from itertools import product

import pytest

from tests.clock import MONDAY_MORNING
from tickets.models import Ticket, TicketStatus
from tickets.statuses import MOVES, MoveRefused, check_writable, move

S = TicketStatus


def ticket(status: TicketStatus, **columns: object) -> Ticket:
    return Ticket(status=status, **{"assignee_id": 1} | columns)


def test_every_status_has_its_line_in_the_table() -> None:
    assert set(MOVES) == set(TicketStatus)


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_a_move_is_made_exactly_when_the_table_allows_it(before: S, after: S) -> None:
    row = ticket(before)
    if after in MOVES[before]:
        assert move(row, to=after, now=MONDAY_MORNING)
        assert row.status == after
    elif after == before:
        assert not move(row, to=after, now=MONDAY_MORNING)
    else:
        with pytest.raises(MoveRefused) as refused:
            move(row, to=after, now=MONDAY_MORNING)
        assert row.status == before
        assert refused.value.field == "status"
        assert refused.value.cure


@pytest.mark.parametrize("before", [s for s in S if s != S.NEW])
def test_nothing_becomes_new_again(before: S) -> None:
    with pytest.raises(MoveRefused, match=r"never becomes new again; use open|read-only"):
        move(ticket(before), to=S.NEW, now=MONDAY_MORNING)


@pytest.mark.parametrize("final", [S.CLOSED, S.MERGED])
def test_closed_and_merged_lead_nowhere_and_take_no_change(final: S) -> None:
    assert not MOVES[final]
    with pytest.raises(MoveRefused, match="read-only"):
        check_writable(ticket(final))


def test_a_person_solves_only_an_assigned_ticket() -> None:
    with pytest.raises(MoveRefused, match="assign the ticket first"):
        move(ticket(S.OPEN, assignee_id=None, outcome="answered"), to=S.SOLVED, now=MONDAY_MORNING)


def test_the_system_solves_with_an_outcome_instead() -> None:
    with pytest.raises(MoveRefused, match="outcome"):
        move(ticket(S.NEW, assignee_id=None), to=S.SOLVED, now=MONDAY_MORNING, by_system=True)
    row = ticket(S.NEW, assignee_id=None, outcome="abandoned")
    assert move(row, to=S.SOLVED, now=MONDAY_MORNING, by_system=True)


def test_the_moment_of_solving_stays_when_closing_and_goes_when_reopened() -> None:
    row = ticket(S.OPEN)
    move(row, to=S.SOLVED, now=MONDAY_MORNING)
    assert row.solved_at == MONDAY_MORNING
    move(row, to=S.OPEN, now=MONDAY_MORNING)
    assert row.solved_at is None
    move(row, to=S.SOLVED, now=MONDAY_MORNING)
    move(row, to=S.CLOSED, now=MONDAY_MORNING)
    assert row.solved_at == MONDAY_MORNING
    assert row.closed_at == MONDAY_MORNING
