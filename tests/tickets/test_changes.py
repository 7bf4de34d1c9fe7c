"""Changing a ticket's fields, with versions and a timeline."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.database import transaction
from tests.clock import HandClock
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import make_ticket
from tickets.changes import VersionConflict, add_note, change
from tickets.fields import ChangeRefused
from tickets.models import Event, Ticket
from tickets.statuses import MoveRefused


def test_a_change_is_one_event_with_both_sides(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        ticket = opened(session)
        department = make_department(session, make_brand(session), "technical")
        clock.move(minutes=5)
        changed = change(
            session,
            ticket=ticket,
            actor="account:7",
            now=clock(),
            status="open",
            priority=1,
            department=department,
            subject="Ada cannot sign in",
            tags=["vip", "vip"],
        )
        assert changed
        [event] = events(session)
    assert event.type == "ticket_changed"
    assert event.actor == "account:7"
    assert event.facts == {
        "before": {"status": "new", "priority": 3, "department": None},
        "after": {"status": "open", "priority": 1, "department": "technical"},
        "changed": ["department", "priority", "status", "subject", "tags"],
    }
    assert event.content == {
        "before": {"subject": "", "tags": []},
        "after": {"subject": "Ada cannot sign in", "tags": ["vip"]},
    }
    assert (ticket.version, ticket.updated_at) == (2, clock())


def test_nothing_new_is_no_change(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        ticket = opened(session)
        assert not change(session, ticket=ticket, actor="account:7", now=clock(), status="new", priority=3, tags=[])
        assert ticket.version == 1
        assert events(session) == []


def test_a_change_from_an_old_version_is_refused_with_both_values(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        ticket_id = opened(session).id
    with Session(engine) as mine, transaction(engine) as theirs:
        seen = mine.get_one(Ticket, ticket_id)
        mine.commit()
        change(theirs, ticket=theirs.get_one(Ticket, ticket_id), actor="account:1", now=clock(), priority=1)
        theirs.commit()
        with pytest.raises(VersionConflict) as conflict:
            change(mine, ticket=seen, actor="account:2", now=clock(), version=1, priority=2, subject="")
    assert conflict.value.values == {"priority": (2, 1)}
    assert (conflict.value.yours, conflict.value.theirs) == (1, 2)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"priority": 0}, "priority"),
        ({"priority": 5}, "priority"),
        ({"subject": "two\nlines"}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "nul \x00 inside"}, "subject"),
        ({"subject": "half a \ud800 character"}, "subject"),
        ({"reason": "Free words"}, "reason"),
        ({"outcome": "a/b/c"}, "outcome"),
        ({"tags": [""]}, "tags"),
        ({"tags": ["a,b"]}, "tags"),
        ({"tags": [str(n) for n in range(31)]}, "tags"),
        ({"status": "solved"}, "status"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_changes_nothing(
    engine: Engine, clock: HandClock, wanted: dict[str, object], field: str
) -> None:
    with transaction(engine) as session:
        ticket_id = opened(session).id
    with Session(engine) as session:
        ticket = session.get_one(Ticket, ticket_id)
        with pytest.raises(ChangeRefused) as refused:
            change(session, ticket=ticket, actor="account:7", now=clock(), **wanted)  # type: ignore[arg-type]
        assert refused.value.field == field
        assert refused.value.cure
        session.rollback()
        assert (session.get_one(Ticket, ticket_id).version, events(session)) == (1, [])


def test_a_solved_ticket_gets_its_outcome_in_the_same_change(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        ticket = opened(session)
        ticket.assignee_id = make_account(session, make_brand(session)).id
        session.flush()
        change(session, ticket=ticket, actor="account:7", now=clock(), status="solved", outcome="answered")
        assert (ticket.status, ticket.outcome, ticket.solved_at) == ("solved", "answered", clock())


def test_the_system_solves_an_unassigned_ticket_with_an_outcome(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        ticket = opened(session)
        change(session, ticket=ticket, actor="system", now=clock(), status="solved", outcome="abandoned")
        assert ticket.status == "solved"


def test_a_closed_ticket_takes_neither_change_nor_note(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        ticket = opened(session, status="closed", closed_at=clock())
        with pytest.raises(MoveRefused, match="follow-up"):
            change(session, ticket=ticket, actor="account:7", now=clock(), priority=1)
        with pytest.raises(MoveRefused, match="follow-up"):
            add_note(session, ticket=ticket, actor="account:7", now=clock(), text="too late")


def test_a_note_is_content_and_leaves_the_version(engine: Engine, clock: HandClock) -> None:
    with transaction(engine) as session:
        ticket = opened(session)
        add_note(session, ticket=ticket, actor="account:7", now=clock(), text=" called\r\nback ")
        [event] = events(session)
        assert (event.type, event.facts, event.content) == ("note_added", {}, {"text": "called\nback"})
        assert ticket.version == 1
        with pytest.raises(ChangeRefused, match="empty"):
            add_note(session, ticket=ticket, actor="account:7", now=clock(), text=" \n ")


def opened(session: Session, **columns: object) -> Ticket:
    return make_ticket(session, make_brand(session), **columns)


def events(session: Session) -> list[Event]:
    return list(session.scalars(select(Event).order_by(Event.id)))
