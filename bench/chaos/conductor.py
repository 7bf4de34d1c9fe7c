"""The conductor: one fault after another, drawn from the seed, between one finished call and the next."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import psycopg
import redis

from bench.chaos.house import House
from bench.chaos.programs import send
from ringback.child_process import users_of
from simulator.fault_proxy import DROP, HALF_OPEN, HOLD, PASS, REFUSE, RESET, Fault, delay, throttle

CALLS_BETWEEN = (6, 30)
"""Finished calls from one fault to the next, at least and at most."""
LONGEST_WAIT = 15.0
"""Seconds after which the next fault comes even if no call has finished, or nobody answers."""
LASTS = (0.3, 2.5)
"""Seconds that a stop or a spoiled connection lasts."""

Undo = Callable[[], None]


class Conductor:
    """Breaks one thing or several, and mends each when its time is over. `step` belongs in the main thread."""

    def __init__(self, house: House, *, seed: int) -> None:
        self._house = house
        self._random = Random(f"{seed}:conductor")  # noqa: S311 - to be drawn again
        self._next_at_call, self._next_by = self._random.randint(*CALLS_BETWEEN), time.monotonic() + LONGEST_WAIT
        self._lasting: dict[str, tuple[float, Undo]] = {}
        self.done: Counter[str] = Counter()
        self._faults: list[tuple[str, int, Callable[[], Undo | None]]] = [
            ("web worker killed", 4, lambda: self._kill_child("web")),
            ("web worker stopped", 2, lambda: self._stop_child("web")),
            ("web server killed", 2, lambda: self._kill("web")),
            ("web server stopped", 1, lambda: self._stop_program("web")),
            ("RQ worker or relay killed", 4, lambda: self._kill_child("worker")),
            ("RQ worker or relay stopped", 2, lambda: self._stop_child("worker")),
            ("all workers killed", 1, lambda: self._kill("worker")),
            ("timetable killed", 1, lambda: self._kill("timetable")),
            ("Redis killed", 2, lambda: self._kill_all(self._redis())),
            ("Redis stopped", 2, lambda: self._stop_all(self._redis())),
            ("Redis flushed", 2, self._flush),
            ("database killed", 2, lambda: self._kill_all(self._postgres())),
            ("database stopped", 2, lambda: self._stop_all(self._postgres())),
            ("database cuts everybody off", 2, self._terminate),
            ("bucket killed", 2, lambda: self._kill_all(self._swift())),
            ("bucket stopped", 2, lambda: self._stop_all(self._swift())),
            ("connections to the database spoiled", 4, lambda: self._spoil("database")),
            ("connections to Redis spoiled", 3, lambda: self._spoil("redis")),
            ("connections to the bucket spoiled", 3, lambda: self._spoil("bucket")),
        ]

    def step(self, calls_finished: int) -> None:
        """Mend what has lasted long enough, start again what ended, and break the next thing when it is time."""
        now = time.monotonic()
        for name, (until, undo) in tuple(self._lasting.items()):
            if now >= until:
                del self._lasting[name]
                undo()
        self._house.keep_alive()
        # What was broken gets well first: else a slow machine would see one outage and nothing else.
        ready = calls_finished >= self._next_at_call and self._house.answers()
        if ready or now >= self._next_by:
            self._next_at_call = calls_finished + self._random.randint(*CALLS_BETWEEN)
            self._next_by = now + LONGEST_WAIT
            self._break(now)

    def heal(self) -> None:
        """Mend everything, and break nothing more."""
        for _, undo in self._lasting.values():
            undo()
        self._lasting.clear()
        self._house.keep_alive()

    def _break(self, now: float) -> None:
        names = [name for name, _, _ in self._faults]
        name = self._random.choices(names, [weight for _, weight, _ in self._faults])[0]
        seconds = self._random.uniform(*LASTS)
        if name in self._lasting:
            return
        self.done[name] += 1
        undo = next(fault for known, _, fault in self._faults if known == name)()
        if undo is not None:
            self._lasting[name] = (now + seconds, undo)

    def _kill(self, program: str) -> None:
        pid = self._house.programs[program].pid
        self._kill_all([pid] if pid else [])

    def _kill_child(self, program: str) -> None:
        children = self._house.programs[program].children
        self._kill_all([self._random.choice(children)] if children else [])

    def _stop_child(self, program: str) -> Undo:
        children = self._house.programs[program].children
        return self._stop_all([self._random.choice(children)] if children else [])

    def _stop_program(self, program: str) -> Undo:
        running = self._house.programs[program]
        return self._stop_all([*([running.pid] if running.pid else []), *running.children])

    @staticmethod
    def _kill_all(pids: list[int]) -> None:
        send(pids, signal.SIGKILL)

    @staticmethod
    def _stop_all(pids: list[int]) -> Undo:
        send(pids, signal.SIGSTOP)
        return lambda: send(pids, signal.SIGCONT)

    def _postgres(self) -> list[int]:
        return users_of(self._house.folder / "servers" / "postgres", program="postgres")

    def _redis(self) -> list[int]:
        return [self._house.redis.pid] if self._house.redis.pid else []

    def _swift(self) -> list[int]:
        return [child.pid for child in self._house.swift.children if child.poll() is None]

    def _flush(self) -> None:
        try:
            with redis.Redis.from_url(self._house.redis_url, socket_timeout=5) as client:
                client.flushall()
        except redis.RedisError:
            self.done["Redis flushed"] -= 1  # it is away just now

    def _terminate(self) -> None:
        try:
            with psycopg.connect(self._house.database_url.replace("+psycopg", "", 1), connect_timeout=3) as connection:
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where pid <> pg_backend_pid() and backend_type = 'client backend'"
                )
        except psycopg.Error:
            self.done["database cuts everybody off"] -= 1

    def _spoil(self, name: str) -> Undo:
        proxy = self._house.proxies[name]
        faults: list[Fault] = [DROP, HOLD, RESET, HALF_OPEN, REFUSE]
        faults += [delay(self._random.uniform(0.02, 0.4)), throttle(self._random.uniform(2e3, 5e4))]
        proxy.switch(self._random.choice(faults))
        return lambda: proxy.switch(PASS)
