"""Who is given a ticket, and what stands on its timeline for it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.outbox_models import OutboxRow
from people.models import Account, Brand, Department, Role
from people.refusals import told_before
from routing.assignment import (
    AlreadyAssigned,
    Assigned,
    AssigneeRefused,
    NobodyThere,
    NotWork,
    assign,
    reassign,
    unassign,
)
from routing.models import Assignment
from tests.clock import MONDAY_MORNING as NOW
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.routing import make_assignment
from tests.factories.tickets import make_ticket
from tests.routing.calendar import make_absence, make_shift
from tickets.changes import VersionConflict
from tickets.models import Event, Ticket
from tickets.statuses import MoveRefused

NOBODY = "Nobody belongs to this department."


class World:
    """A brand with one department; tests add members at work and tickets."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.brand: Brand = make_brand(session)
        self.billing: Department = make_department(session, self.brand, "billing")
        self.sales: Department = make_department(session, self.brand, "sales")

    def member(self, name: str, *, owns: int = 0, at_work: bool = True, **columns: object) -> Account:
        departments = columns.pop("departments", [self.billing])
        account = make_account(self.session, self.brand, departments=departments, name=name, **columns)  # type: ignore[arg-type]
        if at_work:
            make_shift(self.session, account)
        for _ in range(owns):
            make_assignment(self.session, self.ticket(status="open"), account, assigned_at=NOW - timedelta(days=1))
        return account

    def ticket(self, **columns: object) -> Ticket:
        return make_ticket(self.session, self.brand, department_id=self.billing.id, **columns)

    def events(self, ticket: Ticket) -> list[Event]:
        return list(self.session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)))

    def owners(self, ticket: Ticket) -> list[tuple[int, bool]]:
        """Everybody who owned it, in order, and whether they still do."""
        rows = self.session.scalars(select(Assignment).where(Assignment.ticket_id == ticket.id).order_by(Assignment.id))
        return [(row.account_id, row.ended_at is None) for row in rows]

    def asked_again(self) -> list[OutboxRow]:
        return list(self.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with Session(engine, expire_on_commit=False) as session:
        yield World(session)


class TestAssigning:
    def test_a_new_ticket_gets_an_owner_and_is_open(self, world: World) -> None:
        ana, ticket = world.member("Ana"), world.ticket()
        assert assign(world.session, ticket_id=ticket.id, now=NOW) == Assigned(
            ana.id, "Ana is the only one at work; open tickets: 0."
        )
        assert (ticket.assignee_id, ticket.status, ticket.version, ticket.updated_at) == (ana.id, "open", 2, NOW)
        assert world.owners(ticket) == [(ana.id, True)]

    def test_the_timeline_says_who_was_chosen_and_why(self, world: World) -> None:
        ana, ticket = world.member("Ana"), world.ticket()
        assign(world.session, ticket_id=ticket.id, now=NOW)
        (event,) = world.events(ticket)
        assert (event.type, event.actor, event.happened_at) == ("assigned", "system", NOW)
        assert event.facts == {"before": None, "after": ana.id}
        assert event.content["reason"] == "Ana is the only one at work; open tickets: 0."
        assert str(told_before(event.content["said"])) == event.content["reason"]

    def test_whoever_has_the_fewest_open_tickets_is_chosen(self, world: World) -> None:
        world.member("Ana", owns=2)
        ben = world.member("Ben", owns=1)
        world.member("Cleo", owns=3)
        assert _owner(assign(world.session, ticket_id=world.ticket().id, now=NOW)) == ben.id

    def test_solved_tickets_are_no_work_and_those_of_other_departments_are(self, world: World) -> None:
        ana = world.member("Ana", departments=[world.billing, world.sales])
        ben = world.member("Ben", owns=1)
        for status in ("solved", "closed", "spam", "merged"):
            make_assignment(world.session, world.ticket(status=status, assignee_id=ben.id), ben)
        for status in ("open", "pending", "on_hold"):
            elsewhere = make_ticket(world.session, world.brand, department_id=world.sales.id, status=status)
            make_assignment(world.session, elsewhere, ana)
        assert _owner(assign(world.session, ticket_id=world.ticket().id, now=NOW)) == ben.id

    def test_among_equals_it_is_who_was_longest_without_a_new_one(self, world: World) -> None:
        ana, ben = world.member("Ana", owns=1), world.member("Ben", owns=1)
        make_assignment(world.session, world.ticket(), ana, assigned_at=NOW - timedelta(hours=1), ended_at=NOW)
        assert _owner(assign(world.session, ticket_id=world.ticket().id, now=NOW)) == ben.id

    @pytest.mark.parametrize(
        ("name", "columns"),
        [
            ("off shift", {"at_work": False}),
            ("not active", {"active": False}),
            ("reviewer", {"role": Role.REVIEWER}),
            ("administrator", {"role": Role.ADMINISTRATOR}),
            ("of another department", {"departments": []}),
        ],
    )
    def test_nobody_else_is_ever_chosen(self, world: World, name: str, columns: dict[str, object]) -> None:
        busy = world.member("Busy", owns=9)
        world.member(name, **columns)  # type: ignore[arg-type]
        assert _owner(assign(world.session, ticket_id=world.ticket().id, now=NOW)) == busy.id

    def test_somebody_absent_is_not_chosen(self, world: World) -> None:
        make_absence(world.session, world.member("Away"), NOW - timedelta(days=1), NOW + timedelta(days=1))
        busy = world.member("Busy", owns=9)
        assert _owner(assign(world.session, ticket_id=world.ticket().id, now=NOW)) == busy.id

    def test_assigning_twice_assigns_once(self, world: World) -> None:
        ana, ticket = world.member("Ana"), world.ticket()
        assign(world.session, ticket_id=ticket.id, now=NOW)
        assert assign(world.session, ticket_id=ticket.id, now=NOW) == AlreadyAssigned(ana.id)
        assert (len(world.events(ticket)), ticket.version) == (1, 2)

    @pytest.mark.parametrize("status", ["solved", "closed", "merged", "spam"])
    def test_what_is_over_is_left_alone(self, world: World, status: str) -> None:
        world.member("Ana")
        ticket = world.ticket(status=status, outcome="abandoned")
        assert assign(world.session, ticket_id=ticket.id, now=NOW) == NotWork(status)
        assert (ticket.assignee_id, world.events(ticket), world.asked_again()) == (None, [], [])

    def test_a_ticket_that_waits_stays_so(self, world: World) -> None:
        world.member("Ana")
        ticket = world.ticket(status="pending")
        assign(world.session, ticket_id=ticket.id, now=NOW)
        assert ticket.status == "pending"


class TestNobodyThere:
    def test_it_is_told_once_and_tried_again(self, world: World) -> None:
        ticket = world.ticket()
        first = assign(world.session, ticket_id=ticket.id, now=NOW)
        assert first == NobodyThere(NOBODY, NOW + timedelta(minutes=15))
        assign(world.session, ticket_id=ticket.id, now=NOW + timedelta(minutes=15))
        assert [(event.type, event.facts) for event in world.events(ticket)] == [
            ("nobody_to_assign", {"reason": NOBODY, "said": {"text": NOBODY, "values": {}}})
        ]
        assert [(row.job, row.args, row.due_at - NOW, row.ticket_id) for row in world.asked_again()] == [
            ("assign_ticket", {"ticket": ticket.id}, timedelta(minutes=15), ticket.id),
            ("assign_ticket", {"ticket": ticket.id}, timedelta(minutes=30), ticket.id),
        ]

    def test_a_try_done_twice_asks_for_one_more_try(self, world: World) -> None:
        ticket = world.ticket()
        for _ in range(2):
            assign(world.session, ticket_id=ticket.id, now=NOW)
        assert len(world.asked_again()) == 1

    def test_it_is_tried_at_the_moment_the_next_shift_starts(self, world: World) -> None:
        ana = world.member("Ana", at_work=False)
        make_shift(world.session, ana, starts="10:07", ends="18:00")
        left = make_account(world.session, world.brand, departments=[world.billing], active=False)
        make_shift(world.session, left, starts="10:01", ends="18:00")
        ticket = world.ticket()
        assert _again(assign(world.session, ticket_id=ticket.id, now=NOW)) == NOW + timedelta(minutes=7)
        assert _owner(assign(world.session, ticket_id=ticket.id, now=NOW + timedelta(minutes=7))) == ana.id

    def test_a_shift_that_somebody_is_absent_from_starts_when_they_are_back(self, world: World) -> None:
        ana = world.member("Ana")
        make_absence(world.session, ana, NOW - timedelta(hours=1), NOW + timedelta(minutes=4))
        again_at = _again(assign(world.session, ticket_id=world.ticket().id, now=NOW))
        assert again_at == NOW + timedelta(minutes=4)

    def test_an_old_ticket_is_tried_less_often(self, world: World) -> None:
        ticket = world.ticket(created_at=NOW - timedelta(days=2))
        assert _again(assign(world.session, ticket_id=ticket.id, now=NOW)) == NOW + timedelta(hours=1)

    def test_a_ticket_of_no_department_has_nobody(self, world: World) -> None:
        world.member("Ana")
        ticket = make_ticket(world.session, world.brand)
        assert isinstance(assign(world.session, ticket_id=ticket.id, now=NOW), NobodyThere)


class TestByHand:
    def test_a_ticket_changes_hands(self, world: World) -> None:
        ana, ben, ticket = world.member("Ana"), world.member("Ben", at_work=False), world.ticket()
        assign(world.session, ticket_id=ticket.id, now=NOW)
        given = reassign(world.session, ticket_id=ticket.id, account_id=ben.id, actor="account:9", now=NOW)
        assert given == Assigned(ben.id, "")
        assert world.owners(ticket) == [(ana.id, False), (ben.id, True)]
        assert (ticket.assignee_id, ticket.version) == (ben.id, 3)
        event = world.events(ticket)[-1]
        assert (event.type, event.actor, event.facts) == ("assigned", "account:9", {"before": ana.id, "after": ben.id})

    def test_giving_it_to_its_owner_changes_nothing(self, world: World) -> None:
        ana, ticket = world.member("Ana"), world.ticket()
        assign(world.session, ticket_id=ticket.id, now=NOW)
        again = reassign(world.session, ticket_id=ticket.id, account_id=ana.id, actor="account:9", now=NOW)
        assert again == AlreadyAssigned(ana.id)
        assert (ticket.version, len(world.events(ticket))) == (2, 1)

    def test_an_administrator_can_take_one(self, world: World) -> None:
        boss, ticket = make_account(world.session, world.brand, role=Role.ADMINISTRATOR), world.ticket()
        reassign(world.session, ticket_id=ticket.id, account_id=boss.id, actor=f"account:{boss.id}", now=NOW)
        assert (ticket.assignee_id, ticket.status) == (boss.id, "open")

    @pytest.mark.parametrize("columns", [{"active": False}, {"role": Role.REVIEWER}])
    def test_some_cannot_own_tickets(self, world: World, columns: dict[str, object]) -> None:
        who, ticket = world.member("Who", **columns), world.ticket()  # type: ignore[arg-type]
        with pytest.raises(AssigneeRefused):
            reassign(world.session, ticket_id=ticket.id, account_id=who.id, actor="account:9", now=NOW)

    def test_nobody_of_another_brand_can_own_it(self, world: World) -> None:
        stranger, ticket = make_account(world.session, make_brand(world.session)), world.ticket()
        for account_id in (stranger.id, 4711):
            with pytest.raises(AssigneeRefused, match="nobody of that name"):
                reassign(world.session, ticket_id=ticket.id, account_id=account_id, actor="account:9", now=NOW)

    @pytest.mark.parametrize("status", ["closed", "merged"])
    def test_a_read_only_ticket_stays_with_whom_it_was(self, world: World, status: str) -> None:
        ana = world.member("Ana")
        ticket = world.ticket(status=status)
        with pytest.raises(MoveRefused):
            reassign(world.session, ticket_id=ticket.id, account_id=ana.id, actor="account:9", now=NOW)
        with pytest.raises(MoveRefused):
            unassign(world.session, ticket_id=ticket.id, actor="account:9", now=NOW)

    def test_a_change_made_from_an_old_version_is_refused_with_both_values(self, world: World) -> None:
        ana, ben, ticket = world.member("Ana"), world.member("Ben", owns=1), world.ticket()
        assign(world.session, ticket_id=ticket.id, now=NOW)
        with pytest.raises(VersionConflict) as caught:
            reassign(world.session, ticket_id=ticket.id, account_id=ben.id, actor="account:9", now=NOW, version=1)
        assert caught.value.values == {"assignee": (ben.id, ana.id)}
        with pytest.raises(VersionConflict):
            unassign(world.session, ticket_id=ticket.id, actor="account:9", now=NOW, version=1)
        assert unassign(world.session, ticket_id=ticket.id, actor="account:9", now=NOW, version=2)

    def test_an_owner_can_be_taken_away_once(self, world: World) -> None:
        ana, ticket = world.member("Ana"), world.ticket()
        assign(world.session, ticket_id=ticket.id, now=NOW)
        assert unassign(world.session, ticket_id=ticket.id, actor="account:9", now=NOW)
        assert not unassign(world.session, ticket_id=ticket.id, actor="account:9", now=NOW)
        assert (ticket.assignee_id, ticket.status, world.owners(ticket)) == (None, "open", [(ana.id, False)])
        assert [event.type for event in world.events(ticket)] == ["assigned", "unassigned"]

    def test_somebody_answers_for_a_solved_ticket(self, world: World) -> None:
        ticket = world.ticket(status="solved", assignee_id=world.member("Ana").id)
        with pytest.raises(AssigneeRefused, match="solved"):
            unassign(world.session, ticket_id=ticket.id, actor="account:9", now=NOW)


def _owner(outcome: object) -> int:
    assert isinstance(outcome, Assigned)
    return outcome.account_id


def _again(outcome: object) -> object:
    assert isinstance(outcome, NobodyThere)
    return outcome.again_at
