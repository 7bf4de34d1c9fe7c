"""The plan of the past: the same from the same seed, about 200 calls, by people who do not exist."""

from datetime import UTC, datetime, timedelta

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.demo_past.callers import WITHHELD
from ringback.demo_past.plan import DAYS, plan
from ringback.demo_past.touching import TOUCHES

ENDS = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def calls_of(days):
    return [call for day in days for call in day.calls]


def test_the_same_seed_and_end_give_the_same_past():
    assert plan(seed=1, ends_at=ENDS, zone="UTC") == plan(seed=1, ends_at=ENDS, zone="UTC")
    assert plan(seed=1, ends_at=ENDS, zone="UTC") != plan(seed=2, ends_at=ENDS, zone="UTC")


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(0, 700 * 24 * 60).map(lambda minutes: ENDS + timedelta(minutes=minutes)),
    st.sampled_from(["UTC", "America/Los_Angeles", "Asia/Kolkata"]),
)
def test_it_is_about_200_calls_in_30_days_and_nothing_of_it_is_still_to_come(seed, ends_at, zone):
    days = plan(seed=seed, ends_at=ends_at, zone=zone)
    assert [day.number for day in days] == list(range(DAYS))
    calls = calls_of(days)
    assert 150 <= len(calls) <= 260
    for moment in (*(call.at for call in calls), *(touch.at for day in days for touch in day.touches)):
        assert ends_at - timedelta(days=31) <= moment < ends_at


def test_every_caller_has_a_number_that_belongs_to_nobody_and_can_be_called_back():
    for seed in range(5):
        for call in calls_of(plan(seed=seed, ends_at=ENDS, zone="UTC")):
            if call.caller.number == WITHHELD:
                assert not call.answers
                continue
            assert call.caller.number[5:10] == "55501"
            assert phonenumbers.is_possible_number(phonenumbers.parse(call.caller.number))


def test_calls_go_in_many_ways_and_people_do_everything_they_can():
    days = plan(seed=20, ends_at=ENDS, zone="UTC")
    assert {touch.does for day in days for touch in day.touches} == set(TOUCHES)
    ways = {call.story.name.partition(":")[0] for call in calls_of(days)}
    assert len(ways) >= 9
    assert len({call.story.name.partition(": ")[2] for call in calls_of(days)}) >= 15
