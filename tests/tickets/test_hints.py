"""Hints: what changed after an event, each brand's own, and late rows once more."""

from datetime import timedelta

from sqlalchemy import select

from core.database import transaction
from tests.clock import MONDAY_MORNING as NOW
from tests.factories.people import make_brand
from tests.factories.tickets import make_ticket
from tickets import hints
from tickets.changes import add_note
from tickets.models import Event, Ticket


def noted(engine, brand, *, now=NOW):
    with transaction(engine) as session:
        ticket = make_ticket(session, brand)
        add_note(session, ticket=ticket, actor="account:1", now=now, text="secret words")
        return ticket.number


def test_a_change_is_told_with_number_and_version_and_nothing_more(engine):
    with transaction(engine) as session:
        brand, other = make_brand(session), make_brand(session)
    number = noted(engine, brand)
    noted(engine, other)
    with transaction(engine) as session:
        [hint] = hints.changes(session, brand_id=brand.id, after=0, now=NOW)
        version = session.scalar(select(Ticket.version).where(Ticket.number == number, Ticket.brand_id == brand.id))
    assert hint.as_json() == {"event": hint.event, "kind": "ticket", "id": number, "version": version}


def test_young_rows_are_told_again_and_old_ones_once(engine):
    with transaction(engine) as session:
        brand = make_brand(session)
    noted(engine, brand)
    with transaction(engine) as session:
        newest = hints.newest(session, brand_id=brand.id)
        assert newest == session.scalar(select(Event.id).where(Event.brand_id == brand.id).order_by(Event.id.desc()))
        assert len(hints.changes(session, brand_id=brand.id, after=newest, now=NOW + timedelta(seconds=10))) == 1
        assert hints.changes(session, brand_id=brand.id, after=newest, now=NOW + timedelta(minutes=1)) == []
