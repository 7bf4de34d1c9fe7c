"""A hostile carrier, without any chaos in the house: what happened is what is written down.

What it never told is asked for: the timetable's comparison with its lists runs as the clock moves on.
"""

import os
import sys
from collections import Counter
from datetime import UTC, datetime
from random import SystemRandom

import pytest

from bench.chaos.callers import Town, caller
from bench.chaos.checking import look
from bench.chaos.deeds import deeds_of
from bench.chaos.evidence import FolderBucket
from simulator.lies import HOSTILE
from tests.house import LINE

CALLS = 40
SEEDS = [7, None] if os.environ.get("RB_LONG") else [7]
"""None: another each time, for long runs."""
MORNING_IN_CALIFORNIA = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_hostile_carriers_calls_are_all_kept_as_they_were(opened, clock, capsys, seed) -> None:
    drawn = SystemRandom().randrange(10**6) if seed is None else seed
    with capsys.disabled():
        sys.stdout.write(f"\na hostile carrier, seed {drawn}\n")
    clock.set(MORNING_IN_CALIFORNIA)
    house = opened(lies=HOSTILE, seed=drawn)
    house.carrier.phones = town = Town(drawn, [phone for (phone,) in house.rows("select phone from account")])
    accounts = []
    for number in range(1, CALLS + 1):
        from_, person = caller(drawn, number)
        person.account.sid = house.carrier.call_in(from_=from_, to=LINE, person=person, number=number).sid
        accounts.append(person.account)
    for _ in range(40):
        house.carrier.lying.settle()
        house.tick()
        house.work()
        clock.move(minutes=45)
    deeds = deeds_of(house.carrier, [*accounts, *town.accounts])
    data = house.settings.data
    report = look(deeds, house.settings.database_url, FolderBucket(data / "recordings"), data / "journal")
    assert report.clean, "\n".join([f"seed {drawn}", *report.lines()])
    told = Counter(lie.lie for lie in house.carrier.liar.told)
    assert told.total() > CALLS
    assert told["lost"] > 0
    assert house.one("select sum(repaired) from reconciliation") > 0
