"""A load generator: processes with one kept-open connection each, requests made beforehand."""

import http.client
import multiprocessing
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Maker = Callable[[int, int], tuple[str, bytes, str]]
"""(worker, number) → (path, body, signature)."""


@dataclass(frozen=True, slots=True)
class Load:
    """Where to, and what."""

    port: int
    make: Maker


@dataclass(frozen=True, slots=True)
class Driven:
    """Requests a second over all connections; milliseconds of the median and of the slowest hundredth."""

    rate: float
    p50: float
    p99: float


def drive(load: Load, *, connections: int, seconds: float) -> Driven:
    """Send as much as is answered, for so long. Raises RuntimeError when an answer is not 200."""
    context = multiprocessing.get_context("fork")
    with context.Pool(connections) as pool:
        samples = pool.starmap(_connection, [(load, worker, seconds) for worker in range(connections)])
    taken = sorted(taken for sample in samples for taken in sample)
    return Driven(
        rate=len(taken) / seconds,
        p50=statistics.median(taken) * 1000,
        p99=taken[int(len(taken) * 0.99)] * 1000,
    )


def _connection(load: Load, worker: int, seconds: float) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", load.port, timeout=15)
    taken: list[float] = []
    start = time.time_ns()
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        path, body, signature = load.make(worker, start + len(taken))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"answered {answer.status}")
        taken.append(time.perf_counter() - began)
    connection.close()
    return taken
