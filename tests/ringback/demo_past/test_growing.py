"""The past is told through the real application, appears a day at a time, and goes on after a kill."""

from datetime import timedelta

import pytest

from ringback.demo_past import growing, schema
from ringback.demo_past.plan import plan
from ringback.demo_past.world import World
from tests.conftest import execute, scalar
from tests.ringback.demo_past.conftest import NOW, kept_files
from workers.relay import claim


def test_the_live_relay_finds_nothing_of_it_to_do_while_it_is_told(grow, engine, monkeypatch):
    claimed, work = [], World.work

    def looking(world):
        claimed.append(claim(engine, now=NOW + timedelta(days=1)))
        work(world)

    monkeypatch.setattr(World, "work", looking)
    grow(1)
    assert claimed
    assert not any(claimed)


def test_audio_of_a_callback_at_the_very_end_is_fetched_while_its_carrier_is_there(grow, engine, monkeypatch):
    def asked_at(day):
        """When callbacks were asked for that are placed at once: on a workday, at a decent hour from coast to coast."""
        return [call.at for call in day.calls if call.answers and call.at.weekday() < 5 and 16 <= call.at.hour <= 20]

    def one_day(**circumstances):
        return [next(day for day in plan(**circumstances) if asked_at(day))]

    def while_called_back(world, day, until):
        return tell(world, day, until=min(asked_at(day)) + timedelta(seconds=70))

    tell = growing.tell
    monkeypatch.setattr(growing, "plan", one_day)
    monkeypatch.setattr(growing, "tell", while_called_back)
    grow(1)
    assert scalar(engine, "select count(*) from recording where kind = 'call'") > 0
    assert scalar(engine, "select count(*) from outbox where job = 'fetch_recording'") == 0
    assert scalar(engine, "select count(*) from recording where state = 'ready'") == 0
    assert scalar(engine, "select count(*) from recording where state = 'expected' and deadline_at < now()") == 0


def test_a_day_that_was_not_finished_leaves_nothing_and_is_told_again(grow, engine, demo, monkeypatch):
    work, left = World.work, [14]

    def killed(world):
        work(world)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(World, "work", killed)
    with pytest.raises(KeyboardInterrupt):
        grow(2)
    monkeypatch.undo()
    assert kept_files(demo)
    whole_days = scalar(engine, "select coalesce(sum(calls), 0) from demo_past.past_day")
    assert scalar(engine, "select count(*) from demo_past.call") > 0
    assert scalar(engine, "select count(*) from call where direction = 'inbound'") == whole_days
    assert grow(1)
    days = [day for (day,) in execute(engine, "select day from demo_past.past_day order by day")]
    assert days == list(range(len(days)))
    calls = scalar(engine, "select count(*) from call where direction = 'inbound'")
    assert calls == scalar(engine, "select sum(calls) from demo_past.past_day")
    kept = execute(engine, "select storage_key from recording union all select peaks_key from recording")
    assert kept_files(demo) == {key for (key,) in kept}


def test_started_again_it_goes_on_with_the_next_day_and_never_tells_one_twice(grow, engine):
    grow(1)
    first = execute(engine, "select sid from call order by id")
    assert grow(1, now=NOW + timedelta(days=3))
    assert execute(engine, "select day from demo_past.past_day order by day") == [(0,), (1,)]
    assert execute(engine, "select sid from call order by id")[: len(first)] == first
    assert scalar(engine, "select max(started_at) from call where direction = 'inbound'") < NOW


def test_two_tellers_at_once_are_one(grow, engine):
    second = []
    grow(1, told=lambda progress: second.append(grow(1)))
    assert second == [False]
    assert scalar(engine, "select count(*) from demo_past.past_day") == 1


def test_the_tables_of_the_past_are_all_that_belong_to_a_ticket_or_call(grow, engine):
    grow(0)
    with engine.begin() as connection:
        told = set(schema.tables(connection))
    there = "select table_name from information_schema.tables where table_schema = 'demo_past'"
    assert {"ticket", "call", "leg", "recording", "callback", "callback_attempt", "assignment"} <= told
    assert told <= {name for (name,) in execute(engine, there)}
