"""A small chaos run in every test run, always with the same seed; with RB_LONG one more, with another each time.

`bin/bench chaos --calls 10000` is the large one. There must be zero in every column: also of calls and messages that
only the carrier has word of, since it is asked for them while the house comes to rest.
"""

import os
import sys
from pathlib import Path
from random import SystemRandom

import pytest

from bench.chaos.running import lines, run
from simulator.lies import CARELESS

CALLS = 40
SEEDS = [20261122, None] if os.environ.get("RB_LONG") else [20261122]
"""None: another each time, for long runs."""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("swift")]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_while_everything_is_broken(tmp_path: Path, seed: int | None, capsys) -> None:
    drawn = SystemRandom().randrange(10**6) if seed is None else seed
    with capsys.disabled():
        sys.stdout.write(f"\nchaos: {CALLS} calls, seed {drawn}\n")
    done = run(calls=CALLS, seed=drawn, lies=CARELESS, at_once=8, folder=tmp_path, say=print, stuck_after=10.0)
    assert done.report.clean, "\n".join([f"seed {drawn}", *lines(done)])
    assert done.report.compared["calls"] >= CALLS
    assert done.faults.total() > 0
