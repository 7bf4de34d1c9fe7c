"""The stream tells open pages what changed, to those who may know, and survives what happens around it."""

import signal
import time
from datetime import UTC, datetime, timedelta

from people import stream_tickets
from stream.listeners import MOST_OF_ACCOUNT
from tests.stream.running import PATIENCE


def test_a_change_is_told_as_a_hint_without_what_changed(stream, happens, brand):
    reading = stream.open(stream.ticket(brand=brand))
    assert reading.status == 200
    assert reading.headers["content-type"].startswith("text/event-stream")
    number = happens()
    hint = reading.event()
    assert set(hint) == {"event", "kind", "id", "version"}
    assert (hint["kind"], hint["id"], hint["version"]) == ("ticket", number, 1)


def test_what_happened_before_is_not_told(stream, happens, brand):
    happens()
    time.sleep(1)
    reading = stream.open(stream.ticket(brand=brand))
    number = happens()
    assert reading.event()["id"] == number


def test_whoever_comes_back_is_told_what_they_missed(stream, happens, brand):
    first = stream.open(stream.ticket(brand=brand))
    happens()
    known = first.event()["event"]
    first.connection.close()
    witness = stream.open(stream.ticket(brand=brand, account=2))
    missed = [happens(), happens()]
    assert [witness.event()["id"], witness.event()["id"]] == missed
    back = stream.open(stream.ticket(brand=brand), Last_Event_ID=str(known))
    heard = set()
    while not set(missed) <= heard:
        heard.add(back.event()["id"])


def test_an_event_committed_late_with_a_lower_id_is_not_missed(stream, happens, brand, engine):
    from tests.conftest import execute

    reading = stream.open(stream.ticket(brand=brand))
    with engine.connect() as late:
        columns = "brand_id, call_id, type, happened_at, recorded_at"
        late.exec_driver_sql(f"insert into event ({columns}) values ({brand}, 77, 'x', now(), now())")
        number = happens()
        assert reading.event()["id"] == number
        late.commit()
    assert reading.event()["id"] == 77
    assert execute(engine, "select count(*) from event") == [(2,)]


def test_another_brands_changes_are_not_told(stream, happens, brand, engine):
    from core.database import transaction
    from tests.factories.people import make_brand
    from tests.factories.tickets import make_event

    reading = stream.open(stream.ticket(brand=brand))
    with transaction(engine) as session:
        make_event(session, make_brand(session), call_id=5)
    number = happens()
    assert reading.event()["id"] == number


def test_a_ticket_opens_one_stream_and_only_in_its_minute(stream, brand):
    ticket = stream.ticket(brand=brand)
    assert stream.open(ticket).status == 200
    assert stream.open(ticket).status == 403
    old = stream.ticket(brand=brand, now=datetime.now(UTC) - stream_tickets.LASTS - timedelta(seconds=2))
    assert stream.open(old).status == 403


def test_forged_tickets_open_nothing(stream, brand):
    body, _, seal = stream.ticket(brand=brand).partition(".")
    for forged in ("", "x", f"{body}.", f"{body}.{seal[::-1]}", f".{seal}", f"{body}é.{seal}", "%00.%00", "a" * 900):
        assert stream.open(forged).status == 403, forged


def test_only_our_own_pages_may_read_it(stream, brand):
    assert stream.open(stream.ticket(brand=brand), Origin="https://elsewhere.example").status == 403
    reading = stream.open(stream.ticket(brand=brand), Origin=stream.settings.public_url)
    assert reading.status == 200
    assert reading.headers["access-control-allow-origin"] == stream.settings.public_url


def test_too_many_of_one_person_are_asked_to_wait(stream, brand):
    for _ in range(MOST_OF_ACCOUNT):
        assert stream.open(stream.ticket(brand=brand)).status == 200
    refused = stream.open(stream.ticket(brand=brand))
    assert (refused.status, refused.headers["retry-after"]) == (503, "10")
    assert stream.open(stream.ticket(brand=brand, account=2)).status == 200


def test_a_closed_stream_makes_room(stream, brand):
    readings = [stream.open(stream.ticket(brand=brand)) for _ in range(MOST_OF_ACCOUNT)]
    readings[0].connection.close()
    give_up_at = time.monotonic() + PATIENCE
    while stream.open(stream.ticket(brand=brand)).status != 200:
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


def test_hundreds_of_streams_are_all_told(stream, happens, brand):
    readings = [stream.open(stream.ticket(brand=brand, account=account)) for account in range(400)]
    assert {reading.status for reading in readings} == {200}
    number = happens()
    assert {reading.event()["id"] for reading in readings} == {number}


def test_it_ends_soon_and_ends_its_streams_with_it(stream, brand):
    readings = [stream.open(stream.ticket(brand=brand, account=account)) for account in range(20)]
    stream.process.send_signal(signal.SIGTERM)
    stream.process.wait(10)
    assert all(reading.is_over() for reading in readings)
    assert not stream.answers()


def test_a_database_that_goes_away_is_waited_for(stream, happens, brand, engine):
    from tests.conftest import execute

    reading = stream.open(stream.ticket(brand=brand))
    ended_connections = 0
    while not ended_connections:
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where query like '%from event e left join%'"
        ended_connections = len(execute(engine, ended + " and pid <> pg_backend_pid()"))
        time.sleep(0.1)
    number = happens()
    assert reading.event()["id"] == number
