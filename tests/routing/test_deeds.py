"""Changes of many tickets: each once, each for itself, and taken back only where nobody has changed it since."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.database import transaction
from people.models import Role
from routing import deed_queries, deeds
from routing.assignment import reassign
from routing.deeds import Chosen, do_to, do_to_matching, go_on, remember, undo
from routing.wishes import read_wish
from tests.clock import MONDAY_MORNING as NOW
from tests.conftest import execute, scalar
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.tickets import make_ticket
from tickets.changes import change
from tickets.fields import ChangeRefused
from tickets.models import Ticket
from tickets.queries import Asked
from tickets.restoring import snapshot


@pytest.fixture
def session(engine):
    with transaction(engine) as session:
        yield session


@pytest.fixture
def brand(session):
    return make_brand(session)


@pytest.fixture
def sam(session, brand):
    return make_account(session, brand, name="Sam", role=Role.SUPERVISOR)


@pytest.fixture
def mia(session, brand):
    return make_account(session, brand, name="Mia")


def done(session: Session, by, wish, *tickets, once="once", **more):
    return do_to(session, by=by, once=once, wish=wish, chosen=[Chosen(t.number) for t in tickets], now=NOW, **more)[0]


def stands(session: Session, deed):
    return deed_queries.progress(session, deed_id=deed.id)


def test_a_wish_names_what_is_wanted_and_what_cannot_be(session, brand, mia):
    make_department(session, brand)
    assert read_wish(session, by=mia, form={"assignee": "me", "status": "", "department": "billing"}) == {
        "assignee": mia.id,
        "department": "billing",
    }
    assert read_wish(session, by=mia, form={"assignee": "nobody", "add_tags": "vip, late ,vip"}) == {
        "assignee": None,
        "add_tags": ["vip", "late"],
    }
    for field, text in {"assignee": "77", "status": "odd", "department": "odd", "priority": "9"}.items():
        with pytest.raises(ChangeRefused) as refused:
            read_wish(session, by=mia, form={field: text})
        assert refused.value.field == field


def test_each_ticket_is_changed_told_and_seen(session, brand, mia, engine):
    first, second = make_ticket(session, brand), make_ticket(session, brand, tags=["old"])
    deed = done(session, mia, {"assignee": mia.id, "status": "pending", "add_tags": ["vip"]}, first, second)
    assert (deed.state, stands(session, deed).done) == ("done", 2)
    assert (second.status, second.assignee_id, second.tags) == ("pending", mia.id, ["old", "vip"])
    told = execute(engine, "select type from event where ticket_id = :id order by id", id=second.id)
    session.flush()
    assert told == []  # nothing of it is kept before the commit
    assert {event for (event,) in session.execute(_events(second))} == {"assigned", "ticket_changed"}


def test_rights_are_asked_for_each_ticket(session, brand, sam, mia):
    mine, hers = make_ticket(session, brand), make_ticket(session, brand)
    reassign(session, ticket_id=mine.id, account_id=mia.id, actor="system", now=NOW)
    reassign(session, ticket_id=hers.id, account_id=sam.id, actor="system", now=NOW)
    deed = done(session, mia, {"assignee": None}, mine, hers)
    assert (mine.assignee_id, hers.assignee_id) == (None, sam.id)
    assert [row.number for row in deed_queries.troubled(session, deed_id=deed.id, limit=9)] == [hers.number]
    refused = done(session, mia, {"assignee": sam.id}, mine, once="two")
    assert stands(session, refused).refused == 1
    mia.active = False
    session.flush()
    assert stands(session, done(session, mia, {"status": "pending"}, mine, once="three")).refused == 1


def test_a_ticket_of_another_brand_is_not_touched(session, mia):
    other = make_ticket(session, make_brand(session))
    assert stands(session, done(session, mia, {"status": "pending"}, other)).all == 0
    assert other.status == "new"


def test_what_somebody_changed_since_it_was_ticked_is_refused(session, brand, mia):
    ticket = make_ticket(session, brand)
    seen = ticket.version
    change(session, ticket=ticket, actor="system", now=NOW, priority=1)
    deed, _ = do_to(session, by=mia, once="o", wish={"priority": 4}, chosen=[Chosen(ticket.number, seen)], now=NOW)
    assert (ticket.priority, stands(session, deed).refused) == (1, 1)


def test_what_is_so_already_is_not_told_again(session, brand, mia):
    ticket = make_ticket(session, brand, priority=2)
    version = ticket.version
    assert stands(session, done(session, mia, {"priority": 2}, ticket)).same == 1
    assert ticket.version == version


def test_a_form_sent_twice_asks_once(session, brand, mia):
    ticket = make_ticket(session, brand)
    first = done(session, mia, {"add_tags": ["vip"]}, ticket)
    deed, is_new = do_to(
        session, by=mia, once="once", wish={"add_tags": ["more"]}, chosen=[Chosen(ticket.number)], now=NOW
    )
    assert (deed.id, is_new, ticket.tags) == (first.id, False, ["vip"])


def test_nothing_wished_is_refused(session, brand, mia):
    with pytest.raises(ChangeRefused):
        done(session, mia, {}, make_ticket(session, brand))


def test_taken_back_everything_is_as_it_was_even_what_no_move_allows(session, brand, sam, mia):
    billing = make_department(session, brand)
    ticket = make_ticket(session, brand, tags=["a"])
    reassign(session, ticket_id=ticket.id, account_id=sam.id, actor="system", now=NOW)
    change(session, ticket=ticket, actor="system", now=NOW, status="pending")
    was, version = snapshot(ticket), ticket.version
    wish = {"assignee": mia.id, "status": "solved", "department": billing.key, "priority": 1, "add_tags": ["b"]}
    deed = done(session, sam, wish, ticket)
    assert (ticket.status, ticket.solved_at) == ("solved", NOW)
    undo(session, deed_id=deed.id, by=sam, now=NOW + timedelta(seconds=5))
    assert snapshot(ticket) == was  # pending again, though a solved ticket never moves there
    assert ticket.version > version
    assert stands(session, deed).undone == 1
    owners = execute_in(session, "select account_id from assignment where ended_at is null")
    assert owners == [(sam.id,)]
    assert "change_undone" in {type for (type,) in session.execute(_events(ticket))}


def test_what_somebody_changed_since_is_not_taken_back(session, brand, mia):
    first, second = make_ticket(session, brand), make_ticket(session, brand)
    deed = done(session, mia, {"priority": 1}, first, second)
    change(session, ticket=second, actor="system", now=NOW, subject="Somebody wrote this")
    undo(session, deed_id=deed.id, by=mia, now=NOW)
    assert (first.priority, second.priority, second.subject) == (3, 1, "Somebody wrote this")
    progress = stands(session, deed)
    assert (progress.undone, progress.kept) == (1, 1)


def test_a_deed_is_taken_back_once_by_whoever_did_it_and_not_for_ever(session, brand, sam, mia):
    ticket = make_ticket(session, brand)
    deed = done(session, mia, {"priority": 1}, ticket)
    with pytest.raises(ChangeRefused):
        undo(session, deed_id=deed.id, by=sam, now=NOW)
    with pytest.raises(ChangeRefused):
        undo(session, deed_id=deed.id, by=mia, now=NOW + deeds.UNDO_WITHIN + timedelta(seconds=1))
    undo(session, deed_id=deed.id, by=mia, now=NOW)
    with pytest.raises(ChangeRefused):
        undo(session, deed_id=deed.id, by=mia, now=NOW)
    assert ticket.priority == 3


def test_a_change_made_elsewhere_is_remembered_and_taken_back(session, brand, mia):
    ticket = make_ticket(session, brand)
    before = snapshot(ticket)
    assert remember(session, by=mia, ticket=ticket, before=before, now=NOW) is None
    change(session, ticket=ticket, actor="account:1", now=NOW, subject="Moved")
    deed = remember(session, by=mia, ticket=ticket, before=before, now=NOW)
    undo(session, deed_id=deed.id, by=mia, now=NOW)
    assert ticket.subject == ""


def test_many_that_match_are_a_job_of_those_that_matched_when_asked(session, brand, mia):
    tickets = [make_ticket(session, brand) for _ in range(deeds.AT_ONCE + 2)]
    make_ticket(session, brand, priority=1)
    deed, _ = do_to_matching(session, by=mia, once="o", wish={"priority": 4}, asked=Asked(priority=3), now=NOW)
    later = make_ticket(session, brand)
    assert execute_in(session, "select job, key from outbox") == [("carry_out_deed", f"deed:{deed.id}:do")]
    assert stands(session, deed).waiting == len(tickets)
    change(session, ticket=tickets[0], actor="system", now=NOW, subject="Busy elsewhere")
    while go_on(session, deed_id=deed.id, now=NOW, batch=10):
        pass
    progress = stands(session, deed)
    assert (progress.done, progress.refused, deed.state) == (len(tickets) - 1, 1, "done")
    assert later.priority == 3
    session.expire_all()
    undo(session, deed_id=deed.id, by=mia, now=NOW)
    assert execute_in(session, "select key from outbox order by id")[-1] == (f"deed:{deed.id}:undo",)
    while go_on(session, deed_id=deed.id, now=NOW, batch=10):
        pass
    assert stands(session, deed).undone == len(tickets) - 1


def test_no_more_than_the_bound_are_taken(session, brand, mia):
    for _ in range(5):
        make_ticket(session, brand)
    deed, _ = do_to_matching(session, by=mia, once="o", wish={"priority": 4}, asked=Asked(), now=NOW, most=3)
    assert stands(session, deed).done == 3


def test_two_workers_at_once_change_each_ticket_once(engine):
    with transaction(engine) as session:
        brand = make_brand(session)
        mia = make_account(session, brand)
        for _ in range(deeds.AT_ONCE + 10):
            make_ticket(session, brand)
        deed, _ = do_to_matching(session, by=mia, once="o", wish={"priority": 4}, asked=Asked(), now=NOW)
        deed_id, count = deed.id, deeds.AT_ONCE + 10
    ready = threading.Barrier(2)

    def work():
        ready.wait()
        more = True
        while more:
            with transaction(engine) as session:
                more = go_on(session, deed_id=deed_id, now=NOW, batch=7)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert scalar(engine, "select count(*) from event where type = 'ticket_changed'") == count
    assert execute(engine, "select distinct version from ticket") == [(2,)]
    assert execute(engine, "select state, count(*) from deed_ticket group by state") == [("done", count)]


def execute_in(session, statement):
    from sqlalchemy import text

    return [tuple(row) for row in session.execute(text(statement))]


def _events(ticket: Ticket):
    from sqlalchemy import select

    from tickets.models import Event

    return select(Event.type).where(Event.ticket_id == ticket.id)
