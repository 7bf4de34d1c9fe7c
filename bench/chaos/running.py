"""`bin/bench chaos`: calls while everything is broken again and again; then the checker's table."""

import argparse
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from bench.chaos.callers import Account, caller
from bench.chaos.checking import Report, look
from bench.chaos.conductor import Conductor
from bench.chaos.deeds import deeds_of
from bench.chaos.house import LINE, House, opened
from bench.chaos.settling import STUCK_AFTER, jobs_done, jobs_idle, settle
from simulator.lies import PRESETS, Lies

Say = Callable[[str], None]

PROGRESS_SECONDS = 5.0
READY_SECONDS = 120.0
WORK_SECONDS, WORK_MOST = 0.2, 120.0
"""Real seconds for each call, and at most, in which jobs are done while everything is broken as before."""
JOBS_FOR_CALL = 5
TICK = 0.1
UNREACHED = 11205
PAUSE_SECONDS = 2.0
"""Whoever met nobody makes the next one wait: else an outage of seconds would take most callers, quick as they are."""


@dataclass(frozen=True)
class Run:
    """What came of it: the checker's report, faults by name, lies by name, calls per second."""

    report: Report
    faults: Counter[str]
    lies: Counter[str]
    rate: float


def run(
    *, calls: int, seed: int, lies: Lies, at_once: int, folder: Path, say: Say, stuck_after: float = STUCK_AFTER
) -> Run:
    """Start the house, call, break, settle, check. Call it in the main thread."""
    with opened(folder, seed=seed, lies=lies) as house:
        _await_ready(house)
        conductor = Conductor(house, seed=seed)
        began = time.monotonic()
        accounts = _calls(house, conductor, calls=calls, seed=seed, at_once=at_once, say=say)
        rate = calls / (time.monotonic() - began)
        say(f"all {calls} calls are over, {rate:.1f}/s, {conductor.done.total()} faults; the work goes on being broken")
        _work(house, conductor, calls=calls, seconds=min(WORK_MOST, calls * WORK_SECONDS))
        conductor.heal()
        say(f"{conductor.done.total()} faults; settling")
        settle(house, say, stuck_after=stuck_after)
        deeds = deeds_of(house.carrier, [*accounts, *house.town.accounts])
        deeds.save(folder / "deeds.json")
        report = look(deeds, house.database_url, house.bucket, house.settings.data / "journal")
        told = Counter(told.lie for told in house.carrier.liar.told)
        return Run(report, conductor.done, told, rate)


def _calls(house: House, conductor: Conductor, *, calls: int, seed: int, at_once: int, say: Say) -> Sequence[Account]:
    """Let everybody call, so many at once; the conductor works between."""
    accounts: list[Account] = []
    trouble: list[BaseException] = []
    lock = threading.Lock()

    def call(number: int) -> None:
        from_, person = caller(seed, number)
        made = house.carrier.call_in(from_=from_, to=LINE, person=person, number=number)
        person.account.sid = made.sid
        with lock:
            accounts.append(person.account)
        if any(problem.code == UNREACHED for problem in made.problems):
            time.sleep(PAUSE_SECONDS)

    began = shown = time.monotonic()
    under_way: set[Future[None]] = set()
    with ThreadPoolExecutor(at_once, thread_name_prefix="caller") as pool:
        number, finished, before = 0, 0, 0
        while finished < calls:
            while number < calls and len(under_way) < at_once:
                number += 1
                under_way.add(pool.submit(call, number))
            done, under_way = wait(under_way, TICK, FIRST_COMPLETED)
            finished += len(done)
            trouble += [error for one in done if (error := one.exception()) is not None]
            conductor.step(finished)
            now = time.monotonic()
            if now - shown >= PROGRESS_SECONDS:
                say(
                    f"  {finished:>6}/{calls} calls  {conductor.done.total():>4} faults"
                    f"  {(finished - before) / (now - shown):6.1f}/s now  {finished / (now - began):6.1f}/s"
                )
                shown, before = now, finished
    if trouble:
        raise RuntimeError(f"the simulator itself failed on {len(trouble)} calls") from trouble[0]
    return accounts


def _work(house: House, conductor: Conductor, *, calls: int, seconds: float) -> None:
    """Callers are quicker than workers: without this, most jobs would meet no fault at all."""
    until = time.monotonic() + seconds
    done_before = jobs_done(house)
    while time.monotonic() < until and not jobs_idle(house):
        conductor.step(calls + (jobs_done(house) - done_before) // JOBS_FOR_CALL)
        time.sleep(TICK)


def _await_ready(house: House) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        house.keep_alive()
        try:
            with urllib.request.urlopen(f"{house.settings.public_url}/readyz", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > until:
                raise RuntimeError(f"the web server is not ready; see {house.folder / 'log'}") from None
        time.sleep(0.1)


def main(arguments: Sequence[str]) -> int:
    """The command; 0 when there is zero in every column."""
    parser = argparse.ArgumentParser(prog="bin/bench chaos", description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None, help="draws callers, lies and faults; any, if not given")
    parser.add_argument("--lies", choices=sorted(PRESETS), default="careless", help="how the carrier behaves")
    parser.add_argument("--at-once", type=int, default=12, help="calls at the same time")
    parser.add_argument("--keep", type=Path, default=None, help="a folder for servers, logs and deeds that stays")
    given = parser.parse_args(arguments)
    seed = SystemRandom().randrange(10**6) if given.seed is None else given.seed
    _print(f"chaos: {given.calls} calls, seed {seed}, a carrier that is {given.lies}, {given.at_once} at once")
    with tempfile.TemporaryDirectory(prefix="rb") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        done = run(
            calls=given.calls, seed=seed, lies=PRESETS[given.lies], at_once=given.at_once, folder=folder, say=_print
        )
    for line in lines(done):
        _print(line)
    return 0 if done.report.clean else 1


def lines(done: Run) -> Sequence[str]:
    """The whole result, for people."""
    faults = ", ".join(f"{number} × {name}" for name, number in done.faults.most_common())
    told = ", ".join(f"{number} × {name}" for name, number in done.lies.most_common())
    return [f"faults: {faults or 'none'}", f"lies: {told or 'none'}", *done.report.lines()]


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
