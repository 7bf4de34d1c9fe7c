"""Webhooks come twice, late and out of order: the record is the same in the end."""

import dataclasses
import hashlib
import itertools

import pytest

from simulator.delivery import Held, Twice
from simulator.foresight import overtaking
from simulator.story_caller import StoryCaller
from simulator.story_file import read_story
from tests.house import LINE

MESSAGE = """
story: leaves a message
lines:
  - press: "2"
  - press: "1"
  - record: my invoice is wrong, please call me
  - press: "#"
"""
STATE = """
select c.status, c.outcome, c.ticket_id, k.status, d.key, r.state, r.sid is not null, r.sha256,
  (select count(*) from call), (select count(*) from ticket), (select count(*) from recording)
from call c join ticket k on k.id = c.ticket_id join department d on d.id = k.department_id
join recording r on r.call_id = c.id
"""


def facts(house):
    """All that must be the same; the one sha256 is that of what was said."""
    [row] = house.rows(STATE)
    [sound] = [house.carrier.store.sound(made.sid) for made in house.carrier.store.recordings.values()]
    return row, sound


def test_every_webhook_twice_changes_nothing_and_is_answered_alike(opened):
    house = opened(delivery=Twice)
    house.story(MESSAGE)
    house.work()
    assert house.carrier.delivery.disagreements == []
    row, _ = facts(house)
    assert row[:6] == ("completed", "message_left", 1001, "open", "billing", "stored")
    assert row[-3:] == (1, 1, 1)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_callbacks_in_every_order_of_three_end_alike(opened, order):
    house = opened(delivery=Held)
    house.story(MESSAGE)
    house.carrier.delivery.release(order)
    house.work()
    row, _ = facts(house)
    assert row[:6] == ("completed", "message_left", 1001, "open", "billing", "stored")
    assert row[-3:] == (1, 1, 1)


def test_what_is_stored_is_what_was_said(house):
    house.story(MESSAGE)
    house.work()
    (_, _, _, _, _, _, _, sha256, *_), _ = facts(house)
    [made] = house.carrier.store.recordings.values()
    assert sha256 == hashlib.sha256(house.carrier.store.sound(made.sid)).hexdigest()


def test_a_recording_that_overtakes_its_call_is_kept_and_joined(house):
    caller = StoryCaller(read_story(MESSAGE))
    foreseen = overtaking(
        house.carrier, callback=f"{house.settings.public_url}/voice/recording?part=2", words="I was quicker"
    )
    house.carrier.call_in(from_="+14155550100", to=LINE, person=caller, foreseen=foreseen)
    house.work()
    assert house.rows("select count(*), count(distinct ticket_id), count(distinct sid) from call") == [(1, 1, 1)]
    parts = house.rows("select part, state, call_id from recording order by id")
    assert ("2", "stored", 1) in parts
    assert {state for _, state, _ in parts} == {"stored"}


def test_a_call_whose_end_is_never_told_is_ended_and_has_its_ticket(opened, clock):
    house = opened(delivery=Held)
    house.story(MESSAGE.split("  - press")[0] + "  - hang up\n")
    house.carrier.delivery.release([])
    assert house.rows("select ended_at, ticket_id from call") == [(None, None)]
    clock.move(minutes=3)
    house.tick()
    house.work()
    assert house.rows("select status, ticket_id from call") == [("completed", 1001)]
    assert house.one("select assignee_id is not null from ticket") is True


def test_the_carriers_copy_goes_once_ours_is_verified_if_so_configured(opened, settings):
    house = opened(settings=dataclasses.replace(settings, delete_at_carrier=True))
    house.story(MESSAGE)
    house.work()
    assert house.rows("select state, carrier_deleted_at is not null from recording") == [("stored", True)]
    [made] = house.carrier.store.recordings.values()
    assert made.status == "deleted"
