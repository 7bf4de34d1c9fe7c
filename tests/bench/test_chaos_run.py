"""A small chaos run in every test run, always with the same seed; with RB_LONG one more, with another each time.

`bin/bench chaos --calls 10000` is the large one. Calls and messages of which only the carrier has word, since nobody
answered it at all, are counted but not asked for here.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

import pytest

from bench.chaos.running import lines, run
from simulator.lies import CARELESS

CALLS = 40
SEEDS = [20261122, None] if os.environ.get("RB_LONG") else [20261122]
"""None: another each time, for long runs."""
LIES = replace(CARELESS, lost=0.0)
KNOWN_TO_THE_CARRIER_ALONE = "left at carrier"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("swift")]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_while_everything_is_broken(tmp_path: Path, seed: int | None, capsys) -> None:
    drawn = SystemRandom().randrange(10**6) if seed is None else seed
    with capsys.disabled():
        sys.stdout.write(f"\nchaos: {CALLS} calls, seed {drawn}\n")
    done = run(calls=CALLS, seed=drawn, lies=LIES, at_once=8, folder=tmp_path, say=print, stuck_after=10.0)
    wrong = {name for name, cases in done.report.cases.items() if cases and name != KNOWN_TO_THE_CARRIER_ALONE}
    assert not wrong, "\n".join([f"seed {drawn}", *lines(done)])
    assert done.report.compared["calls"] >= CALLS
    assert done.faults.total() > 0
