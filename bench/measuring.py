"""How long things take: CPU time of this thread, since a shared machine steals wall time; in turn, medians."""

import statistics
import time
from collections.abc import Callable


def seconds_each(*works: Callable[[], object], rounds: int = 7, times: int = 200) -> list[float]:
    """The median CPU seconds of one run of each work. They are run in turn, A B A B, so that noise hits all alike."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for samples, work in zip(taken, works, strict=True):
            started = time.thread_time()
            for _ in range(times):
                work()
            samples.append((time.thread_time() - started) / times)
    return [statistics.median(samples) for samples in taken]


def row(name: str, ours: float, baseline: float, *, of: str, goal: float | None = None) -> str:
    """One line of a report: how many times faster we are than the baseline."""
    ratio = baseline / ours
    wanted = f"   goal {goal:g}×: {'reached' if ratio >= goal else 'MISSED'}" if goal is not None else ""
    return f"{name:<44} {ours * 1e6:9.1f} µs   {of} {baseline * 1e6:9.1f} µs   ratio {ratio:7.2f}×{wanted}"
